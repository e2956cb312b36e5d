"""What a results file may not say: refused whole, naming file, line, column and rule, with nothing changed; and what opens
a case instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from issuance.models import InsuredPerson
from issuance.queries import matching
from japan.piece_number import piece_number
from mailing.models import Case, Envelope, PrintBatch, VendorResult
from mailing.queries import batch_sum
from mailing.services import close_case, import_vendor_results, plan_batches, take_case
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    all_inserted,
    clerk,
    envelopes_of,
    pack_and_plan,
    release,
    results_file,
    supervisor,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mailing.services import ResultCounts

pytestmark = pytest.mark.django_db
NEVER_GIVEN = piece_number(99_999_999_999)


@pytest.fixture
def batch(tmp_path: Path) -> PrintBatch:
    """Four released envelopes."""
    campaign = a_campaign()
    for place in range(4):
        a_household(campaign, "00", postal_code=f"100000{place}")
    return release(pack_and_plan(campaign), tmp_path / "package")


def take_in(batch: PrintBatch, path: Path) -> ResultCounts:
    return import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)


def take_in_rows(batch: PrintBatch, folder: Path, *rows: tuple[str, int, str]) -> ResultCounts:
    return take_in(batch, results_file(folder / "r.csv", *rows))


def refusal_of(batch: PrintBatch, content: bytes, folder: Path) -> Refused:
    """Why the file is refused; afterwards everything is as it was."""
    path = folder / "r.csv"
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        take_in(batch, path)
    assert (VendorResult.objects.count(), Case.objects.count()) == (0, 0)
    assert set(batch.envelopes.values_list("state", flat=True)) == {"released"}
    return refusal.value


HEADER = "封筒番号,作成回,結果"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (f"{HEADER}\n{{1}},1,inserted\n{{0}},1,lost", "unknown_outcome", "3行目 列「結果」: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{0}},x,inserted", "broken_make_no", "3行目 列「作成回」: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{0}},0,inserted", "broken_make_no", "3行目 列「作成回」: "),
        (f"{HEADER}\n{{1}},1,inserted\n123,1,inserted", "broken_piece_no", "3行目 列「封筒番号」: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{1}},1,spoiled", "repeated_piece", "3行目 列「結果」: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{0}},1", "broken_row", "3行目: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{0}}\0,1,inserted", "broken_row", "3行目: "),
        (f"{HEADER}\n{{1}},1,inserted\n{{0}},1,inserted\0", "broken_row", "3行目: "),
        (f"{HEADER}\n{NEVER_GIVEN},1,inserted\n", "foreign_file", "2行目 列「封筒番号」: "),
        ("\0\0\0\0", "unknown_column", "1行目: "),
        (f"{HEADER},氏名\n{{0}},1,inserted,x", "unknown_column", "1行目: "),
        ("封筒番号,結果\n{0},inserted", "missing_column", "1行目: "),
        ("", "empty_file", ""),
    ],
)
def test_one_bad_row_refuses_the_whole_file(
    batch: PrintBatch, tmp_path: Path, text: str, code: str, place: str
) -> None:
    first, second, *_rest = envelopes_of(batch)
    refusal = refusal_of(batch, text.format(first.piece_no, second.piece_no).encode(), tmp_path)
    assert refusal.code == code
    assert refusal.message.startswith(f"r.csv {place}")
    assert refusal.message.endswith(f"［{code}］")


def test_a_file_of_another_batch_is_refused(batch: PrintBatch, tmp_path: Path) -> None:
    a_household(batch.campaign, "00")
    other = release(pack_and_plan(batch.campaign), tmp_path / "other")
    for rows in (all_inserted(other), [*all_inserted(batch), *all_inserted(other)]):
        refusal = refusal_of(batch, results_file(tmp_path / "r.csv", *rows).read_bytes(), tmp_path)
        assert refusal.code == ("foreign_piece" if len(rows) > 1 else "foreign_file")


def test_ten_times_the_rows_are_refused(batch: PrintBatch, tmp_path: Path) -> None:
    rows = all_inserted(batch) * 10
    refusal = refusal_of(batch, results_file(tmp_path / "r.csv", *rows).read_bytes(), tmp_path)
    assert refusal.code == "too_many_rows"


@pytest.mark.parametrize("kind", ["unknown", "duplicate", "surplus"])
def test_a_piece_too_many_is_a_case_that_stops_the_batch(
    batch: PrintBatch, tmp_path: Path, kind: str
) -> None:
    first = envelopes_of(batch)[0]
    extra = {
        "unknown": (NEVER_GIVEN, 1, "inserted"),
        "duplicate": (first.piece_no, 1, "inserted"),
        "surplus": (first.piece_no, 2, "inserted"),
    }[kind]
    rows = [*all_inserted(batch), extra]
    said = take_in_rows(batch, tmp_path, *rows)
    assert (said.cases, said.difference, said.reconciled) == (1, 0, False)
    case = Case.objects.get()
    assert (case.kind, case.reported_piece_no, case.make_no) == (kind, *extra[:2])
    assert case.envelope == (None if kind == "unknown" else first)
    again = take_in_rows(batch, tmp_path, *rows)
    assert (again.cases, again.repeated, Case.objects.count()) == (0, 4, 1)
    close_case(case=case, cause="読取りの重複", decision="現物を確認した", by=clerk(), at=MORNING)
    batch.refresh_from_db()
    assert (batch.state, batch_sum(batch).inserted) == ("reconciled", 4)


def test_a_case_has_an_owner_who_can_change(batch: PrintBatch, tmp_path: Path) -> None:
    first, *rest = all_inserted(batch)
    take_in_rows(batch, tmp_path, (*first[:2], "missing"), *rest)
    case, other = Case.objects.get(), clerk()
    assert case.owner is not None
    assert [take_case(case=case, by=other), take_case(case=Case.objects.get(), by=other)] == [True, False]
    close_case(case=case, cause="棚の下", decision="再作成", by=other, at=MORNING)
    assert take_case(case=Case.objects.get(), by=clerk()) is False


def test_more_remakes_than_the_cap_wait_for_a_supervisor(batch: PrintBatch, tmp_path: Path) -> None:
    batch.campaign.remake_cap_percent = 30
    batch.campaign.save()
    first, second, *rest = all_inserted(batch)
    said = take_in_rows(batch, tmp_path, (*first[:2], "spoiled"), (*second[:2], "missing"), *rest)
    assert said.reconciled is False
    held = Case.objects.get(kind="too_many_remakes")
    missing = Case.objects.get(kind="missing")
    close_case(case=missing, cause="裁断くずに混入", decision="再作成", by=clerk(), at=MORNING)
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 0
    with pytest.raises(PermissionDenied):
        close_case(case=held, cause="機械の故障", decision="認める", by=clerk(), at=MORNING)
    with pytest.raises(PermissionDenied):
        take_case(case=held, by=clerk())
    by = supervisor()
    assert take_case(case=held, by=by) is True
    close_case(case=held, cause="機械の故障", decision="再作成を認める", by=by, at=MORNING)
    batch.refresh_from_db()
    assert batch.state == "reconciled"
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 1
    assert Envelope.objects.filter(make_no=2).count() == 2


def test_up_to_the_cap_pieces_are_made_again_at_once(batch: PrintBatch, tmp_path: Path) -> None:
    batch.campaign.remake_cap_percent = 25
    batch.campaign.save()
    first, *rest = all_inserted(batch)
    assert take_in_rows(batch, tmp_path, (*first[:2], "spoiled"), *rest).reconciled is True
    assert Envelope.objects.get(make_no=2).batch is None


def numbered(folder: Path, *rows: tuple[str, int, str, str]) -> Path:
    """A file that also says under which number the post accepted each piece."""
    lines = [",".join(map(str, row)) for row in (("piece_no", "make_no", "結果", "引受番号"), *rows)]
    path = folder / "n.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_posts_numbers_come_with_the_results_or_after_them(batch: PrintBatch, tmp_path: Path) -> None:
    first, second, third, fourth = envelopes_of(batch)
    rows = [(one.piece_no, 1, "inserted") for one in (first, second, third, fourth)]
    take_in(
        batch,
        numbered(
            tmp_path,
            (*rows[0], "131-12-38385-2"),
            (*rows[1], "13112383863"),
            (*rows[2], ""),
            (*rows[3], ""),
        ),
    )
    numbers = Envelope.objects.order_by("ordinal").values_list("tracking_no", flat=True)
    assert list(numbers) == ["13112383852", "13112383863", "", ""]
    late = numbered(tmp_path, (*rows[0], "131-12-38385-2"), (*rows[2], "131-12-38387-4"))
    assert take_in(batch, late).repeated == 2
    assert list(numbers.all()) == ["13112383852", "13112383863", "13112383874", ""]
    person = first.cards.get().certificate.person
    for words in ("131-12-38385-2", "13112383852"):
        assert list(matching(InsuredPerson.objects.all(), words)) == [person]


@pytest.mark.parametrize(
    ("numbers", "code", "place"),
    [
        (("13112383853", ""), "broken_tracking_no", "2行目 列「引受番号」"),
        (("1311238385", ""), "broken_tracking_no", "2行目 列「引受番号」"),
        (("13112383852", "131-12-38385-2"), "repeated_tracking_no", "3行目 列「引受番号」"),
    ],
)
def test_a_wrong_number_of_the_post_refuses_the_file(
    batch: PrintBatch, tmp_path: Path, numbers: tuple[str, str], code: str, place: str
) -> None:
    rows = zip(envelopes_of(batch), numbers, strict=False)
    path = numbered(tmp_path, *((one.piece_no, 1, "inserted", number) for one, number in rows))
    refusal = refusal_of(batch, path.read_bytes(), tmp_path)
    assert refusal.code == code
    assert f"r.csv {place}" in refusal.message
    assert set(Envelope.objects.values_list("tracking_no", flat=True)) == {""}


def test_a_number_of_the_post_is_not_replaced(batch: PrintBatch, tmp_path: Path) -> None:
    piece = envelopes_of(batch)[0].piece_no
    take_in(batch, numbered(tmp_path, (piece, 1, "inserted", "13112383852")))
    other = numbered(tmp_path, (piece, 1, "inserted", "13112383863"))
    with pytest.raises(
        Refused, match="列「引受番号」: すでに別の引受番号が記録されています。［contradicts］"
    ):
        take_in(batch, other)
    assert Envelope.objects.get(piece_no=piece).tracking_no == "13112383852"


def test_a_number_of_an_unknown_piece_is_nobodys(batch: PrintBatch, tmp_path: Path) -> None:
    piece = envelopes_of(batch)[0].piece_no
    rows = ((piece, 1, "inserted", ""), (NEVER_GIVEN, 1, "inserted", "13112383852"))
    assert take_in(batch, numbered(tmp_path, *rows)).cases == 1
    assert set(Envelope.objects.values_list("tracking_no", flat=True)) == {""}
