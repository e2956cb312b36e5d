"""Every mistake of domain.md §9 that a roster can provoke waits in each generated file, and none of them is made."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import pytest

from demo.files import FileForm, write_roster
from demo.traps import ENDED_EMPLOYER, OPEN_EMPLOYER, trap_households
from employers.services import import_employers
from issuance.models import Certificate, Household, InsuredPerson, Selection
from issuance.services import import_insured, select_targets
from mailing.models import Envelope
from mailing.services import pack_envelopes
from tests.factories.mailing import MORNING, a_campaign

if TYPE_CHECKING:
    from pathlib import Path

    from demo.rows import PersonRow

NUMBERS = [str(number) for number in range(1, 1000)]
TRAPS = {"household__number__in": NUMBERS}


@pytest.fixture
def packed(db: None, tmp_path: Path) -> None:
    """A campaign with the smallest roster there is, judged and packed."""
    write_roster(tmp_path, count=1, seed=1, form=FileForm(broken=0))
    campaign = a_campaign()
    employers, people = tmp_path / "employers.csv", tmp_path / "insured.csv"
    import_employers(campaign_code="R7", path=employers, file_name="e", at=MORNING, by=None)
    import_insured(campaign=campaign, path=people, file_name="i", at=MORNING, by=None)
    select_targets(campaign=campaign, at=MORNING, by=None)
    pack_envelopes(campaign=campaign, at=MORNING, by=None)


def test_each_household_has_one_insured_person_and_its_own_branch_numbers() -> None:
    households: dict[tuple[str, str], list[PersonRow]] = defaultdict(list)
    for row in trap_households():
        households[row.symbol, row.number].append(row)
    for rows in households.values():
        assert [row.edaban for row in rows if row.relation == "1"] == ["00"]
        assert len({row.edaban for row in rows}) == len(rows)
    assert {len(OPEN_EMPLOYER.symbol), len(ENDED_EMPLOYER.symbol)} == {7, 8}


@pytest.mark.usefixtures("packed")
def test_targets_not_household_sizes_decide_on_the_envelopes() -> None:
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for envelope in Envelope.objects.filter(**TRAPS).select_related("household").order_by("ordinal"):
        assert envelope.household is not None
        found[int(envelope.household.number)].append((envelope.seq, envelope.of, envelope.card_count))
    alone = {number: [(1, 1, 1)] for number in (11, 13, 15, 17, 19)}
    pairs = {number: [(1, 1, 2)] for number in (4, 5, 6, 8, 9, 10, 18)}
    fours = {number: [(1, 1, 4)] for number in (1, 16)}
    assert found == alone | pairs | fours | {2: [(1, 2, 4), (2, 2, 1)], 3: [(1, 3, 4), (2, 3, 4), (3, 3, 1)]}


@pytest.mark.usefixtures("packed")
def test_an_envelope_of_dependants_goes_to_the_insured_and_a_gap_in_edaban_stays() -> None:
    envelope = Envelope.objects.get(household__number="4")
    inside = Certificate.objects.filter(pk__in=envelope.cards.values("certificate"))
    assert sorted(inside.values_list("person__edaban", flat=True)) == ["01", "07"]
    assert envelope.addressee == InsuredPerson.objects.get(household__number="4", relation="1").name


@pytest.mark.usefixtures("packed")
def test_people_are_judged_one_by_one() -> None:
    left_out = Selection.objects.filter(person__household__number__in=NUMBERS).exclude(outcome="target")
    found = {
        (int(number), edaban): (outcome, reasons)
        for number, edaban, outcome, reasons in left_out.values_list(
            "person__household__number", "person__edaban", "outcome", "reasons"
        )
    }
    held, lost = ("held", ["nondisclosure"]), ("excluded", ["lost"])
    assert found == {
        (4, "00"): ("excluded", ["myna_usable"]),
        (7, "00"): held,
        (7, "01"): held,
        (7, "02"): held,
        (8, "01"): held,
        (12, "00"): lost,
        (12, "01"): lost,
        (13, "01"): ("excluded", ["decided_after_cutoff"]),
        (14, "00"): ("excluded", ["no_old_card", "decided_after_cutoff", "myna_usable"]),
    }


@pytest.mark.usefixtures("packed")
def test_cards_end_with_the_voluntary_insurance_or_before_the_75th_birthday() -> None:
    ends = Certificate.objects.filter(person__household__number__in=["1", "5", "9"], person__edaban="00")
    assert list(ends.order_by("ordinal").values_list("person__household__number", "expires_on")) == [
        ("1", date(2029, 11, 30)),
        ("5", date(2026, 12, 31)),
        ("9", date(2027, 2, 28)),
    ]


@pytest.mark.usefixtures("packed")
def test_names_are_kept_to_the_code_point() -> None:
    people = InsuredPerson.objects.filter(household__number__in=["1", "10", "19"])
    names = people.order_by("household__number", "edaban").values_list("name", "name_print")
    assert list(names) == [
        ("\U00020bb7田　花子", "\U00020bb7田　花子"),
        ("\U00020bb7田　神太郎", "\U00020bb7田　神太郎"),
        ("渡邉\U000e0102　塚子", "渡邉\U000e0102　塚子"),
        ("辻\U000e0100　隆", "辻\U000e0100　隆"),
        ("髙橋　\ufa11", "高橋　崎"),
        ("健保　太郎", "健保　太郎"),
        ("\U0002b820　一郎", "\U0002b820　一郎"),
    ]


@pytest.mark.usefixtures("packed")
def test_only_the_open_employer_of_the_insured_gets_what_comes_back() -> None:
    households = Household.objects.filter(number__in=["1", "5", "6"]).order_by("number")
    statuses = [
        (household.people.get(relation="1").insured_kind, household.employer and household.employer.status)
        for household in households
    ]
    assert statuses == [("1", "1"), ("2", None), ("1", "2")]
