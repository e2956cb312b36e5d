"""Who works on an exception, or on an unknown piece, until when, and what has happened so far; one or many at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.staff import staff_name
from returns.models import DeliveryException, ExceptionEntry, UnknownEntry, UnknownReturn
from returns.states import ExceptionCode, ExceptionState, ExceptionStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backoffice.models import User

Work = DeliveryException | UnknownReturn
Kind = TypeVar("Kind", bound=Work)
_DUE_AFTER = timedelta(days=14)


def first_due(at: datetime) -> date:
    """When something that a person has to look at is due, if nobody says otherwise."""
    return timezone.localdate(at) + _DUE_AFTER


@transaction.atomic
def assign_exception(
    *, exception: Work, owner: User, at: datetime, by: User, instead_of: User | None = None
) -> None:
    """Give an open exception to a person. Taking it from somebody else has to name them (`instead_of`): two people who take
    it at the same moment have one winner, and the other one is told who.

    :raises PermissionDenied: `by` or `owner` may not work on exceptions, or not on 不開示 ones.
    :raises Refused: `already_resolved`; `owned_by_other`.
    """
    now = locked_for_work(exception, by)
    require_work_on([now], owner)
    if now.owner not in (None, owner, instead_of):
        raise owned_by_other(now)
    if now.owner != owner:
        _set_owner([now], owner, "", at, by)


@transaction.atomic
def comment_on_exception(*, exception: Work, note: str, at: datetime, by: User) -> None:
    """Write down what has happened so far; anybody who may work on it may.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `already_resolved` or `note_missing`.
    """
    now = locked_for_work(exception, by)
    _note([now], ExceptionStep.COMMENT, at, by, note=_needed(note))


@transaction.atomic
def postpone_exception(*, exception: Work, due_on: date, note: str, at: datetime, by: User) -> None:
    """Give an open exception another due date, and say why (an answer is awaited).

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `already_resolved`, `note_missing` or `due_in_the_past`.
    """
    now = locked_for_work(exception, by)
    _set_due([now], due_on, _needed(note), at, by)


@transaction.atomic
def work_in_bulk(
    *,
    exceptions: Iterable[Work],
    owner: User | None,
    due_on: date | None,
    note: str,
    at: datetime,
    by: User,
) -> int:
    """Give many open exceptions an owner, a due date or a note at once, and return how many. All of them or none: one that
    was resolved meanwhile is left out and not counted.

    :raises PermissionDenied: `by` or `owner` may not work on exceptions, or not on 不開示 ones among them.
    :raises Refused: `nothing_to_do` or `due_in_the_past`.
    """
    by.require(Permission.WORK_EXCEPTIONS)
    if owner is None and due_on is None and not note.strip():
        raise Refused("nothing_to_do", _("担当、期限、経過のいずれかを入力してください。"))
    rows = _locked_open(list(exceptions))
    require_work_on(rows, by)
    if owner is not None:
        require_work_on(rows, owner)
        _set_owner(rows, owner, note, at, by)
    if due_on is not None:
        _set_due(rows, due_on, note, at, by)
    if owner is None and due_on is None:
        _note(rows, ExceptionStep.COMMENT, at, by, note=note)
    return len(rows)


def locked_for_work(exception: Kind, by: User) -> Kind:
    """The exception as it stands, locked, if it is open and `by` may work on it.

    :raises PermissionDenied: `by` may not.
    :raises Refused: `already_resolved`.
    """
    rows = type(exception)._default_manager.select_for_update(of=("self",)).select_related("owner")
    now = cast("Kind", rows.get(pk=exception.pk))
    require_work_on([now], by)
    if now.state != ExceptionState.OPEN:
        raise already_resolved()
    return now


def require_work_on(exceptions: Iterable[Work], person: User) -> None:
    """
    :raises PermissionDenied: `person` may not work on exceptions, or not on a 不開示 one among these.
    """
    person.require(Permission.WORK_EXCEPTIONS)
    if any(getattr(exception, "code", "") == ExceptionCode.NONDISCLOSURE for exception in exceptions):
        person.require(Permission.VIEW_NONDISCLOSED)


def owned_by_other(exception: Work) -> Refused:
    """What the second person is told."""
    message = _("%(owner)s さんが担当しています。引き継ぐ場合は、担当を変えてから行ってください。")
    return Refused("owned_by_other", message % {"owner": staff_name(exception.owner)})


def already_resolved() -> Refused:
    """What whoever comes too late is told."""
    return Refused("already_resolved", _("この個別対応は、すでに完了しています。"))


def _locked_open(exceptions: Sequence[Work]) -> list[Work]:
    """Those that are open still, locked in one order."""
    if not exceptions:
        return []
    rows = type(exceptions[0])._default_manager.select_for_update(of=("self",)).order_by("pk")
    return list(rows.filter(pk__in=[each.pk for each in exceptions], state=ExceptionState.OPEN))


def _set_owner(rows: Sequence[Work], owner: User, note: str, at: datetime, by: User) -> None:
    if _note(rows, ExceptionStep.ASSIGNED, at, by, owner=owner, note=note):
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(owner=owner)


def _set_due(rows: Sequence[Work], due_on: date, note: str, at: datetime, by: User) -> None:
    if due_on < timezone.localdate(at):
        raise Refused("due_in_the_past", _("期限には今日以降の日付を入力してください。"))
    if _note(rows, ExceptionStep.DUE, at, by, due_on=due_on, note=note):
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(due_on=due_on)


def _note(rows: Sequence[Work], step: ExceptionStep, at: datetime, by: User, **said: object) -> int:
    """One entry for each; how many."""
    values = {"step": step.value, "at": at, "by": by, **said}
    ExceptionEntry.objects.bulk_create(
        ExceptionEntry(exception=row, **values) for row in rows if isinstance(row, DeliveryException)
    )
    UnknownEntry.objects.bulk_create(
        UnknownEntry(exception=row, **values) for row in rows if isinstance(row, UnknownReturn)
    )
    return len(rows)


def _needed(note: str) -> str:
    if not note.strip():
        raise Refused("note_missing", _("経過を入力してください。"))
    return note.strip()
