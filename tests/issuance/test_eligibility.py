from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from issuance.eligibility import ExpiryWindow, Facts, NoExpiryPolicy, expiry_date, judge, outcome_of

CUTOFF = date(2024, 11, 29)
TARGET = Facts(
    insurer_no="01130012",
    insured_kind="1",
    card_held=True,
    decided_on=CUTOFF,
    myna_usable=False,
    lost=False,
    nondisclosure=False,
    insured_nondisclosure=False,
)
EVERYTHING = {
    "insured_kind": "9",
    "card_held": False,
    "decided_on": date(2024, 11, 30),
    "myna_usable": True,
    "lost": True,
}
WINDOWS = [
    ExpiryWindow(date(2024, 12, 2), date(2025, 12, 1), date(2029, 11, 30)),
    ExpiryWindow(date(2025, 12, 2), date(2026, 12, 1), date(2030, 11, 30)),
]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"insured_kind": "2"}, []),
        ({"decided_on": date(2009, 1, 1)}, []),
        ({"insured_kind": "9"}, ["day_labourer"]),
        ({"insurer_no": "03130010"}, ["day_labourer"]),
        ({"insurer_no": "04130019"}, ["day_labourer"]),
        ({"card_held": False}, ["no_old_card"]),
        ({"decided_on": date(2024, 11, 30)}, ["decided_after_cutoff"]),
        ({"myna_usable": True}, ["myna_usable"]),
        ({"lost": True}, ["lost"]),
        ({"lost": True, "card_held": False}, ["no_old_card", "lost"]),
        (EVERYTHING, ["day_labourer", "no_old_card", "decided_after_cutoff", "myna_usable", "lost"]),
    ],
)
def test_every_reason_that_applies_is_given_in_its_order(changes: dict[str, Any], reasons: list[str]) -> None:
    facts = replace(TARGET, **changes)
    assert judge(facts, decided_by=CUTOFF) == reasons
    assert outcome_of(facts, decided_by=CUTOFF) == ("excluded" if reasons else "target", reasons)


@pytest.mark.parametrize("flag", ["nondisclosure", "insured_nondisclosure"])
def test_a_target_is_held_for_the_flag_of_the_person_or_of_the_insured(flag: str) -> None:
    changes: dict[str, Any] = {flag: True}
    facts = replace(TARGET, **changes)
    assert outcome_of(facts, decided_by=CUTOFF) == ("held", ["nondisclosure"])


def test_who_is_no_target_is_excluded_and_not_held() -> None:
    facts = replace(TARGET, nondisclosure=True, insured_nondisclosure=True, card_held=False)
    assert outcome_of(facts, decided_by=CUTOFF) == ("excluded", ["no_old_card"])


@pytest.mark.parametrize(
    ("issued_on", "birth", "insured_birth", "voluntary_end", "expected"),
    [
        (date(2024, 12, 2), date(1980, 4, 1), date(1980, 4, 1), None, date(2029, 11, 30)),
        (date(2025, 12, 1), date(1980, 4, 1), date(1980, 4, 1), None, date(2029, 11, 30)),
        (date(2025, 12, 2), date(1980, 4, 1), date(1980, 4, 1), None, date(2030, 11, 30)),
        (date(2025, 7, 18), date(1954, 12, 1), date(1954, 12, 1), None, date(2029, 11, 30)),
        (date(2025, 7, 18), date(1954, 11, 30), date(1954, 11, 30), None, date(2029, 11, 29)),
        (date(2025, 7, 18), date(1952, 2, 29), date(1952, 2, 29), None, date(2027, 2, 28)),
        (date(2025, 7, 18), date(1952, 3, 1), date(1952, 3, 1), None, date(2027, 2, 28)),
        (date(2025, 7, 18), date(2010, 4, 1), date(1953, 4, 1), None, date(2028, 3, 31)),
        (date(2025, 7, 18), date(1953, 4, 1), date(1960, 4, 1), None, date(2028, 3, 31)),
        (date(2025, 7, 18), date(1980, 4, 1), date(1980, 4, 1), date(2026, 3, 31), date(2026, 3, 31)),
        (date(2025, 7, 18), date(1952, 1, 1), date(1980, 4, 1), date(2026, 12, 31), date(2026, 12, 31)),
        (date(2025, 7, 18), date(1952, 1, 1), date(1980, 4, 1), date(2027, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_card_expires_on_the_earliest_of_its_caps(
    issued_on: date, birth: date, insured_birth: date, voluntary_end: date | None, expected: date
) -> None:
    found = expiry_date(
        WINDOWS,
        issued_on=issued_on,
        birth_date=birth,
        insured_birth_date=insured_birth,
        voluntary_end=voluntary_end,
    )
    assert found == expected


@pytest.mark.parametrize("issued_on", [date(2024, 12, 1), date(2026, 12, 2)])
def test_a_day_of_issue_without_window_is_an_error(issued_on: date) -> None:
    with pytest.raises(NoExpiryPolicy):
        expiry_date(
            WINDOWS,
            issued_on=issued_on,
            birth_date=date(1980, 1, 1),
            insured_birth_date=date(1980, 1, 1),
            voluntary_end=None,
        )
