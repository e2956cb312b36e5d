"""Set-based publication of 対象者一覧表."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

_COLUMNS = ("employer_id", "number", "insured_name", "card_count")

# The lines an employer would get now are compared with the newest published version as one ordered text. Its
# separators are control characters, which no imported name holds.
_STAGE = """
CREATE TEMPORARY TABLE staged_line ON COMMIT DROP AS
SELECT src.*, row_number() OVER (PARTITION BY employer_id ORDER BY length(number), number) AS position
FROM ({source}) AS src
"""
_PUBLISH = """
WITH wanted AS (
    SELECT employer_id, count(*) AS line_count, sum(card_count) AS card_count,
           string_agg(
               concat_ws(E'\\x1f', number, insured_name, card_count), E'\\x1e' ORDER BY position
           ) AS content
    FROM staged_line GROUP BY employer_id
), newest AS (
    SELECT DISTINCT ON (employer_id) id, employer_id, version FROM employers_targetlist
    WHERE campaign_code = %(code)s ORDER BY employer_id, version DESC
), standing AS (
    SELECT n.employer_id, n.version,
           string_agg(
               concat_ws(E'\\x1f', l.number, l.insured_name, l.card_count), E'\\x1e' ORDER BY l.position
           ) AS content
    FROM newest AS n JOIN employers_targetlistline AS l ON l.target_list_id = n.id
    GROUP BY n.employer_id, n.version
), made AS (
    INSERT INTO employers_targetlist
        (campaign_code, employer_id, version, as_of, published_at, line_count, card_count)
    SELECT %(code)s, w.employer_id, coalesce(s.version, 0) + 1, %(as_of)s, %(at)s, w.line_count, w.card_count
    FROM wanted AS w LEFT JOIN standing AS s USING (employer_id)
    WHERE s.content IS DISTINCT FROM w.content ORDER BY w.employer_id
    RETURNING id, employer_id
), lines AS (
    INSERT INTO employers_targetlistline (target_list_id, position, number, insured_name, card_count)
    SELECT made.id, l.position, l.number, l.insured_name, l.card_count
    FROM made JOIN staged_line AS l USING (employer_id) ORDER BY made.id, l.position
    RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM lines)
"""


def publish_lists(*, campaign_code: str, as_of: date, source: QuerySet, at: datetime) -> tuple[int, int]:  # type: ignore[type-arg]
    """Publish a list for every employer of `source` whose content differs from its newest list.

    `source` has the columns employer_id, number, insured_name, card_count, one row per insured person.
    Returns (lists, lines).
    """
    text, params = source.values(*_COLUMNS).query.sql_with_params()
    stage = sql.SQL(_STAGE).format(source=sql.SQL(text))
    with connection.cursor() as cursor:
        cursor.execute(stage.as_string(connection.connection), params)
        cursor.execute(_PUBLISH, {"code": campaign_code, "as_of": as_of, "at": at})
        lists, lines = cursor.fetchone()
        cursor.execute("DROP TABLE staged_line")
    return int(lists), int(lines)
