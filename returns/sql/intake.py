"""Set-based statements over a staged returns file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from datetime import date, datetime

STAGE = "staged_return"
STAGED_COLUMNS = {
    "scanned": "text",
    "piece_no": "text",
    "make_no": "integer",
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
JOIN judged_return AS j ON j.line = s.line AND j.kind = ''
JOIN mailing_envelope AS e ON e.id = j.envelope_id AND e.state = 'posted'
ORDER BY e.id, s.line
"""
# A station that has just scanned one of them goes first, and whoever scans one later waits: then it is a repeat, and nobody holds what the
# other one needs.
_LOCK = """
SELECT count(*) FROM (
    SELECT 1 FROM mailing_envelope AS e JOIN staged_return AS s ON s.piece_no = e.piece_no
    WHERE s.problems = '[]' ORDER BY e.id FOR NO KEY UPDATE OF e
) AS locked
"""
# The oracle of the CASE is returns.services.unknown.unknown_kind.
_JUDGED = """
CREATE TEMPORARY TABLE judged_return ON COMMIT DROP AS
SELECT s.line, s.scanned, s.piece_no, s.make_no, s.note, e.id AS envelope_id,
       CASE WHEN e.id IS NULL THEN 'unknown'
            WHEN s.make_no NOT BETWEEN 1 AND e.make_no THEN 'never_ordered'
            WHEN e.campaign_id <> %(campaign)s THEN 'other_campaign'
            WHEN s.make_no < e.make_no THEN 'superseded'
            WHEN e.state IN ('planned', 'pulled', 'released', 'inserted') THEN 'not_posted'
            ELSE '' END AS kind
FROM staged_return AS s LEFT JOIN mailing_envelope AS e ON e.piece_no = s.piece_no
WHERE s.problems = '[]'
"""
_COUNT_UNKNOWN = "SELECT count(*) FROM judged_return WHERE kind <> ''"
_UNKNOWN = """
INSERT INTO returns_unknownreturn (
    campaign_id, scanned_text, kind, envelope_id, make_no, state, recorded_at, recorded_by_id, source_id, note, due_on,
    outcome, answer
)
SELECT %(campaign)s, CASE WHEN piece_no ~ '^[0-9]{12}$' THEN piece_no ELSE scanned END, kind, envelope_id, make_no, 'open',
       %(at)s, %(by)s, %(source)s, note, %(due)s, '', ''
FROM judged_return WHERE kind <> '' ORDER BY line
ON CONFLICT DO NOTHING
"""
# What a row may not say about a piece that is known: rejected before the good rows are counted.
BEFORE_POSTING = """s.problems = '[]' AND EXISTS (
    SELECT 1 FROM mailing_envelope AS e
    WHERE e.piece_no = s.piece_no AND e.campaign_id = %(campaign)s AND e.posted_on > s.returned_on)"""
_GOOD = "SELECT count(*) FROM staged_return WHERE problems = '[]'"


@dataclass(frozen=True, slots=True)
class StoredReturns:
    """What became of the good rows: good = recorded + repeated + unknown."""

    recorded: int
    repeated: int
    unknown: int


def store_returns(
    *, campaign_id: int, source_id: int, by_id: int | None, at: datetime, due: date
) -> StoredReturns:
    """Record one event for each posted envelope in the file, and keep the rows that belong to none, due on `due`."""
    values = {"campaign": campaign_id, "source": source_id, "by": by_id, "at": at, "due": due}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS judged_return")  # of an earlier file in the same transaction
        cursor.execute(_LOCK)
        cursor.execute(_JUDGED, values)
        cursor.execute(_COUNT_UNKNOWN)
        unknown = int(cursor.fetchone()[0])
        cursor.execute(_UNKNOWN, values)
        cursor.execute(_EVENTS, values)
        recorded = int(cursor.rowcount)
        cursor.execute(_GOOD)
        good = int(cursor.fetchone()[0])
    return StoredReturns(recorded, good - recorded - unknown, unknown)
