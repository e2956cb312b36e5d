from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.file_intake import RefusedFile
from employers.models import Branch, Employer, EmployerImport, EmployerReject
from employers.services import import_employers
from tests.factories.backoffice import MORNING, UserFactory
from tests.issuance.roster_files import employer, employer_file, rejected

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def take_in(path: Path, **columns: Any) -> EmployerImport:
    values = {"campaign_code": "R7", "file_name": path.name, "at": MORNING, "by": None, **columns}
    return import_employers(path=path, **values)


def counts(record: EmployerImport) -> tuple[int, int, int]:
    return record.rows, record.accepted, record.rejected


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"encoding": "cp932", "japanese": False, "ending": "\r\n", "quoted": True},
        {"encoding": "utf-8-sig", "ending": "\r\n"},
    ],
)
def test_import_employers_stores_what_the_file_says(tmp_path: Path, form: dict[str, Any]) -> None:
    rows = [
        employer(name="㈱髙﨑", contact="総務部"),
        employer(insurer_no="01270016", symbol="1060708", status="2", ended_on="R7.3.31"),
    ]
    clerk = UserFactory.create(clerk=True)
    record = take_in(employer_file(tmp_path, *rows, **form), by=clerk)
    record.refresh_from_db()
    assert counts(record) == (2, 2, 0)
    assert (record.campaign_code, record.file_name, record.imported_at, record.imported_by) == (
        "R7",
        "employers.csv",
        MORNING,
        clerk,
    )
    assert record.encoding == form.get("encoding", "utf-8")
    stored = Employer.objects.order_by("insurer_no").values_list(
        "branch", "symbol", "name", "name_key", "status", "ended_on", "contact", "imported_from"
    )
    assert list(stored) == [
        ("13", "21000001", "㈱髙﨑", "(株)高崎", "1", None, "総務部", record.pk),
        (
            "27",
            "1060708",
            "株式会社みなと",
            "株式会社みなと",
            "2",
            date(2025, 3, 31),
            "社会保険事務担当者様",
            record.pk,
        ),
    ]


def test_the_newest_file_wins_and_keeps_the_employer(tmp_path: Path) -> None:
    take_in(employer_file(tmp_path, employer()))
    before = Employer.objects.get()
    moved = employer(name="みなと商事", address1="大阪府大阪市北区1", status="2", ended_on="R7.8.31")
    record = take_in(employer_file(tmp_path, moved))
    after = Employer.objects.get()
    assert (after.pk, after.public_id) == (before.pk, before.public_id)
    assert (
        after.name,
        after.name_key,
        after.address1,
        after.status,
        after.ended_on,
        after.imported_from,
    ) == (
        "みなと商事",
        "みなと商事",
        "大阪府大阪市北区1",
        "2",
        date(2025, 8, 31),
        record,
    )


def test_bad_rows_are_kept_as_rejects_and_good_neighbours_come_in(tmp_path: Path) -> None:
    rows = [
        employer(symbol="1000001"),
        employer(symbol="1000002", name="", status="9"),
        employer(symbol="1000003"),
        employer(symbol="1000003", name="別の会社"),
        employer(symbol="1000003", name=""),
        employer(symbol="1000003", insurer_no="01270016"),
    ]
    path = employer_file(tmp_path, *rows)
    path.write_bytes(path.read_bytes() + b"01130012,2000001\n")
    record = take_in(path)
    assert counts(record) == (7, 2, 5)
    assert rejected(record) == [
        (3, "name", "name_length"),
        (3, "status", "status_code"),
        (4, "symbol", "repeated_key"),
        (5, "symbol", "repeated_key"),
        (6, "name", "name_length"),
        (6, "symbol", "repeated_key"),
        (8, "", "column_count"),
    ]
    assert list(Employer.objects.order_by("pk").values_list("insurer_no", "symbol")) == [
        ("01130012", "1000001"),
        ("01270016", "1000003"),
    ]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = employer_file(tmp_path, employer(), employer(symbol="0"))
    first = take_in(path)
    assert take_in(path, file_name="other.csv") == first
    assert (EmployerImport.objects.count(), EmployerReject.objects.count()) == (1, 1)


def test_another_campaign_takes_the_same_file_in_again(tmp_path: Path) -> None:
    path = employer_file(tmp_path, employer())
    assert take_in(path) != take_in(path, campaign_code="R8")


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "employers.csv"
    path.write_bytes("保険者番号,記号,マイナンバー\n".encode("cp932"))
    with pytest.raises(RefusedFile) as refusal:
        take_in(path)
    assert (refusal.value.code, "マイナンバー" in refusal.value.message) == ("unknown_column", True)
    assert EmployerImport.objects.count() == 0


def test_a_progress_that_raises_stops_everything(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def progress(done: int, total: int, rows: int = 0, /) -> None:
        assert (0 < done <= total, 0 < rows <= 1000) == (True, True)
        raise Stop

    rows = [employer(symbol=str(1_000_001 + n)) for n in range(1000)]
    with pytest.raises(Stop):
        take_in(employer_file(tmp_path, *rows), progress=progress)
    assert (EmployerImport.objects.count(), Employer.objects.count()) == (0, 0)
    assert take_in(employer_file(tmp_path, *rows)).accepted == 1000


def test_a_file_name_may_be_long(tmp_path: Path) -> None:
    record = take_in(employer_file(tmp_path, employer()), file_name="あ" * 300)
    record.refresh_from_db()
    assert record.file_name == "あ" * 200


def test_who_may_not_import_is_denied(tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        take_in(employer_file(tmp_path, employer()), by=UserFactory.create(inquiry=True))


def test_every_database_has_the_47_branches() -> None:
    assert Branch.objects.count() == 47
    tokyo = Branch.objects.get(code="13")
    assert (tokyo.name, tokyo.insurer_no, tokyo.address) == ("東京支部", "01130012", "東京都")
    assert Branch.objects.get(code="01").name == "北海道支部"
