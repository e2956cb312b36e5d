from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import FileIntake, RejectedRow, User
from issuance.models.campaign import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class RosterImport(FileIntake):
    """加入者ファイル取込: one roster file of a campaign.

    Where the campaign asks for it, a second person decides about it before anybody in it is judged. `comparison` are numbers of
    households against the campaign before: kept, new, gone, moved; empty where there was none. `attempt` counts how often the very same
    file was taken in, because rows had lacked an employer who came later.
    """

    class Decision(models.TextChoices):
        WAITING = "waiting", _("承認待ち")
        ACCEPTED = "accepted", _("承認済み")
        REFUSED = "refused", _("取下げ")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="roster_imports")
    decision = models.CharField(_("承認"), max_length=10, choices=Decision, default=Decision.ACCEPTED)
    decided_at = models.DateTimeField(_("承認日時"), null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.CharField(_("取下げの理由"), max_length=200, blank=True, default="")
    comparison = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("roster_import_rows_add_up"),
            models.UniqueConstraint(
                name="roster_file_imported_once",
                fields=["campaign", "sha256", "attempt"],
                condition=~Q(decision="refused"),
            ),
            models.CheckConstraint(
                name="roster_is_decided_by_another_person",
                condition=Q(decided_by__isnull=True)
                | Q(imported_by__isnull=True)
                | ~Q(decided_by=F("imported_by"))
                | Q(decision="refused"),
            ),
            models.CheckConstraint(
                name="roster_decision_has_person_and_reason",
                condition=Q(decision="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | Q(decision="accepted")
                | (
                    Q(decision="refused", decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_note="")
                ),
            ),
        ]


class Reject(RejectedRow):
    """One broken rule of a rejected roster row."""

    source = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="rejects_in_order", fields=["source", "line", "id"])]


class LossImport(FileIntake):
    """資格喪失ファイル取込: one freshness file, losses reported after the extraction; `attempt` as of rosters, because rows had
    lacked a person who came later.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="loss_imports")
    attempt = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("loss_import_rows_add_up"),
            models.UniqueConstraint(name="loss_file_imported_once", fields=["campaign", "sha256", "attempt"]),
        ]


class LossReject(RejectedRow):
    """One broken rule of a rejected row of a freshness file (an unknown person, for example)."""

    source = models.ForeignKey(LossImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="loss_rejects_in_order", fields=["source", "line", "id"])]
