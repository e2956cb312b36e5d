"""封入結果の取込: the vendor's answer about each piece of a released batch (interfaces §4, design §4.6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import BrokenRow, Column, RefusedFile, open_table
from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import Case, Envelope, PrintBatch, VendorResult
from mailing.queries import batch_sum
from mailing.services.guards import locked, require, wrong_state
from mailing.services.reconciling import reconcile, remake
from mailing.states import BatchState, CaseKind, EnvelopeState, VendorOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from backoffice.models import User

COLUMNS = (Column("piece_no", "封筒番号"), Column("make_no", "作成回"), Column("outcome", "結果"))
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


@dataclass(frozen=True)
class _Answer:
    line: int
    piece_no: str
    make_no: str
    outcome: VendorOutcome


@transaction.atomic
def import_vendor_results(
    *, batch: PrintBatch, path: Path, file_name: str, by: User, at: datetime
) -> ResultCounts:
    """Take in a results file of a released batch, whole or not at all.

    Inserted pieces move on; spoiled ones wait for another batch under the next make number; a pulled piece is right where
    it stands on the pull list. What does not fit (missing, inserted though to be pulled, pulled unasked) opens a case. The
    batch is reconciled once nothing is open. A row that was reported before, alike, changes nothing.

    :raises PermissionDenied: `by` may not record results for it.
    :raises Refused: `wrong_state`; RefusedFile with the line: `broken_row`, `unknown_outcome`, `repeated_piece`,
        `unknown_piece`, `wrong_make`, `contradicts`.
    """
    now = locked(batch)
    require(by, Permission.RECORD_RESULTS, now)
    if now.state not in _ANSWERED:
        raise wrong_state(now)
    answers = list(_answers(path))
    fresh = _fresh(now, answers)
    VendorResult.objects.bulk_create(
        VendorResult(
            batch=now,
            envelope=envelope,
            make_no=envelope.make_no,
            outcome=answer.outcome,
            recorded_at=at,
            recorded_by=by,
        )
        for answer, envelope in fresh
    )
    cases = _open_cases(now, fresh, at)
    _move_on(fresh, at, by)
    reconciled = bool(fresh) and reconcile(now, at=at, by=by)
    said = Counter(answer.outcome for answer in answers)
    return ResultCounts(
        rows=len(answers),
        inserted=said[VendorOutcome.INSERTED],
        spoiled=said[VendorOutcome.SPOILED],
        pulled=said[VendorOutcome.PULLED],
        missing=said[VendorOutcome.MISSING],
        cases=cases,
        difference=batch_sum(now).difference,
        repeated=len(answers) - len(fresh),
        reconciled=reconciled,
    )


def _answers(path: Path) -> Iterator[_Answer]:
    seen: dict[tuple[str, str], int] = {}
    for row in open_table(path, COLUMNS):
        if isinstance(row, BrokenRow):
            raise _refused("broken_row", row.line, row.message)
        key = (row.values["piece_no"], row.values["make_no"])
        if row.values["outcome"] not in VendorOutcome.values:
            raise _refused("unknown_outcome", row.line, _("結果の値が正しくありません。"))
        if key in seen:
            raise _refused(
                "repeated_piece", row.line, _("%(line)d行目と同じ封筒です。") % {"line": seen[key]}
            )
        seen[key] = row.line
        yield _Answer(row.line, *key, VendorOutcome(row.values["outcome"]))


def _fresh(batch: PrintBatch, answers: list[_Answer]) -> list[tuple[_Answer, Envelope]]:
    """The answers not yet recorded, each with its envelope."""
    inside = {envelope.piece_no: envelope for envelope in batch.envelopes.order_by("position")}
    known = {
        (result.envelope.piece_no, str(result.make_no)): result.outcome
        for result in batch.results.select_related("envelope")
    }
    fresh = []
    for answer in answers:
        recorded = known.get((answer.piece_no, answer.make_no))
        if recorded == answer.outcome:
            continue
        if recorded is not None:
            raise _refused("contradicts", answer.line, _("すでに別の結果が記録されています。"))
        envelope = inside.get(answer.piece_no)
        if envelope is None:
            raise _refused("unknown_piece", answer.line, _("このバッチの封筒ではありません。"))
        if str(envelope.make_no) != answer.make_no:
            raise _refused("wrong_make", answer.line, _("作成回が発注と一致しません。"))
        fresh.append((answer, envelope))
    return fresh


def _open_cases(batch: PrintBatch, fresh: list[tuple[_Answer, Envelope]], at: datetime) -> int:
    cases = [
        Case(batch=batch, envelope=envelope, make_no=envelope.make_no, kind=kind, opened_at=at)
        for answer, envelope in fresh
        if (kind := _case_kind(answer.outcome, envelope.state == EnvelopeState.PULLED))
    ]
    return len(Case.objects.bulk_create(cases))


def _case_kind(outcome: VendorOutcome, to_be_pulled: bool) -> CaseKind | None:
    if outcome == VendorOutcome.MISSING:
        return CaseKind.MISSING
    if outcome == VendorOutcome.INSERTED and to_be_pulled:
        return CaseKind.PULLED_BUT_INSERTED
    if outcome == VendorOutcome.PULLED and not to_be_pulled:
        return CaseKind.PULLED_UNASKED
    return None


def _move_on(fresh: list[tuple[_Answer, Envelope]], at: datetime, by: User) -> None:
    """A piece that stands on the pull list stays pulled, whatever was reported."""
    inserted = [envelope.pk for answer, envelope in fresh if answer.outcome == VendorOutcome.INSERTED]
    spoiled = [envelope.pk for answer, envelope in fresh if answer.outcome == VendorOutcome.SPOILED]
    if inserted:
        move(Envelope.objects.filter(pk__in=inserted), to=EnvelopeState.INSERTED, at=at, by=by)
    remake(Envelope.objects.filter(pk__in=spoiled))


def _refused(code: str, line: int, message: str) -> RefusedFile:
    return RefusedFile(code, _("%(line)d行目: %(message)s") % {"line": line, "message": message})
