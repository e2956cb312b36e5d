"""Pulling envelopes before posting: somebody in them has lost eligibility, or a newer list replaces them (design §4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.states import move
from issuance.models import Campaign, Certificate
from issuance.services import reissue_certificates, void_certificates
from issuance.states import CertificateState, VoidCause
from mailing.models import Case, EnclosedCard, Envelope, PrintBatch
from mailing.services.guards import lock_campaign
from mailing.services.packing import packing_values
from mailing.sql import packing as sql
from mailing.sql.planning import recount
from mailing.sql.rendering import reset_chunks_of
from mailing.states import NOT_YET_POSTED, BatchState, CaseKind, EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@dataclass(frozen=True)
class PullCounts:
    """How many envelopes were pulled and how many of them have a successor."""

    pulled: int
    replaced: int


@transaction.atomic
def pull_lost_envelopes(*, campaign: Campaign, at: datetime, by: User | None) -> PullCounts:
    """Pull every envelope not yet posted that holds a person with a loss reported after the selection.

    The other certificates in it are void and re-made in a replacement envelope with the same `seq` of `of`. An envelope of
    a batch that is still planned leaves the batch; in a later batch it stays in the file and stands on the pull list. A
    second run pulls nothing.
    """
    lock_campaign(campaign)
    lost = Envelope.objects.filter(
        campaign=campaign,
        state__in=NOT_YET_POSTED,
        cards__certificate__person__later_lost_on__isnull=False,
    )
    ids = sorted(set(lost.values_list("pk", flat=True)))
    return pull_and_remake(ids, campaign=campaign, at=at, by=by, reason="lost")


def pull_and_remake(
    ids: list[int], *, campaign: Campaign, at: datetime, by: User | None, reason: str
) -> PullCounts:
    """Pull the envelopes and make them again for those in them who have not lost their eligibility. The caller holds the
    campaign's lock."""
    pulled = pull(ids, at=at, by=by, reason=reason)
    if not pulled:
        return PullCounts(0, 0)
    reissue_pulled(pulled, campaign=campaign, at=at, by=by)
    replaced, _cards = sql.pack_replacements(packing_values(campaign, at))
    return PullCounts(pulled=len(pulled), replaced=replaced)


def reissue_pulled(pulled: list[int], *, campaign: Campaign, at: datetime, by: User | None) -> int:
    """Void the certificates in pulled envelopes and make those anew whose holders have lost nothing; return how many."""
    cards = EnclosedCard.objects.filter(envelope__in=pulled)
    enclosed = Certificate.objects.filter(pk__in=cards.values("certificate"))
    live = enclosed.filter(state=CertificateState.LIVE)
    void_certificates(
        certificates=live.filter(person__later_lost_on__isnull=False), cause=VoidCause.LOST, at=at, by=by
    )
    others = list(live.values_list("pk", flat=True))
    void_certificates(certificates=live, cause=VoidCause.PULLED, at=at, by=by)
    return reissue_certificates(
        campaign=campaign, certificates=Certificate.objects.filter(pk__in=others), at=at
    )


def pull(ids: list[int], *, at: datetime, by: User | None, reason: str) -> list[int]:
    """Move the envelopes to pulled and return which: those that are not posted when their batches are locked. Those of planned
    batches leave them. The caller holds the campaign's lock.
    """
    if not ids:
        return []
    batches = PrintBatch.objects.filter(envelopes__in=ids).distinct().values("pk")
    locked = PrintBatch.objects.filter(pk__in=batches).order_by("pk").select_for_update(no_key=True)
    planned = [batch.pk for batch in locked if batch.state == BatchState.PLANNED]
    # Somebody may have posted one of the batches until it could be locked.
    there = Envelope.objects.filter(pk__in=ids, state__in=NOT_YET_POSTED)
    ids = sorted(there.values_list("pk", flat=True))
    envelopes = Envelope.objects.filter(pk__in=ids)
    reset_chunks_of(ids)
    envelopes.filter(batch__in=planned).update(
        batch=None, position=None, first_page=None, pages=None, content_sha256=""
    )
    recount(planned)
    _open_cases(ids, at=at, by=by)
    move(envelopes, to=EnvelopeState.PULLED, at=at, by=by, reason=reason)
    return ids


def _open_cases(ids: list[int], *, at: datetime, by: User | None) -> None:
    """What was inserted already has to be taken out by hand: a case each, so that nothing is posted before."""
    inserted = Envelope.objects.filter(pk__in=ids, state=EnvelopeState.INSERTED)
    Case.objects.bulk_create(
        Case(
            batch=envelope.batch,
            envelope=envelope,
            reported_piece_no=envelope.piece_no,
            make_no=envelope.make_no,
            kind=CaseKind.PULLED_BUT_INSERTED,
            opened_at=at,
            owner=by,
        )
        for envelope in inserted.select_related("batch").order_by("pk")
        if envelope.batch
    )
