from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.file_intake import RefusedFile
from employers.models import EmployerImport
from issuance.models import Campaign, Household, InsuredPerson, Reject, RosterImport
from issuance.services import import_insured, import_losses
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import (
    dependant,
    employer,
    loss,
    loss_file,
    person,
    rejected,
    roster_file,
    take_in,
    take_in_employer,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("way")]

NAMES = [
    "神\ufa19　一郎",
    "葛\U000e0100城　花子",
    "𠮷田　三郎",
    "ﾏﾘｱ ①㈱～",
    "か\u3099く　太郎",
    "MARIA　LÓPEZ",
]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = CampaignFactory.create()
    take_in_employer(tmp_path, made)
    return made


def counts(record: RosterImport) -> tuple[int, int, int]:
    record.refresh_from_db()
    return record.rows, record.accepted, record.rejected


def keys() -> list[str]:
    rows = InsuredPerson.objects.order_by("household__symbol", "household__number", "edaban")
    return [f"{number}-{edaban}" for number, edaban in rows.values_list("household__number", "edaban")]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"japanese": False},
        {"encoding": "cp932", "ending": "\r\n", "quoted": True},
        {"encoding": "cp932", "japanese": False},
        {"encoding": "utf-8-sig", "ending": "\r\n"},
    ],
)
def test_import_insured_stores_what_the_file_says(
    tmp_path: Path, campaign: Campaign, form: dict[str, Any]
) -> None:
    family = dependant(
        name="髙﨑　花子",
        name_print="髙﨑（山田）花子",
        sex_print="裏面参照",
        back_remarks="氏名欄の括弧内は旧姓",
        lost_on="R7.5.1",
        card_held="0",
        myna_status="1",
        nondisclosure="1",
        postal_code="0600000",
        address1="北海道札幌市中央区",
        address2="佐藤様方",
    )
    record = take_in(tmp_path, campaign, person(), family, **form)
    assert counts(record) == (2, 2, 0)
    assert (record.encoding, record.imported_at) == (form.get("encoding", "utf-8"), MORNING)
    insured, child = InsuredPerson.objects.order_by("edaban")
    household = Household.objects.get()
    assert insured.household == child.household == household
    assert (household.campaign, household.branch_id) == (campaign, "13")
    assert household.employer is not None
    assert (household.employer.symbol, household.insurer_no, household.symbol, household.number) == (
        "21000001",
        "01130012",
        "21000001",
        "1",
    )
    columns = {
        "source": record,
        "line": 3,
        "edaban": "01",
        "relation": "2",
        "insured_kind": "1",
        "name": "髙﨑　花子",
        "name_kana": "ﾔﾏﾀﾞ ﾊﾅｺ",
        "name_print": "髙﨑（山田）花子",
        "name_key": "高崎花子",
        "kana_key": "ヤマダハナコ",
        "sex_print": "裏面参照",
        "birth_date": date(2008, 5, 5),
        "acquired_on": date(2015, 4, 1),
        "decided_on": date(2015, 4, 10),
        "lost_on": date(2025, 5, 1),
        "card_held": False,
        "myna_usable": True,
        "postal_code": "0600000",
        "address1": "北海道札幌市中央区",
        "address2": "佐藤様方",
        "nondisclosure": True,
        "voluntary_end": None,
        "back_remarks": "氏名欄の括弧内は旧姓",
        "later_lost_on": None,
    }
    assert {name: getattr(child, name) for name in columns} == columns
    assert (insured.name, insured.name_print, insured.line, insured.relation) == (
        "山田　太郎",
        "山田　太郎",
        2,
        "1",
    )


def test_names_are_kept_byte_for_byte(tmp_path: Path, campaign: Campaign) -> None:
    rows = [person(number=str(n), name=name) for n, name in enumerate(NAMES, 1)]
    take_in(tmp_path, campaign, *rows)
    stored = InsuredPerson.objects.order_by("line").values_list("name", "name_print")
    assert [(name.encode(), printed.encode()) for name, printed in stored] == [
        (n.encode(),) * 2 for n in NAMES
    ]


def test_numbers_stay_text_and_zeros_stay(tmp_path: Path, campaign: Campaign) -> None:
    rows = [
        person(
            insured_kind="2", voluntary_end="R8.3.31", symbol="1060708", number="10", postal_code="0010010"
        )
    ]
    take_in(
        tmp_path,
        campaign,
        *rows,
        dependant("09", insured_kind="2", voluntary_end="R8.3.31", symbol="1060708", number="10"),
    )
    stored = InsuredPerson.objects.order_by("edaban").values_list(
        "household__symbol", "household__number", "edaban", "postal_code", "voluntary_end"
    )
    assert list(stored) == [
        ("1060708", "10", "00", "0010010", date(2026, 3, 31)),
        ("1060708", "10", "09", "1000013", date(2026, 3, 31)),
    ]


