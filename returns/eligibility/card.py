"""Why a returned envelope goes to the employer or not: every rule with what it looked at, as of when, and what would have to differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from issuance.eligibility import RuleLine
from returns.eligibility.rules import applying_codes
from returns.states import ExceptionCode

if TYPE_CHECKING:
    from datetime import date

    from returns.eligibility.rules import ReturnFacts


@dataclass(frozen=True, slots=True)
class ReturnDates:
    """The days the values are of: the return itself, the roster, the newest employer file and the newest loss file."""

    returned: date
    roster: date
    employer: date
    loss: date


@dataclass(frozen=True, slots=True)
class ReturnData:
    """The values in words. `eligible` of `inside` people may still get a card; `hold` is why it is held back, and since when."""

    kind: str
    reason: str
    insured_kind: str
    employer: str
    employer_status: str
    eligible: int
    inside: int
    dates: ReturnDates
    hold: tuple[str, date] | None = None


def reroute_lines(
    facts: ReturnFacts, data: ReturnData, *, recorded: str, tells_nondisclosure: bool = True
) -> list[RuleLine]:
    """The card's lines in the order of the rules; where a reader is not to be told of a request for non-disclosure, it is something
    particular to the case, as the hotline says it. `recorded` is the exception that was recorded (empty: none); a rule that it names
    did not pass then, whatever it says now.
    """
    now = applying_codes(facts)
    dates = data.dates
    if facts.kind != "personal":
        wanted = _("ご本人宛の封筒であること（事業所宛の封筒が戻ったときは、個別に対応します）")
        own = (
            ExceptionCode.EMPLOYER_RETURNED.value,
            _("個人宛の封筒である"),
            data.kind,
            dates.returned,
            wanted,
        )
        written = [own]
    else:
        written = _personal(facts, data, tells_nondisclosure=tells_nondisclosure)
    lines = [
        RuleLine(rule, value, as_of, code != recorded and code not in now, wanted, code not in now)
        for code, rule, value, as_of, wanted in written
    ]
    return [*lines, _hold(data)]


def _personal(
    facts: ReturnFacts, data: ReturnData, *, tells_nondisclosure: bool
) -> list[tuple[str, str, str, date, str]]:
    dates = data.dates
    people = {"eligible": data.eligible, "inside": data.inside}
    return [
        (
            ExceptionCode.VOLUNTARY.value,
            _("任意継続の被保険者ではない"),
            data.insured_kind,
            dates.roster,
            _("事業所に使用される方であること"),
        ),
        (
            ExceptionCode.EMPLOYER_CLOSED.value,
            _("事業所が全喪していない"),
            data.employer_status or "—",
            dates.employer,
            _("事業所が適用中であること"),
        ),
        (
            ExceptionCode.LOST.value,
            _("資格のある方が入っている"),
            _("%(inside)d人のうち%(eligible)d人") % people,
            dates.loss,
            _("入っている方のうち、少なくとも1人に資格があること"),
        ),
        (
            ExceptionCode.REFUSED.value,
            _("受取を拒絶されていない"),
            data.reason,
            dates.returned,
            _("還付理由が受取拒絶でないこと"),
        ),
        _nondisclosure(facts, dates) if tells_nondisclosure else _particular(facts, dates),
        (
            ExceptionCode.NO_EMPLOYER.value,
            _("事業所が登録されている"),
            data.employer or "—",
            dates.employer,
            _("世帯の事業所が分かること"),
        ),
    ]


def _nondisclosure(facts: ReturnFacts, dates: ReturnDates) -> tuple[str, str, str, date, str]:
    return (
        ExceptionCode.NONDISCLOSURE.value,
        _("世帯に不開示の申出がない"),
        _("申出あり") if facts.nondisclosure else _("申出なし"),
        dates.roster,
        _("不開示の申出がないこと（ある場合は、権限のある職員が個別に対応します）"),
    )


def _particular(facts: ReturnFacts, dates: ReturnDates) -> tuple[str, str, str, date, str]:
    return (
        ExceptionCode.NONDISCLOSURE.value,
        _("個別の事情がない"),
        _("事情あり") if facts.nondisclosure else _("事情なし"),
        dates.roster,
        _("個別の事情がないこと（ある場合は、権限のある職員が個別に対応します）"),
    )


def _hold(data: ReturnData) -> RuleLine:
    """A hold is no exception: the envelope waits, and goes with the next cycle after it is lifted."""
    why, since = data.hold or (_("保留なし"), data.dates.returned)
    free = data.hold is None
    return RuleLine(_("再送付が保留されていない"), why, since, free, _("保留を解除すること"), free)
