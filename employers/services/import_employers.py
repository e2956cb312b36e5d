"""事業所ファイル取込."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake import open_table
from backoffice.file_intake.cells import Problem
from backoffice.file_intake.staging import Progress, add_problem, stage_rows, store_rejects
from backoffice.models import User
from employers.intake import COLUMNS, judge_employer
from employers.models import EmployerImport, EmployerReject
from employers.sql.employers import REPEATED_KEY, STAGE, STAGED_COLUMNS, upsert_employers
from japan.names import name_search_key


@transaction.atomic
def import_employers(
    *,
    campaign_code: str,
    path: Path,
    file_name: str,
    at: datetime,
    by: User | None,
    progress: Progress | None = None,
) -> EmployerImport:
    """Take in an employer file: good rows are stored (a known employer takes the newest values), bad rows kept as rejects.

    The same file a second time changes nothing and returns the first import.

    :raises RefusedFile: the file as a whole is not the documented form; nothing changed.
    """
    table = open_table(path, COLUMNS)
    earlier = EmployerImport.objects.filter(campaign_code=campaign_code, sha256=table.sha256).first()
    if earlier:
        return earlier
    record = EmployerImport.objects.create(
        campaign_code=campaign_code,
        file_name=file_name,
        sha256=table.sha256,
        encoding=table.encoding,
        imported_at=at,
        imported_by=by,
    )
    rows = stage_rows(table, name=STAGE, columns=STAGED_COLUMNS, judge=_judge, progress=progress)
    add_problem(
        STAGE,
        condition=REPEATED_KEY,
        problem=Problem("symbol", "repeated_key", _("同じ保険者番号と記号の行がこのファイルに2行以上あります。")),
    )
    record.rejected = store_rejects(STAGE, reject_table=EmployerReject._meta.db_table, source_id=record.pk)
    record.accepted = upsert_employers(import_id=record.pk)
    record.rows = rows
    record.save(update_fields=["rows", "accepted", "rejected"])
    return record


def _judge(values: Mapping[str, str]) -> tuple[Mapping[str, Any], list[Problem]]:
    row, problems = judge_employer(values)
    return {**asdict(row), "name_key": name_search_key(row.name)}, problems
