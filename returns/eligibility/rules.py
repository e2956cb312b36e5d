"""Why a returned envelope does not go to the employer: the rule in Python, the oracle of the SQL (interfaces §3)."""

from __future__ import annotations

from dataclasses import dataclass

from returns.states import ExceptionCode, ReturnReason


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What the rule looks at. `employer_status` is empty where the household has no employer; `nondisclosure` is the flag of
    anybody in the envelope or of the 本人; `all_lost`: nobody in it is still eligible."""

    kind: str
    reason: str
    insured_kind: str
    employer_status: str
    all_lost: bool
    nondisclosure: bool


RULE_VERSION = "reroute-1"


def applying_codes(facts: ReturnFacts) -> list[str]:
    """Every exception that applies, in the order of `ExceptionCode`; none: it goes to the employer.

    An employer's own envelope (or target list) that came back is `employer_returned`, and nothing else is asked.
    """
    if facts.kind != "personal":
        return [ExceptionCode.EMPLOYER_RETURNED.value]
    applies = {
        ExceptionCode.VOLUNTARY: facts.insured_kind == "2",
        ExceptionCode.EMPLOYER_CLOSED: facts.employer_status == "2",
        ExceptionCode.LOST: facts.all_lost,
        ExceptionCode.REFUSED: facts.reason == ReturnReason.REFUSED,
        ExceptionCode.NONDISCLOSURE: facts.nondisclosure,
        ExceptionCode.NO_EMPLOYER: facts.employer_status == "",
    }
    return [code.value for code, true in applies.items() if true]


def exception_code(facts: ReturnFacts) -> str:
    """The exception that is recorded: the first that applies, or empty."""
    return next(iter(applying_codes(facts)), "")
