"""Set-based statements over a staged returns file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from datetime import datetime

STAGE = "staged_return"
STAGED_COLUMNS = {
    "scanned": "text",
    "piece_no": "text",
    "reason": "text",
    "returned_on": "date",
    "note": "text",
}

# One event per envelope: the first row of a piece in the file counts, later rows and pieces recorded before are repeats.
_EVENTS = """
INSERT INTO returns_returnevent (
    envelope_id, reason, returned_on, note, recorded_at, recorded_by_id, source_id, state
)
SELECT DISTINCT ON (e.id) e.id, s.reason, s.returned_on, s.note, %(at)s, %(by)s, %(source)s, 'waiting'
FROM staged_return AS s
JOIN mailing_envelope AS e ON e.piece_no = s.piece_no AND e.campaign_id = %(campaign)s AND e.state = 'posted'
WHERE s.problems = '[]'
ORDER BY e.id, s.line
"""
_UNKNOWN = """
INSERT INTO returns_unknownreturn (campaign_id, scanned_text, kind, recorded_at, recorded_by_id, source_id, note)
SELECT %(campaign)s, s.scanned,
       CASE WHEN e.id IS NULL THEN 'unknown' WHEN e.campaign_id <> %(campaign)s THEN 'other_campaign'
            ELSE 'not_posted' END,
       %(at)s, %(by)s, %(source)s, s.note
FROM staged_return AS s LEFT JOIN mailing_envelope AS e ON e.piece_no = s.piece_no
WHERE s.problems = '[]'
  AND (e.id IS NULL OR e.campaign_id <> %(campaign)s OR e.state IN ('planned', 'pulled', 'released', 'inserted'))
ORDER BY s.line
"""
_GOOD = "SELECT count(*) FROM staged_return WHERE problems = '[]'"


@dataclass(frozen=True, slots=True)
class StoredReturns:
    """What became of the good rows: good = recorded + repeated + unknown."""

    recorded: int
    repeated: int
    unknown: int


def store_returns(*, campaign_id: int, source_id: int, by_id: int | None, at: datetime) -> StoredReturns:
    """Record one event for each posted envelope in the file, and keep the rows that belong to none."""
    values = {"campaign": campaign_id, "source": source_id, "by": by_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, values)
        unknown = int(cursor.rowcount)
        cursor.execute(_EVENTS, values)
        recorded = int(cursor.rowcount)
        cursor.execute(_GOOD)
        good = int(cursor.fetchone()[0])
    return StoredReturns(recorded, good - recorded - unknown, unknown)
