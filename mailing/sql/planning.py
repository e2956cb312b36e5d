"""Cutting packed envelopes into print batches: set by set, in postal-code order, numbered on from the last batch.

Envelopes that are being packed can be cut together with those that wait, so that they are stored where they belong: a row that is
changed again in the transaction that stored it costs every index and every foreign key a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, bulk_settings, indexes_set_aside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.backends.utils import CursorWrapper

_PLANNED = """
CREATE TEMPORARY TABLE planned_envelope ON COMMIT DROP AS
SELECT e.id, e.branch_id, e.kind, e.card_count, e.stored,
       (row_number() OVER w - 1) / %(per_batch)s AS part, (row_number() OVER w - 1) %% %(per_batch)s + 1 AS place
FROM ({waiting}) AS e
WINDOW w AS (PARTITION BY e.branch_id, e.kind ORDER BY e.postal_code COLLATE "C", e.ordinal)
"""
# Index used: envelopes_waiting_for_batch. A released envelope without a batch was spoiled or lost and is due for a remake.
_STORED = """
    SELECT id, branch_id, kind, card_count, postal_code, ordinal, true AS stored
    FROM mailing_envelope
    WHERE campaign_id = %(campaign)s AND batch_id IS NULL AND stop_code = '' AND state IN ('planned', 'released')
      AND (%(branches)s::text[] IS NULL OR branch_id = ANY(%(branches)s::text[]))
"""
_STORED_AND_PACKED = f"""{_STORED}
    UNION ALL
    SELECT id, branch_id, kind, card_count, postal_code, ordinal, false FROM packed_envelope
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
SELECT %(campaign_code)s || '-' || branch_id || '-'
       || CASE kind WHEN 'personal' THEN 'P' WHEN 'employer' THEN 'E' ELSE 'L' END
       || lpad(ordinal::text, greatest(3, length(ordinal::text)), '0'),
       %(campaign)s, branch_id, kind, ordinal, 1, 'planned', 'ready', envelopes, cards, '', %(at)s
FROM planned_batch ORDER BY branch_id, kind, ordinal
"""
# The place and the batch of each envelope that has been cut.
PLACED = """
SELECT planned.id, planned.stored, planned.place, b.id AS batch_id
FROM planned_envelope AS planned
JOIN planned_batch AS cut USING (branch_id, kind, part)
JOIN mailing_printbatch AS b
    ON b.campaign_id = %(campaign)s AND b.branch_id = cut.branch_id AND b.kind = cut.kind AND b.ordinal = cut.ordinal
"""
_PLACE_STORED = f"""
UPDATE mailing_envelope e
SET batch_id = placed.batch_id, position = placed.place, first_page = NULL, pages = NULL, content_sha256 = ''
FROM ({PLACED}) AS placed
WHERE e.id = placed.id AND placed.stored
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
    """Cut every waiting envelope of the campaign into batches; `values` name campaign, campaign_code, per_batch, at and branches
    (those whose envelopes are cut, as `array_of` writes them, or None).
    """
    with connection.cursor() as cursor:
        envelopes, batches = _cut(cursor, _STORED, values)
        bulk_settings(whole_files=envelopes >= LEAST_ROWS)
        with indexes_set_aside(("mailing_envelope",), rows=envelopes, updated="batch_id"):
            cursor.execute(_PLACE_STORED, values)
    return batches


def plan_with_packed(values: Mapping[str, Any]) -> None:
    """The same for those together that wait and that are staged in `packed_envelope`, which are yet to be stored where `PLACED` says."""
    with connection.cursor() as cursor:
        _cut(cursor, _STORED_AND_PACKED, values)
        cursor.execute(_PLACE_STORED, values)


def _cut(cursor: CursorWrapper, waiting: str, values: Mapping[str, Any]) -> tuple[int, int]:
    """Give each waiting envelope its place and make the batches; return how many of both."""
    cursor.execute("DROP TABLE IF EXISTS planned_envelope, planned_batch")  # of an earlier call
    cursor.execute(_PLANNED.format(waiting=waiting), values)
    envelopes = int(cursor.rowcount)
    cursor.execute(_CUT, values)
    cursor.execute("ANALYZE planned_envelope, planned_batch")
    cursor.execute(_BATCHES, values)
    batches = int(cursor.rowcount)
    # Of those who are at work beside each other, the second would wait for the first one's end.
    if values["branches"] is None:
        cursor.execute("ANALYZE mailing_printbatch")
    return envelopes, batches


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
