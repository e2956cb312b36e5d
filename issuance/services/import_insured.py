"""加入者ファイル取込."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import open_table
from backoffice.file_intake.bulk import (
    FIRST_WHOLE_FILE_PLACE,
    BulkStage,
    note_problem,
    store_bulk_rejects,
)
from backoffice.file_intake.cells import Problem
from backoffice.file_intake.heavy_load import bulk_settings, indexes_set_aside
from backoffice.file_intake.staging import MOST_FILE_NAME_CHARACTERS
from backoffice.languages import on_record
from backoffice.roles import Permission
from employers.models import EmployerImport
from issuance.intake import COLUMNS, judge_person
from issuance.models import Campaign, RosterImport
from issuance.services.accept_roster import compared_with_before
from issuance.services.keep_open import keep_open
from issuance.services.same_file import attempt_after, settles
from issuance.sql import roster
from issuance.sql import straight as straight_sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from backoffice.file_intake.reader import Table
    from backoffice.models import User
    from backoffice.progress import Report

# A row of a roster has some 170 bytes; whether a file is large need not be known exactly. None has fewer than its 21 commas.
BYTES_OF_A_ROW = 170
LEAST_BYTES_OF_A_ROW = 20


def _whole_file_rules() -> list[tuple[roster.WholeFileRule, str]]:
    return [
        (roster.REPEATED_KEY, _("同じ保険者番号・記号・番号・枝番の行がこのファイルに2行以上あります。")),
        (roster.ONE_INSURED, _("この世帯の本人がちょうど1人になっていません。")),
        (roster.KNOWN_EMPLOYER, _("保険者番号と記号に当たる事業所が登録されていません。")),
        (
            roster.NOT_YET_IMPORTED,
            _("この方は先に取り込んだファイルで登録済みか、その世帯のファイルが承認を待っています。"),
        ),
        (roster.KEPT_INSURED, _("この世帯の本人の行が却下されたため、取り込めません。")),
    ]


@on_record
@transaction.atomic
def import_insured(
    *,
    campaign: Campaign,
    path: Path,
    file_name: str,
    at: datetime,
    by: User | None,
    progress: Report | None = None,
) -> RosterImport:
    """Take in a roster file: every row becomes exactly one person or is rejected with every rule it breaks.

    The same file a second time changes nothing and returns the first import, unless that was refused or employers have come in
    since of whom rows had been rejected as unknown. Where the campaign asks
    for a second person, nobody in the file is judged before they have accepted it (`accept_roster`).

    :raises RefusedFile: the file as a whole is not the documented form; nothing changed.
    :raises PermissionDenied: `by` may not import files.
    :raises Refused: `campaign_closed`.
    """
    if by is not None:
        by.require(Permission.IMPORT_FILES)
    table = open_table(path, COLUMNS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    keep_open(campaign)
    standing = RosterImport.objects.filter(campaign=campaign).exclude(decision=RosterImport.Decision.REFUSED)
    earlier = standing.filter(sha256=table.sha256).order_by("-attempt").first()
    brought = EmployerImport.objects.all()
    if earlier and settles(earlier, lacking=roster.KNOWN_EMPLOYER.rule, came=brought):
        return earlier
    record = RosterImport.objects.create(
        campaign=campaign,
        file_name=file_name[:MOST_FILE_NAME_CHARACTERS],
        sha256=table.sha256,
        encoding=table.encoding,
        imported_at=at,
        imported_by=by,
        decision=_decision(campaign),
        attempt=attempt_after(earlier),
    )

    bulk_settings(whole_files=True)
    with indexes_set_aside(roster.HOUSEHOLD_TABLES, rows=table.size // BYTES_OF_A_ROW) as is_large:
        _take_in(record, campaign, table, progress, straight=is_large)
    roster.analyze_people()
    record.comparison = compared_with_before(campaign)
    record.save(update_fields=["rows", "accepted", "rejected", "comparison"])
    return record


def _decision(campaign: Campaign) -> RosterImport.Decision:
    return RosterImport.Decision.WAITING if campaign.accept_rosters else RosterImport.Decision.ACCEPTED


def _take_in(
    record: RosterImport, campaign: Campaign, table: Table, progress: Report | None, *, straight: bool
) -> None:
    """Store the people and the rejects of a file, and set the record's counts."""
    # A library of tens of megabytes: loaded where a roster is taken in, not in every process.
    from backoffice.file_intake.block_staging import stage_blocks  # noqa: PLC0415
    from issuance.intake.blockwise import PersonBlocks  # noqa: PLC0415
    from issuance.intake.straight import CopyInto, StraightHouseholds  # noqa: PLC0415

    stage, households = _stage(campaign), None
    if straight:
        first = straight_sql.prepare(most_households=table.size // LEAST_BYTES_OF_A_ROW)
        households = StraightHouseholds(
            first_id=first,
            import_id=record.pk,
            people=CopyInto(straight_sql.COPY_PEOPLE, straight_sql.PEOPLE),
            households=CopyInto(straight_sql.COPY_HOUSEHOLDS, straight_sql.HOUSEHOLDS),
        )
    judge = PersonBlocks(reference_date=campaign.reference_date)
    record.rows = stage_blocks(table, stage, judge, straight=households, progress=progress)
    went = households.people if households else 0
    if households:
        went -= straight_sql.take_back_doubtful(campaign_id=campaign.pk, import_id=record.pk)
    for place, (rule, message) in enumerate(_whole_file_rules(), FIRST_WHOLE_FILE_PLACE):
        problem = Problem(rule.column, rule.rule, message)
        note_problem(stage, lines=rule.lines, place=place, problem=problem, campaign=campaign.pk)
    record.rejected = store_bulk_rejects(stage, reject_table=roster.REJECTS, source_id=record.pk)
    if households:
        straight_sql.store_households(campaign_id=campaign.pk)
    record.accepted = went + roster.store_people(campaign_id=campaign.pk, import_id=record.pk)


def _stage(campaign: Campaign) -> BulkStage:
    def judge(values: Mapping[str, str]) -> tuple[Mapping[str, Any], list[Problem]]:
        return judge_person(values, reference_date=campaign.reference_date)

    return BulkStage(name=roster.STAGE, columns=roster.STAGED_COLUMNS, judge=judge, opaque=roster.OPAQUE)
