"""Making employer envelopes from returned ones (R20–R25): new cards, the old ones void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from backoffice.key_sets import array_of, one_of
from backoffice.refusal import Refused
from backoffice.states import move
from employers.models import Employer
from issuance.models import Campaign, Certificate, InsuredPerson
from issuance.services import reissue_certificates, void_certificates
from issuance.states import CertificateState, Outcome, VoidCause
from mailing.models import EnclosedCard, Envelope
from mailing.services.guards import lock_campaign
from mailing.services.packing import packing_values
from mailing.sql import packing as sql
from mailing.states import EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from backoffice.models import User


@dataclass(frozen=True, slots=True)
class Share:
    """What is made beside others in transactions of their own, while somebody else has locked the campaign for all: the branches it
    is about, and who tells the last numbers before its own for so many certificates and envelopes.
    """

    branches: tuple[str, ...]
    numbers: Callable[[int, int], tuple[int, int]]


@transaction.atomic
def reroute_envelopes(
    *,
    campaign: Campaign,
    envelopes: QuerySet[Envelope],
    cycle_no: int,
    run: UUID,
    at: datetime,
    by: User | None,
    per_batch: int | None = None,
    share: Share | None = None,
) -> int:
    """Make one employer envelope from each returned personal envelope given, and return how many.

    The returned envelope is re-routed, its certificates are void (`lost` for people with a later loss, else `returned`)
    and re-made for those still eligible, in an envelope to the employer as the newest employer file knows it.
    With `per_batch`, these and every other envelope that waits for a batch (in the branches of the share) are cut into batches of no
    more.

    :raises Refused: `not_reroutable`: one of them is not a returned personal envelope with an employer who is covered and
        at least one person who is eligible and not held; nothing was changed.
    """
    if share is None:
        lock_campaign(campaign)
    ids = list(envelopes.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    cards = EnclosedCard.objects.filter(envelope__in=one_of(ids))
    live = Certificate.objects.filter(pk__in=cards.values("certificate"), state=CertificateState.LIVE)
    due = _due(cards)
    if len(set(due.values())) != len(ids) or _reroutable(envelopes.filter(campaign=campaign)) != len(ids):
        raise Refused(
            "not_reroutable", _("事業所へ再送付できない封筒が含まれています。個別対応としてください。")
        )
    moved = move(envelopes, to=EnvelopeState.REROUTED, at=at, by=by, run=run)
    void_certificates(
        certificates=live.filter(person__later_lost_on__isnull=False),
        cause=VoidCause.LOST,
        at=at,
        by=by,
        run=run,
    )
    void_certificates(certificates=live, cause=VoidCause.RETURNED, at=at, by=by, run=run)
    last_card, last_envelope = share.numbers(len(due), len(ids)) if share else (None, None)
    reissue_certificates(campaign=campaign, certificates=list(due), at=at, after=last_card)
    values = packing_values(campaign, at, last_ordinal=last_envelope)
    values |= {"parents": array_of(ids), "cycle_no": cycle_no}
    if per_batch is not None:
        values |= {"per_batch": per_batch, "branches": array_of(share.branches) if share else None}
    made, _cards = sql.pack_employer_mailing(values)
    if made != moved:
        raise Refused("not_reroutable", _("事業所宛の封筒を作成できませんでした。もう一度実行してください。"))
    return made


_OF_EACH_CARD = (
    "certificate",
    "envelope",
    "certificate__state",
    "certificate__person__later_lost_on",
    "certificate__person__nondisclosure",
    "certificate__person__selection__outcome",
)


def _due(cards: QuerySet[EnclosedCard]) -> dict[int, int]:
    """The live certificates among the cards whose holders have lost nothing since: key → envelope. None of an envelope in which
    anybody is held or is no target.
    """
    due: dict[int, int] = {}
    out: set[int] = set()
    for card, envelope, state, lost_on, hidden, outcome in cards.values_list(*_OF_EACH_CARD).iterator():
        if hidden or outcome != Outcome.TARGET:
            out.add(envelope)
        elif state == CertificateState.LIVE and lost_on is None:
            due[card] = envelope
    return {card: envelope for card, envelope in due.items() if envelope not in out} if out else due


def _reroutable(envelopes: QuerySet[Envelope]) -> int:
    """How many of the envelopes are returned personal ones of people who are not held and whose employer is covered."""
    held = InsuredPerson.objects.filter(household=OuterRef("household"), relation="1", nondisclosure=True)
    return envelopes.filter(
        ~Exists(held),
        kind=EnvelopeKind.PERSONAL,
        state=EnvelopeState.RETURNED,
        household__employer__status=Employer.Status.COVERED,
    ).count()
