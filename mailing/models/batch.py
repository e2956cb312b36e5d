from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.states import Stateful, timestamp_matches_state
from employers.models import Branch
from issuance.models import Campaign
from mailing.states import BATCH_STATES, BatchState, EnvelopeKind, RenderState, batch_states_from

if TYPE_CHECKING:
    from typing import ClassVar

_CANCELLED = frozenset({BatchState.CANCELLED.value})


class PrintBatch(Stateful):
    """印刷バッチ: envelopes of one branch and one kind of document in postal-code order, made and approved together.

    `state` is the business state, `render_state` how far the workers are. `revision` rises whenever the batch goes back
    to planned; hashes, artefacts and approvals belong to one revision. `ordered` is frozen at release. The worker that
    joins the finished chunks holds `merge_lease_until`.
    """

    STATES = BATCH_STATES

    number = models.CharField(_("バッチ番号"), max_length=48, unique=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", verbose_name=_("支部"))
    kind = models.CharField(_("種類"), max_length=12, choices=EnvelopeKind)
    ordinal = models.PositiveIntegerField()
    revision = models.PositiveSmallIntegerField(_("改訂"), default=1)
    state = models.CharField(_("状態"), max_length=12, choices=BatchState, default=BatchState.PLANNED)
    render_state = models.CharField(_("組版"), max_length=12, choices=RenderState, default=RenderState.READY)
    merge_lease_until = models.DateTimeField(null=True)
    envelope_count = models.PositiveIntegerField(_("通数"))
    card_count = models.PositiveIntegerField(_("枚数"))
    page_count = models.PositiveIntegerField(_("ページ数"), null=True)
    ordered = models.PositiveIntegerField(_("発注通数"), null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    planned_at = models.DateTimeField(_("計画日時"))
    rendered_at = models.DateTimeField(_("組版日時"), null=True)
    submitted_at = models.DateTimeField(_("提出日時"), null=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("承認日時"), null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(_("引渡し日時"), null=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reconciled_at = models.DateTimeField(_("照合日時"), null=True)
    posted_on = models.DateField(_("差出日"), null=True)
    closed_at = models.DateTimeField(_("完了日時"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_batch_per_ordinal", fields=["campaign", "branch", "kind", "ordinal"]
            ),
            models.CheckConstraint(
                name="batch_approver_is_not_submitter",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="batch_approval_has_person_and_hash",
                condition=Q(approved_at__isnull=True)
                | (Q(approved_by__isnull=False, submitted_by__isnull=False) & ~Q(manifest_sha256="")),
            ),
            *(
                models.CheckConstraint(
                    name=f"batch_{field}_matches_state",
                    condition=timestamp_matches_state(field, batch_states_from(first), exempt=_CANCELLED),
                )
                for field, first in (
                    ("rendered_at", BatchState.RENDERED),
                    ("submitted_at", BatchState.SUBMITTED),
                    ("approved_at", BatchState.APPROVED),
                    ("released_at", BatchState.RELEASED),
                    ("reconciled_at", BatchState.RECONCILED),
                    ("posted_on", BatchState.POSTED),
                    ("closed_at", BatchState.CLOSED),
                )
            ),
            models.CheckConstraint(
                name="batch_ordered_is_frozen_at_release",
                condition=Q(released_at__isnull=True, ordered__isnull=True)
                | Q(released_at__isnull=False, ordered__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="batches_by_state", fields=["campaign", "state", "id"])]
        triggers: ClassVar = [
            BATCH_STATES.trigger("batch_state_moves"),
        ]

    def __str__(self) -> str:
        return self.number
