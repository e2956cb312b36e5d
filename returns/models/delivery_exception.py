from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.states import Stateful
from returns.models.return_event import ReturnEvent
from returns.states import EXCEPTION_STATES, ExceptionCode, ExceptionState, Resolution

if TYPE_CHECKING:
    from typing import ClassVar


class DeliveryException(Stateful):
    """例外: a returned envelope that cannot go to the employer and waits for a person, with owner and due date."""

    STATES = EXCEPTION_STATES

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    event = models.OneToOneField(ReturnEvent, on_delete=models.PROTECT, related_name="exception")
    code = models.CharField(_("理由"), max_length=20, choices=ExceptionCode)
    state = models.CharField(_("状態"), max_length=10, choices=ExceptionState, default=ExceptionState.OPEN)
    opened_at = models.DateTimeField(_("発生日時"))
    due_on = models.DateField(_("期限"))
    owner = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("担当")
    )
    resolution = models.CharField(_("結果"), max_length=20, choices=Resolution, blank=True, default="")
    note = models.TextField(_("経過"), blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="resolved_exception_has_outcome",
                condition=Q(state="open", resolved_at__isnull=True, resolution="")
                | (
                    Q(state="resolved", resolved_at__isnull=False, resolved_by__isnull=False)
                    & ~Q(resolution="")
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(name="exceptions_by_state", fields=["state", "due_on", "id"])]
        triggers: ClassVar = [
            EXCEPTION_STATES.trigger("exception_state_moves"),
        ]

    @property
    def number(self) -> str:
        """The number by which people speak of it."""
        return self.event.envelope.piece_no

    def __str__(self) -> str:
        return f"{self.code} {self.public_id}"
