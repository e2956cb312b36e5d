"""資格喪失ファイル取込."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import open_table
from backoffice.file_intake.cells import Problem
from backoffice.file_intake.staging import (
    MOST_FILE_NAME_CHARACTERS,
    add_problem,
    stage_rows,
    store_rejects,
)
from backoffice.languages import on_record
from backoffice.roles import Permission
from issuance.intake import LOSS_COLUMNS, judge_loss
from issuance.models import Campaign, Certificate, LossImport, RosterImport
from issuance.services.certificates import void_certificates
from issuance.services.keep_open import keep_open
from issuance.services.same_file import attempt_after, settles
from issuance.sql import losses
from issuance.states import CertificateState, VoidCause

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from backoffice.models import User
    from backoffice.progress import Report

UNKNOWN = "unknown_person"


@on_record
@transaction.atomic
def import_losses(
    *,
    campaign: Campaign,
    path: Path,
    file_name: str,
    at: datetime,
    by: User | None,
    progress: Report | None = None,
) -> LossImport:
    """Take in a freshness file: note each loss on its person, a 本人's on the dependants too (domain.md §3.4), and void their live
    certificates.

    Selection stays as it was judged. The same file a second time changes nothing and returns the first
    import, unless rosters have come in since of whose people rows had been rejected as unknown.

    :raises RefusedFile: the file as a whole is not the documented form; nothing changed.
    :raises PermissionDenied: `by` may not import files.
    :raises Refused: `campaign_closed`.
    """
    if by is not None:
        by.require(Permission.IMPORT_FILES)
    table = open_table(path, LOSS_COLUMNS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    keep_open(campaign)
    theirs = LossImport.objects.filter(campaign=campaign, sha256=table.sha256)
    earlier = theirs.order_by("-attempt").first()
    brought = RosterImport.objects.filter(campaign=campaign)
    if earlier and settles(earlier, lacking=UNKNOWN, came=brought):
        return earlier
    record = LossImport.objects.create(
        campaign=campaign,
        file_name=file_name[:MOST_FILE_NAME_CHARACTERS],
        sha256=table.sha256,
        encoding=table.encoding,
        imported_at=at,
        imported_by=by,
        attempt=attempt_after(earlier),
    )
    rows = stage_rows(
        table, name=losses.STAGE, columns=losses.STAGED_COLUMNS, judge=judge_loss, progress=progress
    )
    add_problem(
        losses.STAGE,
        condition=losses.REPEATED_KEY,
        problem=Problem("edaban", "repeated_key", _("同じ方の行がこのファイルに2行以上あります。")),
    )
    add_problem(
        losses.STAGE,
        condition=losses.UNKNOWN_PERSON,
        problem=Problem("edaban", UNKNOWN, _("この加入者は取り込まれていません。")),
        campaign=campaign.pk,
    )
    record.rejected = store_rejects(losses.STAGE, reject_table=losses.REJECTS, source_id=record.pk)
    record.accepted = losses.apply_losses(campaign_id=campaign.pk, import_id=record.pk)
    record.rows = rows
    record.save(update_fields=["rows", "accepted", "rejected"])
    lost = Certificate.objects.filter(
        campaign=campaign, state=CertificateState.LIVE, person__later_lost_on__isnull=False
    )
    void_certificates(certificates=lost, cause=VoidCause.LOST, at=at, by=by)
    return record
