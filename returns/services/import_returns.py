"""還付ファイル取込."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import open_table
from backoffice.file_intake.cells import Problem
from backoffice.file_intake.staging import MOST_FILE_NAME_CHARACTERS, add_problem, stage_rows, store_rejects
from backoffice.languages import on_record
from backoffice.roles import Permission
from issuance.models import Campaign
from issuance.services import keep_open
from mailing.models import Envelope
from mailing.services import mark_returned
from returns.intake import COLUMNS, judge_return
from returns.models import ReturnsImport, ReturnsReject
from returns.services.exception_work import first_due
from returns.sql import intake as sql

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from backoffice.models import User
    from backoffice.progress import Report


@on_record
@transaction.atomic
def import_returns(
    *,
    campaign: Campaign,
    path: Path,
    file_name: str,
    at: datetime,
    by: User,
    progress: Report | None = None,
) -> ReturnsImport:
    """Take in the contractor's list: each posted envelope in it is recorded as returned once, repeats are counted, numbers
    that belong to no posted envelope of the campaign are kept for a person, broken rows are rejected.

    The same file a second time changes nothing and returns the first import.

    :raises PermissionDenied: `by` may not log returns.
    :raises RefusedFile: the file as a whole is not the documented form; nothing changed.
    :raises Refused: `campaign_closed`.
    """
    by.require(Permission.LOG_RETURNS)
    table = open_table(path, COLUMNS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    keep_open(campaign)
    earlier = ReturnsImport.objects.filter(campaign=campaign, sha256=table.sha256).first()
    if earlier:
        return earlier
    record = ReturnsImport.objects.create(
        campaign=campaign,
        file_name=file_name[:MOST_FILE_NAME_CHARACTERS],
        sha256=table.sha256,
        encoding=table.encoding,
        imported_at=at,
        imported_by=by,
    )
    record.rows = stage_rows(
        table, name=sql.STAGE, columns=sql.STAGED_COLUMNS, judge=judge_return, progress=progress
    )
    early = Problem("returned_on", "returned_before_posting", _("還付日が差出日より前です。"))
    add_problem(sql.STAGE, condition=sql.BEFORE_POSTING, problem=early, campaign=campaign.pk)
    record.rejected = store_rejects(sql.STAGE, reject_table=ReturnsReject._meta.db_table, source_id=record.pk)
    stored = sql.store_returns(
        campaign_id=campaign.pk, source_id=record.pk, by_id=by.pk, at=at, due=first_due(at)
    )
    record.recorded, record.repeated, record.unknown = stored.recorded, stored.repeated, stored.unknown
    record.accepted = record.rows - record.rejected
    record.save(update_fields=["rows", "accepted", "rejected", "recorded", "repeated", "unknown"])
    mark_returned(envelopes=Envelope.objects.filter(pk__in=record.events.values("envelope")), at=at, by=by)
    return record
