"""The nine invariants of interfaces §5, proven from the tables: each is a set of questions whose answer must be 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from mailing.models import PrintBatch
from mailing.queries import batch_sum
from mailing.services import approved_files_hold
from mailing.states import LIVE_ENVELOPE_STATES, BatchState
from returns.models import Erasure
from returns.queries.integrity_sql import INVARIANTS

if TYPE_CHECKING:
    from datetime import date

    from issuance.models import Campaign

_APPROVED = (
    BatchState.APPROVED,
    BatchState.RELEASED,
    BatchState.RECONCILED,
    BatchState.POSTED,
    BatchState.CLOSED,
)
_RELEASED = _APPROVED[1:]


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: its number and name, how many breaches were found, and a word on each kind of breach. `proven_on` is set where
    the data it spoke of has been erased since: it was proven a last time on that day."""

    number: int
    name: str
    breaches: int
    details: tuple[str, ...]
    proven_on: date | None = None


def check_integrity(campaign: Campaign) -> list[Finding]:
    """Prove every invariant for a campaign; a sound campaign has 0 breaches in each.

    Targets are expected in envelopes from the first packing on; before it, having none is no breach. Of a campaign whose personal
    data is being or has been erased the answer is that of the day on which the erasure was prepared.
    """
    if erasure := Erasure.objects.filter(campaign=campaign, confirmed_at__isnull=False).first():
        day = timezone.localdate(erasure.proposed_at)
        return [
            Finding(number, name, breaches, (), day) for number, name, breaches in erasure.kept["integrity"]
        ]
    extra = {6: _batches_that_do_not_add_up(campaign), 8: _approved_files_that_changed(campaign)}
    return [
        _finding(number, name, [*_asked(questions, campaign), *extra.get(number, [])])
        for number, name, questions in INVARIANTS
    ]


def _finding(number: int, name: str, answers: list[tuple[str, int]]) -> Finding:
    wrong = [(what, count) for what, count in answers if count]
    details = tuple(f"{what}={count}" for what, count in wrong)
    return Finding(number, name, sum(count for _what, count in wrong), details)


def _asked(questions: dict[str, str], campaign: Campaign) -> list[tuple[str, int]]:
    values: dict[str, Any] = {
        "campaign": campaign.pk,
        "code": campaign.code,
        "live": sorted(LIVE_ENVELOPE_STATES),
    }
    answers = []
    with connection.cursor() as cursor:
        for what, question in questions.items():
            cursor.execute(question, values)
            answers.append((what, int(cursor.fetchone()[0] or 0)))
    return answers


def _batches_that_do_not_add_up(campaign: Campaign) -> list[tuple[str, int]]:
    """Once the vendor has answered for a batch, every ordered piece is accounted for; a closed batch misses none."""
    wrong = missing = 0
    for batch in PrintBatch.objects.filter(campaign=campaign, state__in=_RELEASED).order_by("pk"):
        total = batch_sum(batch)
        wrong += bool(total.difference) and batch.state != BatchState.RELEASED
        missing += bool(total.missing) and batch.state == BatchState.CLOSED
    return [("batch_difference", wrong), ("closed_batch_misses_pieces", missing)]


def _approved_files_that_changed(campaign: Campaign) -> list[tuple[str, int]]:
    approved = PrintBatch.objects.filter(campaign=campaign, state__in=_APPROVED).order_by("pk")
    return [("approved_file_changed", sum(not approved_files_hold(batch) for batch in approved))]
