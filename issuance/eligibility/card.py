"""The why / why-not card: every rule with what it looked at, as of when, what came out and what would have to differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.languages import written_day
from issuance.eligibility.rules import judge
from issuance.states import NONDISCLOSURE, ExclusionReason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from issuance.eligibility.rules import Facts


@dataclass(frozen=True, slots=True)
class DataDates:
    """The days the values are of: the roster's, that of the マイナ保険証 check, and the loss file's, where there is one."""

    roster: date
    reference: date
    loss: date | None = None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as it stood when the person was judged; `now_passes` says what it would be with today's data."""

    rule: str
    value: str
    as_of: date
    passed: bool
    wanted: str
    now_passes: bool


def rule_lines(
    facts: Facts,
    reasons: Sequence[str],
    *,
    kind: str,
    lost_on: date | None,
    decided_by: date,
    dates: DataDates,
) -> list[RuleLine]:
    """The card's lines in the order of the rules; `reasons` are the recorded ones, `kind` the label of 被保険者種別."""
    hidden = facts.nondisclosure or facts.insured_nondisclosure
    now = {*judge(facts, decided_by=decided_by), *([NONDISCLOSURE] if hidden else [])}
    limit = written_day(decided_by)
    lost_as_of = dates.loss if facts.lost and dates.loss else dates.roster
    written = (
        (
            ExclusionReason.DAY_LABOURER.value,
            _("法第3条第2項被保険者（日雇特例）ではない"),
            kind,
            dates.roster,
            _("一般または任意継続の被保険者であること"),
        ),
        (
            ExclusionReason.NO_OLD_CARD.value,
            _("健康保険証を保有している"),
            _("保有している") if facts.card_held else _("保有していない"),
            dates.roster,
            _("健康保険証を保有していること"),
        ),
        (
            ExclusionReason.DECIDED_AFTER_CUTOFF.value,
            _("資格取得等の決定が期限までである"),
            written_day(facts.decided_on),
            dates.roster,
            _("決定日が%(limit)s以前であること") % {"limit": limit},
        ),
        (
            ExclusionReason.MYNA_USABLE.value,
            _("マイナ保険証で資格を確認できない"),
            _("確認できる") if facts.myna_usable else _("確認できない"),
            dates.reference,
            _("基準日の時点でマイナ保険証により資格を確認できないこと"),
        ),
        (
            ExclusionReason.LOST.value,
            _("資格を喪失していない"),
            written_day(lost_on) if lost_on else _("喪失の届出なし"),
            lost_as_of,
            _("資格喪失の届出がないこと"),
        ),
        (
            NONDISCLOSURE,
            _("世帯に不開示の申出がない"),
            _("申出あり") if hidden else _("申出なし"),
            dates.roster,
            _("不開示の申出がないこと（ある場合は、権限のある職員が個別に対応します）"),
        ),
    )
    return [
        RuleLine(rule, value, as_of, code not in reasons, wanted, code not in now)
        for code, rule, value, as_of, wanted in written
    ]
