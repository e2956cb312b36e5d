"""Bulk writes of the background work on batches: cutting into chunks, sending again, and what a chunk has printed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.key_sets import array_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_CUT = """
INSERT INTO mailing_renderchunk (batch_id, revision, first_position, last_position, state, attempt, sha256, facts, error)
SELECT b.id, b.revision, first, least(first + %(size)s - 1, reach.last), 'ready', 0, '', '', ''
FROM mailing_printbatch b
CROSS JOIN LATERAL (SELECT max(position) AS last FROM mailing_envelope WHERE batch_id = b.id) AS reach
CROSS JOIN LATERAL generate_series(1, reach.last, %(size)s) AS first
WHERE b.id = ANY(%(batches)s)
ON CONFLICT (batch_id, revision, first_position) DO NOTHING
"""

# A chunk whose page of a now departed envelope is finished or under way is made again; the worker that has it loses it. So is
# one with the letter that names the departed piece: that of the same employer in the same batch.
_RESET = """
UPDATE mailing_renderchunk c
SET state = 'ready', attempt = 0, lease_until = NULL, queued_at = NULL, sha256 = '', pages = NULL
FROM mailing_envelope gone
JOIN mailing_printbatch b ON b.id = gone.batch_id
JOIN mailing_envelope e ON e.batch_id = b.id
    AND (e.id = gone.id OR (gone.kind = 'employer' AND e.kind = 'employer' AND e.employer_id = gone.employer_id))
WHERE gone.id = ANY(%(envelopes)s) AND b.state = 'planned' AND c.batch_id = b.id AND c.revision = b.revision
  AND e.position BETWEEN c.first_position AND c.last_position AND c.state IN ('rendering', 'done')
"""

_RESEND = """
UPDATE mailing_renderchunk c SET queued_at = %(at)s
WHERE c.id IN (
    SELECT d.id FROM mailing_renderchunk d JOIN mailing_printbatch b ON b.id = d.batch_id AND b.revision = d.revision
    WHERE b.state = 'planned' AND b.render_state = 'rendering'
      AND ((d.state = 'ready' AND (d.queued_at IS NULL OR d.queued_at < %(queued_before)s))
           OR (d.state = 'rendering' AND d.lease_until < %(at)s))
    ORDER BY d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
)
RETURNING c.id
"""

_PRINTED = """
UPDATE mailing_envelope e SET pages = printed.pages, first_page = printed.first_page, content_sha256 = printed.content
FROM unnest(%(ids)s::bigint[], %(pages)s::int[], %(first_pages)s::int[], %(contents)s::text[])
    AS printed (id, pages, first_page, content)
WHERE e.id = printed.id
"""


def wait_for_no_disk() -> None:
    """End this transaction without waiting for the disk: after a loss of power it may not have happened, and whoever sweeps finds the
    work again. Transactions after it that do wait take it to the disk with them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def cut_chunks(batch_ids: list[int], size: int) -> int:
    """One chunk for every `size` places of each batch's revision; those that exist stay."""
    return _changed(_CUT, {"batches": batch_ids, "size": size})


def reset_chunks_of(envelope_ids: list[int]) -> int:
    """Make the chunks of still planned batches again that hold one of the envelopes."""
    return _changed(_RESET, {"envelopes": envelope_ids})


def take_chunks_to_send(*, at: datetime, queued_before: datetime, most: int) -> list[int]:
    """Mark up to `most` chunks as sent that no worker has, and return their ids in order."""
    with connection.cursor() as cursor:
        cursor.execute(_RESEND, {"at": at, "queued_before": queued_before, "most": most})
        return sorted(int(row[0]) for row in cursor.fetchall())


def write_printed(
    *, ids: Sequence[int], pages: Sequence[int], contents: Sequence[str], first_page: int
) -> int:
    """Record how many pages each envelope took and the hash of what it says.

    Its first page follows from `first_page`, that of the first envelope. Where pages before it are not known yet this is a
    guess, made right when the batch is joined; a right one saves writing millions of rows a second time.
    """
    first_pages = accumulate(pages, initial=first_page)
    values = {"ids": array_of(ids), "pages": array_of(pages), "contents": array_of(contents)}
    return _changed(_PRINTED, values | {"first_pages": array_of(list(first_pages)[:-1])})


def _changed(statement: str, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
