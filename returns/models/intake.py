from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import FileIntake, RejectedRow, User
from backoffice.states import Stateful
from issuance.models import Campaign
from mailing.models import Envelope
from returns.states import UNKNOWN_STATES, UnknownKind, UnknownOutcome, UnknownState

if TYPE_CHECKING:
    from typing import ClassVar


class ReturnsImport(FileIntake):
    """還付ファイル取込: one list of the returns contractor. accepted = recorded + repeated + unknown."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    recorded = models.PositiveIntegerField(_("記録"), default=0)
    repeated = models.PositiveIntegerField(_("重複"), default=0)
    unknown = models.PositiveIntegerField(_("不明"), default=0)

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("returns_import_rows_add_up"),
            models.UniqueConstraint(name="returns_file_imported_once", fields=["campaign", "sha256"]),
            models.CheckConstraint(
                name="returns_import_accepted_adds_up",
                condition=Q(accepted=F("recorded") + F("repeated") + F("unknown")),
            ),
        ]


class ReturnsReject(RejectedRow):
    """One broken rule of a rejected row of a returns file."""

    source = models.ForeignKey(ReturnsImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="returns_rejects_in_order", fields=["source", "line", "id"])]


class UnknownReturn(Stateful):
    """不明の還付: a piece came back that is none of this campaign's posted ones; a person finds out what it is.

    `envelope` is the one whose number it bears, where there is such a one; `make_no` is the make its sheet code names. The same
    piece stands in the queue once, however often it is scanned. `note` is the scanner's word, `answer` the resolver's.
    """

    STATES = UNKNOWN_STATES

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    scanned_text = models.CharField(_("読み取った番号"), max_length=60)
    kind = models.CharField(_("区分"), max_length=16, choices=UnknownKind)
    envelope = models.ForeignKey(Envelope, null=True, on_delete=models.PROTECT, related_name="+")
    make_no = models.PositiveSmallIntegerField(_("作成回"), null=True)
    state = models.CharField(_("状態"), max_length=10, choices=UnknownState, default=UnknownState.OPEN)
    recorded_at = models.DateTimeField(_("受付日時"))
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(ReturnsImport, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("備考"), blank=True, default="")
    owner = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("担当")
    )
    due_on = models.DateField(_("期限"))
    outcome = models.CharField(_("結果"), max_length=12, choices=UnknownOutcome, blank=True, default="")
    answer = models.TextField(_("経過"), blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_unknown_per_piece",
                fields=["campaign", "scanned_text", "kind", "make_no"],
                condition=Q(state="open"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="resolved_unknown_has_outcome",
                condition=Q(state="open", resolved_at__isnull=True, resolved_by__isnull=True, outcome="")
                | (
                    Q(state="resolved", resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(outcome="")
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(name="unknown_by_state", fields=["campaign", "state", "id"])]
        triggers: ClassVar = [
            UNKNOWN_STATES.trigger("unknown_state_moves"),
        ]

    @property
    def number(self) -> str:
        """The number by which people speak of it."""
        return self.scanned_text

    @property
    def is_undoable(self) -> bool:
        """Whether the scan may be taken back by whoever made it: nobody has taken the piece on, and it is not a suspicious one."""
        untouched = self.state == UnknownState.OPEN and self.owner_id is None and self.source_id is None
        return untouched and self.kind != UnknownKind.NEVER_ORDERED

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
