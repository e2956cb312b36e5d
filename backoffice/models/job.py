from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class Job(models.Model):
    """A piece of background work a person started: how far it is, and whether it shall stop.

    `kind` names the work; `subject` is the opaque id of what it works on. `task` and `said` are the message that was sent to a worker at
    `sent_at`, so that it can be sent again where it was lost (empty: somebody else sends it); `taken_as` is the message that a worker has taken up. `refused_file` is
    the name of a file that was refused as a whole. The worker adds to `done` (and to `rows`, where it reads a file) and looks at
    `cancel_requested_at` between steps; `heartbeat_at` tells the sweeper that it lives.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("待機中")
        RUNNING = "running", _("実行中")
        DONE = "done", _("完了")
        FAILED = "failed", _("失敗")
        CANCELLED = "cancelled", _("中止")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0, db_default=0)
    message = models.TextField(blank=True, default="")
    refused_file = models.CharField(max_length=200, blank=True, default="", db_default="")
    task = models.CharField(max_length=60, blank=True, default="", db_default="")
    said = models.JSONField(default=dict, db_default={})
    sent_at = models.DateTimeField(null=True)
    taken_as = models.CharField(max_length=36, blank=True, default="", db_default="")
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="job_done_within_total", condition=Q(done__lte=F("total")) | Q(total=0)
            ),
            models.CheckConstraint(
                name="job_finished_at_matches_state",
                condition=Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_running_job_per_kind_and_subject",
                fields=["kind", "subject"],
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 100 once done."""
        if self.state == self.State.DONE:
            return 100
        return self.done * 100 // self.total if self.total else 0
