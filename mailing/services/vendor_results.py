"""封入結果の取込: the vendor's answer about each piece of a released batch (interfaces §4, design §4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import Case, Envelope, VendorResult
from mailing.queries import batch_sum
from mailing.services.guards import locked, require, wrong_state
from mailing.services.letters import letters_to_print_again
from mailing.services.reconciling import reconcile, remake_or_hold
from mailing.services.results_file import ResultsFile, read_results
from mailing.states import BatchState, CaseKind, EnvelopeState, VendorOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from backoffice.models import User
    from mailing.models import PrintBatch
    from mailing.services.results_file import Answer

_ANSWERED = frozenset({BatchState.RELEASED, BatchState.RECONCILED, BatchState.POSTED, BatchState.CLOSED})


@dataclass(frozen=True)
class ResultCounts:
    """What the file said; `repeated` rows were known already, `difference` pieces are still unaccounted for."""

    rows: int
    inserted: int
    spoiled: int
    pulled: int
    missing: int
    cases: int
    difference: int
    repeated: int
    reconciled: bool


@transaction.atomic
def import_vendor_results(
    *, batch: PrintBatch, path: Path, file_name: str, by: User, at: datetime
) -> ResultCounts:
    """Take in a results file of a released batch, whole or not at all.

    Inserted pieces move on; spoiled ones wait for another batch under the next make number; a pulled piece is right where
    it stands on the pull list. What does not fit opens a case owned by `by`: a piece that is missing, inserted though to be
    pulled, pulled unasked, reported twice, under a make nobody ordered or under a number nobody was given; so does the letter of a parcel
    of which a piece fails while others go (R23). The batch is reconciled once nothing is open. A row that was reported before, alike, changes nothing.

    :raises PermissionDenied: `by` may not record results for it.
    :raises Refused: `wrong_state`; RefusedFile (see `read_results`) with file, line, column and rule.
    """
    now = locked(batch)
    require(by, Permission.RECORD_RESULTS, now)
    if now.state not in _ANSWERED:
        raise wrong_state(now)
    found = read_results(path, file_name=file_name, batch=now)
    _record(now, found, by, at)
    cases = _open_cases(now, found, by, at)
    _move_on(now, found, at, by)
    reconciled = bool(found.fresh) and reconcile(now, at=at, by=by)
    return ResultCounts(
        rows=found.rows,
        inserted=found.said[VendorOutcome.INSERTED],
        spoiled=found.said[VendorOutcome.SPOILED],
        pulled=found.said[VendorOutcome.PULLED],
        missing=found.said[VendorOutcome.MISSING],
        cases=cases,
        difference=batch_sum(now).difference,
        repeated=found.repeated,
        reconciled=reconciled,
    )


def _record(batch: PrintBatch, found: ResultsFile, by: User, at: datetime) -> None:
    VendorResult.objects.bulk_create(
        VendorResult(
            batch=batch,
            envelope=envelope,
            make_no=envelope.make_no,
            outcome=answer.outcome,
            recorded_at=at,
            recorded_by=by,
        )
        for answer, envelope in found.fresh
    )
    for answer, envelope in found.tracked:
        envelope.tracking_no = answer.tracking_no
    tracked = [envelope for _answer, envelope in found.tracked]
    Envelope.objects.bulk_update(tracked, ["tracking_no"], batch_size=1_000)


def _open_cases(batch: PrintBatch, found: ResultsFile, by: User, at: datetime) -> int:
    """Open what is not open or settled already; return how many cases that makes."""
    known = set(batch.cases.values_list("reported_piece_no", "make_no", "kind"))
    cases = {}
    differences = [
        (kind, answer.piece_no, answer.make_no, envelope) for kind, answer, envelope in _differences(found)
    ]
    differences += [(CaseKind.LETTER, one.piece_no, one.make_no, one) for one in _letters(found)]
    for kind, piece_no, make_no, envelope in differences:
        key = (piece_no, make_no, kind.value)
        if key not in known:
            cases[key] = Case(
                batch=batch,
                envelope=envelope,
                reported_piece_no=piece_no,
                make_no=make_no,
                kind=kind,
                opened_at=at,
                owner=by,
            )
    return len(Case.objects.bulk_create(cases.values()))


def _differences(found: ResultsFile) -> Iterator[tuple[CaseKind, Answer, Envelope | None]]:
    for answer, envelope in found.fresh:
        if kind := _case_kind(answer.outcome, envelope.state == EnvelopeState.PULLED):
            yield kind, answer, envelope
    for answer, envelope in found.duplicate:
        yield CaseKind.DUPLICATE, answer, envelope
    for answer, envelope in found.surplus:
        yield CaseKind.SURPLUS, answer, envelope
    for answer in found.unknown:
        yield CaseKind.UNKNOWN, answer, None


def _letters(found: ResultsFile) -> list[Envelope]:
    """A pulled piece that was to be pulled is no surprise: the pull list names its letter."""
    return letters_to_print_again(
        envelope
        for answer, envelope in found.fresh
        if answer.outcome != VendorOutcome.INSERTED and envelope.state != EnvelopeState.PULLED
    )


def _case_kind(outcome: VendorOutcome, to_be_pulled: bool) -> CaseKind | None:
    if outcome == VendorOutcome.MISSING:
        return CaseKind.MISSING
    if outcome == VendorOutcome.INSERTED and to_be_pulled:
        return CaseKind.PULLED_BUT_INSERTED
    if outcome == VendorOutcome.PULLED and not to_be_pulled:
        return CaseKind.PULLED_UNASKED
    return None


def _move_on(batch: PrintBatch, found: ResultsFile, at: datetime, by: User) -> None:
    """A piece that stands on the pull list stays pulled, whatever was reported."""
    inserted = [envelope.pk for answer, envelope in found.fresh if answer.outcome == VendorOutcome.INSERTED]
    spoiled = [envelope.pk for answer, envelope in found.fresh if answer.outcome == VendorOutcome.SPOILED]
    if inserted:
        move(Envelope.objects.filter(pk__in=inserted), to=EnvelopeState.INSERTED, at=at, by=by)
    remake_or_hold(batch, Envelope.objects.filter(pk__in=spoiled), at=at, by=by)