def test_voluntary_and_day_labourers_need_no_employer(tmp_path: Path, campaign: Campaign) -> None:
    rows = [
        person(symbol="71000001", insured_kind="2", voluntary_end="R8.3.31"),
        person(symbol="21000001", number="2", insured_kind="2", voluntary_end="R8.3.31"),
        person(symbol="72000001", insured_kind="9"),
        person(symbol="73000001", insurer_no="03130010", insured_kind="9"),
    ]
    assert counts(take_in(tmp_path, campaign, *rows)) == (4, 4, 0)
    stored: Any = Household.objects.order_by("symbol").values_list("symbol", "branch", "employer__symbol")
    assert list(stored) == [
        ("21000001", "13", None),
        ("71000001", "13", None),
        ("72000001", "13", None),
        ("73000001", "13", None),
    ]


def test_a_row_with_three_broken_rules_gives_three_rejects(tmp_path: Path, campaign: Campaign) -> None:
    record = take_in(
        tmp_path,
        campaign,
        person(name="山●", card_held="x", number="2"),
        person(number="3", decided_on="平成31年5月1日", lost_on="x", postal_code=""),
    )
    assert counts(record) == (2, 0, 2)
    assert rejected(record) == [
        (2, "name", "name_character"),
        (2, "card_held", "card_held_code"),
        (3, "decided_on", "decided_on_date_impossible"),
        (3, "lost_on", "lost_on_date_format"),
        (3, "postal_code", "postal_code_format"),
    ]
    assert all(Reject.objects.values_list("message", flat=True))
    shapes = list(Reject.objects.order_by("line", "id").values_list("shape", flat=True))
    assert shapes == ["漢◇", "A", "漢漢99漢9漢9漢", "A", ""]


def test_lines_are_those_of_the_file(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(
        tmp_path, person(), person(number="2", address2="一階\n二階"), person(number="3"), quoted=True
    )
    content = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*content[:2], "\n", *content[2:], "x\n", "a\0b\n"]))
    record = import_insured(campaign=campaign, path=path, file_name=path.name, at=MORNING, by=None)
    assert counts(record) == (5, 2, 3)
    assert rejected(record) == [
        (4, "address2", "address2_character"),
        (7, "", "column_count"),
        (8, "", "nul_character"),
    ]
    assert list(InsuredPerson.objects.order_by("line").values_list("line", flat=True)) == [2, 6]


def test_the_same_file_again_changes_nothing(tmp_path: Path, campaign: Campaign) -> None:
    first = take_in(tmp_path, campaign, person(), person(number="0"))
    again = import_insured(
        campaign=campaign, path=tmp_path / "insured.csv", file_name="x.csv", at=MORNING, by=None
    )
    assert again == first
    assert (RosterImport.objects.count(), InsuredPerson.objects.count(), Reject.objects.count()) == (1, 1, 1)


def test_the_same_file_is_judged_again_once_employers_have_come_that_its_rows_lacked(
    tmp_path: Path, campaign: Campaign
) -> None:
    def brought(minutes: int) -> RosterImport:
        path, at = tmp_path / "insured.csv", MORNING + timedelta(minutes=minutes)
        return import_insured(campaign=campaign, path=path, file_name="insured.csv", at=at, by=None)

    first = take_in(tmp_path, campaign, person(), person(symbol="21000002"))
    assert rejected(first) == [(3, "symbol", "unknown_employer")]
    take_in_employer(tmp_path, campaign, employer(name="別の会社"))  # at the same moment
    assert brought(1) == first
    EmployerImport.objects.update(imported_at=MORNING + timedelta(minutes=2))
    still = brought(3)
    assert (still.attempt, counts(still)) == (2, (2, 0, 2))
    take_in_employer(tmp_path, campaign, employer(symbol="21000002"))
    EmployerImport.objects.update(imported_at=MORNING + timedelta(minutes=4))
    again = brought(5)
    assert (again.attempt, counts(again)) == (3, (2, 1, 1))
    assert rejected(again) == [(2, "number", "already_imported")]
    assert brought(6) == again
    assert keys() == ["1-00", "1-00"]


def test_another_file_brings_new_households_and_those_who_join_a_known_one(
    tmp_path: Path, campaign: Campaign
) -> None:
    take_in(tmp_path, campaign, person(), dependant(name="●"))
    record = take_in(tmp_path, campaign, person(), dependant(), person(number="2"))
    assert counts(record) == (3, 2, 1)
    assert rejected(record) == [(2, "number", "already_imported")]
    assert keys() == ["1-00", "1-01", "2-00"]


def test_those_who_join_a_known_household_need_not_bring_its_insured_person_again(
    tmp_path: Path, campaign: Campaign
) -> None:
    take_in(tmp_path, campaign, person(), dependant())
    record = take_in(tmp_path, campaign, dependant("02"), dependant("01"))
    assert rejected(record) == [(3, "number", "already_imported")]
    assert keys() == ["1-00", "1-01", "1-02"]


