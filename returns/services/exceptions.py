"""例外: envelopes that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from returns.models import DeliveryException
from returns.services.delivery import deliver_after_all
from returns.states import ExceptionCode, ExceptionState, Resolution

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def assign_exception(*, exception: DeliveryException, owner: User, by: User) -> None:
    """Give an open exception to a person.

    :raises PermissionDenied: `by` or `owner` may not work on exceptions, or not on 不開示 ones.
    :raises Refused: `already_resolved`.
    """
    for person in (by, owner):
        _require_work_on(exception, person)
    if not DeliveryException.objects.filter(pk=exception.pk, state=ExceptionState.OPEN).update(owner=owner):
        raise _already_resolved()


@transaction.atomic
def resolve_exception(
    *, exception: DeliveryException, resolution: str, note: str, at: datetime, by: User
) -> None:
    """Close an exception with its outcome. 不開示 is for people who may see such persons.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `unknown_resolution` or `already_resolved`.
    """
    _require_work_on(exception, by)
    if resolution not in Resolution.values:
        raise Refused("unknown_resolution", _("対応の結果を選んでください。"))
    if resolution == Resolution.DELIVERED_AFTER_ALL:
        deliver_after_all(event=exception.event, note=note, at=at, by=by)
        return
    moved = move(
        DeliveryException.objects.filter(pk=exception.pk),
        to=ExceptionState.RESOLVED.value,
        at=at,
        by=by,
        resolution=resolution,
        note=note,
        resolved_at=at,
        resolved_by=by,
    )
    if not moved:
        raise _already_resolved()


def _require_work_on(exception: DeliveryException, person: User) -> None:
    person.require(Permission.WORK_EXCEPTIONS)
    if exception.code == ExceptionCode.NONDISCLOSURE:
        person.require(Permission.VIEW_NONDISCLOSED)


def _already_resolved() -> Refused:
    return Refused("already_resolved", _("この個別対応は、すでに完了しています。"))
