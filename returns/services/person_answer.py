"""What came back of a person's envelopes and what happens next, as clauses of the answer a hotline clerk reads aloud."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from issuance.queries import Clause, spoken_day, spoken_month
from returns.models import CollectedCard, ReturnEvent
from returns.queries import standing_hold
from returns.sql.rerouting import code_of_event
from returns.states import ExceptionCode, ExceptionState, ReturnEnd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from issuance.models import InsuredPerson


def return_clauses(person: InsuredPerson, at: datetime) -> Iterable[Clause]:
    """Each return with what has become or will become of it, and cards sent back."""
    events = ReturnEvent.objects.filter(
        envelope__cards__certificate__person=person, undone_at__isnull=True
    ).select_related("envelope", "exception")
    for event in events.order_by("pk"):
        told = {"day": spoken_day(event.returned_on, at), "reason": event.get_reason_display()}
        yield Clause(
            event.returned_on,
            _("%(day)sに返送され（%(reason)s）") % told,
            _("%(day)sに返送されました（%(reason)s）") % told,
        )
        yield from _afterwards(event, at)
    for card in CollectedCard.objects.filter(certificate__person=person):
        told = {"day": spoken_day(card.collected_on, at)}
        yield Clause(card.collected_on, _("%(day)sに返納され") % told, _("%(day)sに返納されました") % told)


def _afterwards(event: ReturnEvent, at: datetime) -> Iterable[Clause]:
    on = event.returned_on
    if event.state == ReturnEnd.WAITING:
        yield _next_cycle(event, at)
    elif event.state == ReturnEnd.DELIVERED_AFTER_ALL:
        yield Clause(on, _("のちに届いたことを確認し"), _("のちに届いたことを確認しました"))
    elif event.state == ReturnEnd.EXCEPTION:
        found = event.exception
        told = {"code": _why(found.code), "result": found.get_resolution_display()}
        if found.state == ExceptionState.OPEN:
            yield Clause(
                timezone.localdate(found.opened_at),
                _("事業所へは送れないため（%(code)s）個別に対応しており") % told,
                _("事業所へは送れないため（%(code)s）個別に対応しています") % told,
            )
        elif found.resolved_at:
            yield Clause(
                timezone.localdate(found.resolved_at),
                _("個別の対応を終え（%(result)s）") % told,
                _("個別の対応を終えました（%(result)s）") % told,
            )


def _why(code: str) -> str:
    """Why it does not go to the employer; non-disclosure is never said aloud."""
    return _("個別の事情") if code == ExceptionCode.NONDISCLOSURE else str(ExceptionCode(code).label)


def _next_cycle(event: ReturnEvent, at: datetime) -> Clause:
    campaign = event.envelope.campaign_id
    if code := code_of_event(campaign_id=campaign, event_id=event.pk, cutoff=date.max):
        told = {"code": _why(code)}
        return Clause(
            event.returned_on,
            _("事業所へは送れないため（%(code)s）個別の対応を待っており") % told,
            _("事業所へは送れないため（%(code)s）個別の対応を待っています") % told,
        )
    if standing_hold(event):
        held = _("事業所への送付を見合わせており"), _("事業所への送付を見合わせています")
        return Clause(event.returned_on, *held)
    following = _following_month(max(event.returned_on, timezone.localdate(at)))
    month = {"month": spoken_month(following)}
    return Clause(
        event.returned_on,
        _("%(month)s月の事業所送付に含まれる予定で") % month,
        _("%(month)s月の事業所送付に含まれる予定です") % month,
    )


def _following_month(day: date) -> int:
    return (day.replace(day=1) + timedelta(days=32)).month
