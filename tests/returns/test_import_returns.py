from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.file_intake import RefusedFile
from backoffice.roles import Role
from mailing.models import Envelope
from returns.models import ReturnEvent, ReturnsImport, UnknownReturn
from returns.services import import_returns
from tests.factories.mailing import MORNING, a_campaign, a_household, staff
from tests.factories.returns import come_back, desk, post_all, returns_file

if TYPE_CHECKING:
    from pathlib import Path

    from issuance.models import Campaign


pytestmark = pytest.mark.django_db


@pytest.fixture
def envelopes(db: None) -> list[Envelope]:
    campaign = a_campaign()
    for _ in range(3):
        a_household(campaign, "00")
    return post_all(campaign)


def take_in(campaign: Campaign, path: Path, **changes: object) -> ReturnsImport:
    values = {"file_name": path.name, "at": MORNING, "by": desk(), **changes}
    return import_returns(campaign=campaign, path=path, **values)  # type: ignore[arg-type]


def test_good_rows_are_recorded_repeats_counted_unknown_ones_kept_broken_ones_rejected(
    envelopes: list[Envelope], tmp_path: Path
) -> None:
    first, second, third = (envelope.piece_no for envelope in envelopes)
    come_back(envelopes[2])
    path = returns_file(
        tmp_path / "returns.csv",
        (first, "moved", "2025-09-01"),
        (first, "expired", "20250902"),
        (third, "moved", "R7.9.1"),
        ("000000000000", "moved", "2025-09-01"),
        (second, "lazy", "2025-13-01"),
    )
    record = take_in(envelopes[0].campaign, path)
    assert (record.rows, record.recorded, record.repeated, record.unknown, record.rejected) == (5, 1, 2, 1, 1)
    assert list(record.rejects.order_by("pk").values_list("line", "column", "rule")) == [
        (6, "reason", "reason_code"),
        (6, "returned_on", "returned_on_date_impossible"),
    ]
    assert list(record.events.values_list("envelope__piece_no", "reason")) == [(first, "moved")]
    assert UnknownReturn.objects.get().scanned_text == "000000000000"
    envelopes[0].refresh_from_db()
    assert envelopes[0].state == "returned"


def test_the_same_file_again_changes_nothing(envelopes: list[Envelope], tmp_path: Path) -> None:
    path = returns_file(tmp_path / "returns.csv", (envelopes[0].piece_no, "moved", "2025-09-01"))
    assert take_in(envelopes[0].campaign, path) == take_in(envelopes[0].campaign, path)
    assert (ReturnsImport.objects.count(), ReturnEvent.objects.count()) == (1, 1)


def test_missing_and_overlong_numbers_are_rejected(envelopes: list[Envelope], tmp_path: Path) -> None:
    path = returns_file(tmp_path / "r.csv", ("", "moved", "2025-09-01"), ("1" * 61, "moved", "2025-09-01"))
    record = take_in(envelopes[0].campaign, path)
    assert list(record.rejects.order_by("pk").values_list("rule", flat=True)) == [
        "piece_no_missing",
        "piece_no_length",
    ]


def test_a_file_with_an_unknown_column_is_refused_whole(envelopes: list[Envelope], tmp_path: Path) -> None:
    path = returns_file(tmp_path / "r.csv", header="封筒番号,還付理由,還付日,個人番号")
    with pytest.raises(RefusedFile, match="個人番号"):
        take_in(envelopes[0].campaign, path)
    assert ReturnsImport.objects.count() == 0


def test_only_the_returns_desk_may_take_a_file_in(envelopes: list[Envelope], tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        take_in(envelopes[0].campaign, returns_file(tmp_path / "r.csv"), by=staff(Role.INQUIRY))


def test_the_file_gives_the_same_answers_as_the_desk(envelopes: list[Envelope], tmp_path: Path) -> None:
    campaign, (first, second, third) = envelopes[0].campaign, envelopes
    Envelope.objects.filter(pk=first.pk).update(make_no=2)
    foreign_campaign = a_campaign("R8")
    a_household(foreign_campaign, "00")
    foreign = post_all(foreign_campaign)[0]
    path = returns_file(
        tmp_path / "returns.csv",
        (f"T1|{first.piece_no}|1|1/1|1", "moved", "2025-09-01"),
        (f"T1|{first.piece_no}|1|1/1|1", "moved", "2025-09-01"),
        (f"T1|{first.piece_no}|0|1/1|1", "moved", "2025-09-01"),
        (f"T1|{first.piece_no}|3|1/1|1", "moved", "2025-09-01"),
        (f"T1|{first.piece_no}|2|1/1|1", "moved", "2025-09-01"),
        (second.piece_no, "moved", "2025-08-20"),
        (third.piece_no, "moved", "2025-08-21"),
        (foreign.piece_no, "moved", "2025-09-01"),
    )
    record = take_in(campaign, path)
    assert (record.rows, record.recorded, record.repeated, record.unknown, record.rejected) == (8, 2, 0, 5, 1)
    assert list(record.rejects.values_list("line", "column", "rule")) == [
        (7, "returned_on", "returned_before_posting")
    ]
    kept = UnknownReturn.objects.order_by("pk").values_list("kind", "envelope", "make_no")
    assert list(kept) == [
        ("superseded", first.pk, 1),
        ("never_ordered", first.pk, 0),
        ("never_ordered", first.pk, 3),
        ("other_campaign", foreign.pk, None),
    ]
    assert set(record.events.values_list("envelope", flat=True)) == {first.pk, third.pk}
