"""Cutting packed envelopes into print batches: set by set, in postal-code order, numbered on from the last batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, bulk_settings, indexes_set_aside

if TYPE_CHECKING:
    from collections.abc import Mapping

# Index used: envelopes_waiting_for_batch. A released envelope without a batch was spoiled or lost and is due for a remake.
_WAITING = """
CREATE TEMPORARY TABLE planned_envelope ON COMMIT DROP AS
SELECT e.id, e.branch_id, e.kind, e.card_count,
       (row_number() OVER w - 1) / %(limit)s AS part, (row_number() OVER w - 1) %% %(limit)s + 1 AS place
FROM mailing_envelope e
WHERE e.campaign_id = %(campaign)s AND e.batch_id IS NULL AND e.stop_code = '' AND e.state IN ('planned', 'released')
WINDOW w AS (PARTITION BY e.branch_id, e.kind ORDER BY e.postal_code COLLATE "C", e.ordinal)
"""
_CUT = """
CREATE TEMPORARY TABLE planned_batch ON COMMIT DROP AS
SELECT branch_id, kind, part, count(*) AS envelopes, sum(card_count) AS cards,
       part + 1 + coalesce((
           SELECT max(b.ordinal) FROM mailing_printbatch b
           WHERE b.campaign_id = %(campaign)s AND b.branch_id = planned_envelope.branch_id
             AND b.kind = planned_envelope.kind
       ), 0) AS ordinal
FROM planned_envelope GROUP BY branch_id, kind, part
"""
_BATCHES = """
INSERT INTO mailing_printbatch (
    number, campaign_id, branch_id, kind, ordinal, revision, state, render_state, envelope_count, card_count,
    manifest_sha256, planned_at)
SELECT %(code)s || '-' || branch_id || '-'
       || CASE kind WHEN 'personal' THEN 'P' WHEN 'employer' THEN 'E' ELSE 'L' END
       || lpad(ordinal::text, greatest(3, length(ordinal::text)), '0'),
       %(campaign)s, branch_id, kind, ordinal, 1, 'planned', 'ready', envelopes, cards, '', %(at)s
FROM planned_batch ORDER BY branch_id, kind, ordinal
"""
_PLACES = """
UPDATE mailing_envelope e
SET batch_id = b.id, position = planned.place, first_page = NULL, pages = NULL, content_sha256 = ''
FROM planned_envelope AS planned
JOIN planned_batch AS cut USING (branch_id, kind, part)
JOIN mailing_printbatch AS b
    ON b.campaign_id = %(campaign)s AND b.branch_id = cut.branch_id AND b.kind = cut.kind AND b.ordinal = cut.ordinal
WHERE e.id = planned.id
"""

_CLOSE_GAPS = """
UPDATE mailing_envelope e SET position = placed.place, first_page = placed.first_page
FROM (
    SELECT id, row_number() OVER w AS place, 1 + sum(pages) OVER w - pages AS first_page
    FROM mailing_envelope WHERE batch_id = %(batch)s
    WINDOW w AS (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) AS placed
WHERE e.id = placed.id AND (e.position, e.first_page) IS DISTINCT FROM (placed.place, placed.first_page)
"""

_RECOUNT = """
UPDATE mailing_printbatch b
SET envelope_count = counted.envelopes, card_count = counted.cards
FROM (
    SELECT wanted.id, count(e.id) AS envelopes, coalesce(sum(e.card_count), 0) AS cards
    FROM unnest(%(batches)s::bigint[]) AS wanted (id) LEFT JOIN mailing_envelope e ON e.batch_id = wanted.id
    GROUP BY wanted.id
) AS counted
WHERE b.id = counted.id
"""


def plan_batches(values: Mapping[str, Any]) -> int:
    """Cut every waiting envelope of the campaign into batches; `values` name campaign, code, limit and at."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS planned_envelope, planned_batch")  # of an earlier call
        cursor.execute(_WAITING, values)
        envelopes = int(cursor.rowcount)
        cursor.execute(_CUT, values)
        cursor.execute("ANALYZE planned_envelope, planned_batch")
        cursor.execute(_BATCHES, values)
        batches = int(cursor.rowcount)
        cursor.execute("ANALYZE mailing_printbatch")
        bulk_settings(whole_files=envelopes >= LEAST_ROWS)
        with indexes_set_aside(("mailing_envelope",), rows=envelopes, updated="batch_id"):
            cursor.execute(_PLACES, values)
    return batches


def close_gaps(batch_id: int) -> int:
    """Number the places 1..n and the first pages in their order; return how many envelopes changed."""
    return _changed(_CLOSE_GAPS, {"batch": batch_id})


def recount(batch_ids: list[int]) -> int:
    """Bring the batches' counters up to what lies in them."""
    return _changed(_RECOUNT, {"batches": batch_ids})


def _changed(statement: str, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
