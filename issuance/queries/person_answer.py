"""The answer to「いまどこにありますか」: one sentence a hotline clerk can read aloud.

It is put together from clauses in the order of their days. A clause has two forms, because only the last one
of a Japanese sentence ends it. Envelopes and returns are known further down the line; those apps add their
source when they are loaded.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.languages import listed
from issuance.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from issuance.models import InsuredPerson

    Source = Callable[["InsuredPerson", "datetime"], Iterable["Clause"]]

_SOURCES: list[Source] = []


@dataclass(frozen=True, slots=True)
class Clause:
    """Something that happened on a day: `middle` goes on with a comma, `final` ends the sentence."""

    on: date
    middle: str
    final: str


def add_answer_source(source: Source) -> None:
    """Let an app further down tell what it knows of a person; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def person_answer(person: InsuredPerson, *, why_not: str, at: datetime) -> str:
    """The answer for one person, with `why_not` where no certificate is made. That a household has asked for non-disclosure is
    never part of it: whoever is on the telephone must not learn of it.

    Of one day the sources are heard in the order in which they were added.
    """
    selection = getattr(person, "selection", None)
    if selection is None:
        return _("対象者かどうかをまだ判定していません。")
    if selection.outcome == Outcome.HELD:
        return _("資格確認書については、担当の職員から個別にご案内しています。")
    if selection.outcome != Outcome.TARGET:
        return sentences([_("資格確認書はお送りしていません。"), why_not])
    clauses = [clause for source in _SOURCES for clause in source(person, at)]
    if person.later_lost_on and person.later_loss_source:
        day = timezone.localdate(person.later_loss_source.imported_at)
        told = {"day": spoken_day(day, at)}
        clauses.append(
            Clause(
                day,
                _("%(day)sに資格喪失の届出があり") % told,
                _("%(day)sに資格喪失の届出がありました") % told,
            )
        )
    if not clauses:
        return _("資格確認書をお送りする対象です。封筒の準備はこれからです。")
    *before, last = sorted(clauses, key=lambda clause: clause.on)
    said = listed([*(clause.middle for clause in before), last.final]) + _("。")
    return said[:1].upper() + said[1:]


def sentences(said: list[str]) -> str:
    """Sentences one after the other, with a space between them where the language has one."""
    return (" " if get_language() == "en" else "").join(filter(None, said))


def spoken_month(month: int) -> str:
    """The number of a month in Japanese, its name in English."""
    return calendar.month_name[month] if get_language() == "en" else str(month)


def spoken_day(day: date, at: datetime) -> str:
    """8月21日; with the year where it is not this year's."""
    said = _("%(month)s月%(day)d日") % {"month": spoken_month(day.month), "day": day.day}
    if day.year == timezone.localdate(at).year:
        return said
    return _("%(year)d年%(said)s") % {"year": day.year, "said": said}
