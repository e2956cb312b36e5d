"""Why one returned envelope goes to the employer at the next cycle, or not: the facts of the rules, read for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from issuance.states import CertificateState
from returns.eligibility import ReturnData, ReturnDates, ReturnFacts, reroute_lines
from returns.models import DeliveryException
from returns.queries import standing_hold
from returns.states import ReturnEnd

if TYPE_CHECKING:
    from datetime import date

    from employers.models import Employer
    from issuance.eligibility import RuleLine
    from issuance.models import Certificate, InsuredPerson
    from returns.models import ReturnEvent

_JUDGED = frozenset({ReturnEnd.WAITING.value, ReturnEnd.EXCEPTION.value})


@dataclass(frozen=True)
class RerouteReasons:
    """The card's lines and the files their values came from: roster (with the line), employers, losses."""

    lines: list[RuleLine]
    roster: str
    roster_line: int
    employers: str
    losses: str


def reroute_reasons(event: ReturnEvent, *, tells_nondisclosure: bool = True) -> RerouteReasons | None:
    """The card of a return that waits or became an exception; None where it went to the employer, arrived after all, or nobody
    is known behind it. Who is not to be told of a request for non-disclosure reads of something particular to the case.
    """
    envelope = event.envelope
    if event.state not in _JUDGED or envelope.household is None:
        return None
    insured = envelope.household.people.filter(relation="1").select_related("source").first()
    if insured is None:
        return None
    employer = envelope.household.employer
    cards = envelope.cards.select_related("certificate__person__later_loss_source").order_by("position")
    inside = [card.certificate for card in cards]
    eligible = [card for card in inside if _is_eligible(card)]
    losses = [card.person.later_loss_source for card in inside if card.person.later_loss_source]
    loss = max(losses, key=lambda file: file.imported_at, default=None)
    roster_day = timezone.localdate(insured.source.imported_at)
    facts = ReturnFacts(
        kind=envelope.kind,
        reason=event.reason,
        insured_kind=insured.insured_kind,
        employer_status=employer.status if employer else "",
        all_lost=not eligible,
        nondisclosure=insured.nondisclosure or any(card.person.nondisclosure for card in inside),
    )
    data = ReturnData(
        kind=envelope.get_kind_display(),
        reason=event.get_reason_display(),
        insured_kind=insured.get_insured_kind_display(),
        employer=employer.name if employer else "",
        employer_status=_status(employer),
        eligible=len(eligible),
        inside=len(inside),
        dates=ReturnDates(
            returned=event.returned_on,
            roster=roster_day,
            employer=timezone.localdate(employer.imported_from.imported_at) if employer else roster_day,
            loss=timezone.localdate(loss.imported_at) if loss else roster_day,
        ),
        hold=_hold(event),
    )
    recorded = DeliveryException.objects.filter(event=event).values_list("code", flat=True).first() or ""
    return RerouteReasons(
        lines=reroute_lines(facts, data, recorded=recorded, tells_nondisclosure=tells_nondisclosure),
        roster=insured.source.file_name,
        roster_line=insured.line,
        employers=employer.imported_from.file_name if employer else "",
        losses=loss.file_name if loss else "",
    )


def _is_eligible(card: Certificate) -> bool:
    person: InsuredPerson = card.person
    return not person.lost_on and not person.later_lost_on and card.state == CertificateState.LIVE


def _status(employer: Employer | None) -> str:
    if employer is None:
        return ""
    ended = f"（{employer.ended_on.isoformat()}）" if employer.ended_on else ""
    return f"{employer.get_status_display()}{ended}"


def _hold(event: ReturnEvent) -> tuple[str, date] | None:
    held = standing_hold(event)
    return (held.reason, timezone.localdate(held.held_at)) if held else None