def test_a_known_household_takes_no_second_insured_person(tmp_path: Path, campaign: Campaign) -> None:
    take_in(tmp_path, campaign, person())
    record = take_in(tmp_path, campaign, person(), person(edaban="01"), dependant("02"))
    assert rejected(record) == [
        (2, "relation", "household_insured_count"),
        (2, "number", "already_imported"),
        (3, "relation", "household_insured_count"),
        (4, "relation", "household_insured_count"),
    ]
    assert keys() == ["1-00"]


def test_nobody_joins_a_household_whose_file_waits_for_its_acceptance(tmp_path: Path) -> None:
    campaign = CampaignFactory.create(accept_rosters=True)
    take_in_employer(tmp_path, campaign)
    take_in(tmp_path, campaign, person())
    record = take_in(tmp_path, campaign, dependant())
    assert rejected(record) == [(2, "number", "already_imported")]


def test_whoever_joins_a_household_that_has_left_has_left_with_it(tmp_path: Path, campaign: Campaign) -> None:
    take_in(tmp_path, campaign, person(), person(number="2"))
    losses = loss_file(tmp_path, loss())
    import_losses(campaign=campaign, path=losses, file_name="losses.csv", at=MORNING, by=None)
    take_in(tmp_path, campaign, dependant(), dependant("02", lost_on="R7.6.1"), dependant(number="2"))
    joined = InsuredPerson.objects.filter(relation="2").order_by("household__number", "edaban")
    assert list(joined.values_list("later_lost_on", flat=True)) == [date(2025, 7, 1), None, None]


def test_a_row_rejected_before_may_come_again_in_another_file(tmp_path: Path, campaign: Campaign) -> None:
    take_in(tmp_path, campaign, person(name="●"))
    assert counts(take_in(tmp_path, campaign, person())) == (1, 1, 0)


def test_campaigns_do_not_see_each_other(tmp_path: Path, campaign: Campaign) -> None:
    take_in(tmp_path, campaign, person())
    assert counts(take_in(tmp_path, CampaignFactory.create(), person())) == (1, 1, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xff\xfe", "undecodable"),
        ("記号,番号\n".encode(), "missing_column"),
        ("記号,マイナンバー\n".encode("cp932"), "unknown_column"),
        (b"symbol,number,symbol\n", "repeated_column"),
    ],
)
def test_a_refused_file_changes_nothing(
    tmp_path: Path, campaign: Campaign, content: bytes, code: str
) -> None:
    path = tmp_path / "insured.csv"
    path.write_bytes(content)
    with pytest.raises(RefusedFile) as refusal:
        import_insured(campaign=campaign, path=path, file_name="insured.csv", at=MORNING, by=None)
    assert refusal.value.code == code
    assert RosterImport.objects.count() == 0


def test_a_file_refused_half_way_changes_nothing(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(tmp_path, person(), person(number="2", name="あ" * (1 << 20)))
    with pytest.raises(RefusedFile) as refusal:
        import_insured(campaign=campaign, path=path, file_name="insured.csv", at=MORNING, by=None)
    assert refusal.value.code == "line_too_long"
    assert (RosterImport.objects.count(), InsuredPerson.objects.count()) == (0, 0)


def test_a_12_digit_number_has_no_column(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(tmp_path, person())
    path.write_text("個人番号," + path.read_text().replace("\n0113", "\n123456789012,0113"))
    with pytest.raises(RefusedFile) as refusal:
        import_insured(campaign=campaign, path=path, file_name="insured.csv", at=MORNING, by=None)
    assert (refusal.value.code, "個人番号" in refusal.value.message) == ("unknown_column", True)


def test_a_progress_that_raises_stops_everything(tmp_path: Path, campaign: Campaign) -> None:
    class Stop(Exception):
        pass

    told: list[tuple[int, int, int]] = []

    def progress(done: int, total: int, rows: int = 0, /) -> None:
        told.append((done, total, rows))
        if len(told) == 2:
            raise Stop

    path = roster_file(tmp_path, *(person(number=str(n)) for n in range(1, 16_000)))
    with pytest.raises(Stop):
        import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None, progress=progress)
    assert (RosterImport.objects.count(), InsuredPerson.objects.count()) == (0, 0)
    assert 0 < told[0][0] < told[1][0] < told[1][1] == path.stat().st_size
    assert 0 < told[0][2] < told[1][2] < 16_000


def test_who_may_not_import_is_denied(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(tmp_path, person())
    with pytest.raises(PermissionDenied):
        import_insured(
            campaign=campaign, path=path, file_name="x", at=MORNING, by=UserFactory.create(auditor=True)
        )
    clerk = UserFactory.create(clerk=True)
    record = import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=clerk)
    assert record.imported_by == clerk
