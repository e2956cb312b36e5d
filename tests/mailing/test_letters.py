"""The letter of a parcel stays true, or somebody prints it again (R23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from backoffice.refusal import Refused
from backoffice.roles import Role
from mailing.models import Case, Envelope, PrintBatch
from mailing.services import close_case, import_vendor_results, post_batch
from tests.factories.mailing import MORNING, an_employer, clerk, release, results_file
from tests.mailing.test_parcels import lose_all_of, sent_to
from tests.page_text import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db


@pytest.fixture
def pieces(tmp_path: Path) -> list[Envelope]:
    """Released: three envelopes to one employer, one to another, in the order of their batch."""
    employer = an_employer(postal_code="1000001")
    made = sent_to(employer, employer, employer, an_employer(postal_code="9000001"))
    release(PrintBatch.objects.get(kind="employer"), tmp_path / "package")
    return made


def answered(folder: Path, pieces: list[Envelope], *outcomes: str) -> list[tuple[str, str]]:
    """What the vendor says of the pieces; (kind, piece) of the open cases it leads to."""
    path = results_file(
        folder / "results.csv",
        *((piece.piece_no, 1, said) for piece, said in zip(pieces, outcomes, strict=True)),
    )
    batch = PrintBatch.objects.get(kind="employer", ordinal=1)
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    cases = Case.objects.filter(closed_at__isnull=True).order_by("pk")
    return list(cases.values_list("kind", "envelope__piece_no"))


@pytest.mark.parametrize("spoiled", [0, 1, 2])
def test_a_spoiled_piece_of_a_parcel_has_its_letter_printed_again(
    tmp_path: Path, pieces: list[Envelope], spoiled: int
) -> None:
    said = ["inserted"] * 4
    said[spoiled] = "spoiled"
    assert answered(tmp_path, pieces, *said) == [("letter", pieces[0].piece_no)]
    batch = PrintBatch.objects.get(kind="employer", ordinal=1)
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=date(2025, 8, 1), by=clerk(), at=MORNING)
    assert refusal.value.code == "open_difference"
    case = Case.objects.get()
    close_case(case=case, cause="汚損", decision="刷り直して差替え", by=clerk(), at=MORNING)
    assert post_batch(batch=batch, on=date(2025, 8, 1), by=clerk(), at=MORNING) == 3


def test_a_missing_piece_opens_both_cases(tmp_path: Path, pieces: list[Envelope]) -> None:
    assert answered(tmp_path, pieces, "inserted", "missing", "inserted", "inserted") == [
        ("missing", pieces[1].piece_no),
        ("letter", pieces[0].piece_no),
    ]


def test_a_parcel_that_is_spoiled_as_a_whole_is_made_again_with_its_letter(
    tmp_path: Path, pieces: list[Envelope]
) -> None:
    assert answered(tmp_path, pieces, "spoiled", "spoiled", "spoiled", "spoiled") == []


def test_what_is_pulled_does_not_go_either(tmp_path: Path, pieces: list[Envelope]) -> None:
    for piece in pieces[1:3]:
        lose_all_of(piece)
    assert answered(tmp_path, pieces, "spoiled", "pulled", "pulled", "inserted") == []


def test_a_piece_on_the_pull_list_needs_no_case(tmp_path: Path, pieces: list[Envelope]) -> None:
    lose_all_of(pieces[1])
    assert answered(tmp_path, pieces, "inserted", "pulled", "inserted", "inserted") == []


def test_the_page_of_the_batch_says_what_to_do(
    client_as: ClientAs, tmp_path: Path, pieces: list[Envelope]
) -> None:
    answered(tmp_path, pieces, "spoiled", "inserted", "inserted", "inserted")
    batch = PrintBatch.objects.get(kind="employer", ordinal=1)
    page = text_of(client_as(Role.CLERK).get(f"/mailing/batches/{batch.number}/"))
    assert "事業所への送付状の刷り直し" in page
    assert "実際に送る封筒だけを記して刷り直し" in page
