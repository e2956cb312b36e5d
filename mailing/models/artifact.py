from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mailing.models.batch import PrintBatch
from mailing.states import RenderState

if TYPE_CHECKING:
    from typing import ClassVar


class RenderChunk(models.Model):
    """One range of a batch's envelopes, rendered by one worker at a time under a lease.

    The worker that claims it owns it until `lease_until`; a killed worker's chunk is claimed again. The result is a file
    named by its hash. `attempt` counts the failures of a range as it is now, `claim_no` every claim there ever was: by that a worker
    knows that a chunk is still its own. `queued_at` is when it was last sent to the workers; the sweeper sends it again after a while. `facts` is
    what the tables said of its envelopes when they were printed, in one word, so that a change is noticed.
    """

    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="chunks")
    revision = models.PositiveSmallIntegerField()
    first_position = models.PositiveIntegerField()
    last_position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=RenderState, default=RenderState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    claim_no = models.PositiveIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    pages = models.PositiveIntegerField(null=True)
    facts = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_chunk_per_range", fields=["batch", "revision", "first_position"]
            ),
            models.CheckConstraint(
                name="chunk_range_runs_forward", condition=Q(first_position__lte=F("last_position"))
            ),
            models.CheckConstraint(
                name="chunk_done_has_its_file",
                condition=(~Q(state="done") & Q(sha256=""))
                | (Q(state="done", pages__isnull=False) & ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="chunk_lease_only_while_rendering",
                condition=Q(state="rendering", lease_until__isnull=False)
                | (~Q(state="rendering") & Q(lease_until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}r{self.revision}:{self.first_position}"


class Artifact(models.Model):
    """A finished file of one revision of a batch: its hash, size and the template version that made it."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="artifacts")
    revision = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    pages = models.PositiveIntegerField()
    template_version = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_artifact_per_name_and_revision", fields=["batch", "revision", "name"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}r{self.revision} {self.name}"
