"""Who gets a certificate without applying, and every reason why not: the rules in Python, oracle of the SQL.

Sources: R5 (old card, decision date), R6 (マイナ保険証 on the reference date), R8 (法3-2),
interfaces §3 (order).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from issuance.states import NONDISCLOSURE, ExclusionReason, Outcome

if TYPE_CHECKING:
    from datetime import date

RULE_VERSION = "2025-04.1"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at for one person. `insured_nondisclosure` is the flag of the household's 本人."""

    insurer_no: str
    insured_kind: str
    card_held: bool
    decided_on: date
    myna_usable: bool
    lost: bool
    nondisclosure: bool
    insured_nondisclosure: bool


def judge(facts: Facts, *, decided_by: date) -> list[str]:
    """Every reason why this person is not a target, in the documented order; empty for a target."""
    applies = {
        ExclusionReason.DAY_LABOURER: facts.insured_kind == "9" or facts.insurer_no[:2] in {"03", "04"},
        ExclusionReason.NO_OLD_CARD: not facts.card_held,
        ExclusionReason.DECIDED_AFTER_CUTOFF: facts.decided_on > decided_by,
        ExclusionReason.MYNA_USABLE: facts.myna_usable,
        ExclusionReason.LOST: facts.lost,
    }
    return [reason.value for reason in ExclusionReason if applies[reason]]


def outcome_of(facts: Facts, *, decided_by: date) -> tuple[str, list[str]]:
    """(outcome, reasons): excluded with its reasons; held where person or 本人 is 不開示; else target."""
    reasons = judge(facts, decided_by=decided_by)
    if reasons:
        return Outcome.EXCLUDED.value, reasons
    if facts.nondisclosure or facts.insured_nondisclosure:
        return Outcome.HELD.value, [NONDISCLOSURE]
    return Outcome.TARGET.value, []
