"""事業所ファイル取込."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import open_table
from backoffice.file_intake.bulk import (
    FIRST_WHOLE_FILE_PLACE,
    BulkStage,
    note_problem,
    stage_in_bulk,
    store_bulk_rejects,
)
from backoffice.file_intake.cells import Problem
from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.file_intake.staging import MOST_FILE_NAME_CHARACTERS
from backoffice.languages import on_record
from backoffice.roles import Permission
from employers.intake import COLUMNS, EmployerColumns, judge_employer
from employers.models import EmployerImport
from employers.sql.employers import (
    REJECTS,
    REPEATED_KEY,
    STAGE,
    STAGED_COLUMNS,
    upsert_employers,
    wait_for_other_imports,
)
from japan.names import name_search_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from backoffice.models import User
    from backoffice.progress import Report

# Some characters become longer in a key; a key is for searching, so a cut one is good enough.
MOST_KEY_CHARACTERS = 240


@on_record
@transaction.atomic
def import_employers(
    *,
    campaign_code: str,
    path: Path,
    file_name: str,
    at: datetime,
    by: User | None,
    progress: Report | None = None,
) -> EmployerImport:
    """Take in an employer file (interfaces §1): good rows are stored, a known employer takes the newest
    values, bad rows are kept as rejects.

    The same file a second time changes nothing and returns the first import.

    :raises RefusedFile: the file as a whole is not the documented form; nothing changed.
    :raises PermissionDenied: `by` may not import files.
    """
    if by is not None:
        by.require(Permission.IMPORT_FILES)
    table = open_table(path, COLUMNS)
    wait_for_other_imports()
    earlier = EmployerImport.objects.filter(campaign_code=campaign_code, sha256=table.sha256).first()
    if earlier:
        return earlier
    record = EmployerImport.objects.create(
        campaign_code=campaign_code,
        file_name=file_name[:MOST_FILE_NAME_CHARACTERS],
        sha256=table.sha256,
        encoding=table.encoding,
        imported_at=at,
        imported_by=by,
    )
    stage = BulkStage(STAGE, STAGED_COLUMNS, judge_staged, EmployerColumns())
    bulk_settings(whole_files=True)
    record.rows = stage_in_bulk(table, stage, progress=progress)
    message = _("同じ保険者番号と記号の行がこのファイルに2行以上あります。")
    note_problem(
        stage,
        lines=REPEATED_KEY,
        place=FIRST_WHOLE_FILE_PLACE,
        problem=Problem("symbol", "repeated_key", message),
    )
    record.rejected = store_bulk_rejects(stage, reject_table=REJECTS, source_id=record.pk)
    record.accepted = upsert_employers(import_id=record.pk)
    record.save(update_fields=["rows", "accepted", "rejected"])
    return record


def judge_staged(values: Mapping[str, str]) -> tuple[Mapping[str, Any], list[Problem]]:
    """The row's values as they are staged, and every rule of its own that it breaks."""
    row, problems = judge_employer(values)
    return {**asdict(row), "name_key": name_search_key(row.name)[:MOST_KEY_CHARACTERS]}, problems
