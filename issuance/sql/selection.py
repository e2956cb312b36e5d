"""The one statement that judges everybody who has no outcome yet; oracle: issuance/eligibility/rules.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, bulk_settings, indexes_set_aside

if TYPE_CHECKING:
    from datetime import date, datetime

# Everybody of the campaign with outcome and all reasons as the rules and today's data give them. One walk over the people: of
# the households only the few with something to add are looked up, day labourers' and those whose 本人 is 不開示. OFFSET 0 keeps the
# planner from copying the reasons into each place that names them, where they would be put together again.
JUDGED = """
SELECT ruled.id,
       CASE WHEN ruled.reasons <> '{}' THEN 'excluded'
            WHEN ruled.hidden THEN 'held' ELSE 'target' END AS outcome,
       CASE WHEN ruled.reasons = '{}' AND ruled.hidden THEN ARRAY['nondisclosure']::varchar[]
            ELSE ruled.reasons END AS all_reasons
FROM (
    SELECT p.id,
           p.nondisclosure OR flagged.household_id IS NOT NULL AS hidden,
           array_remove(ARRAY[
               CASE WHEN p.insured_kind = '9' OR labourers.id IS NOT NULL THEN 'day_labourer' END,
               CASE WHEN NOT p.card_held THEN 'no_old_card' END,
               CASE WHEN p.decided_on > %(decided_by)s THEN 'decided_after_cutoff' END,
               CASE WHEN p.myna_usable THEN 'myna_usable' END,
               CASE WHEN p.lost_on IS NOT NULL OR p.later_lost_on IS NOT NULL THEN 'lost' END
           ]::varchar[], NULL) AS reasons
    FROM issuance_insuredperson AS p
    LEFT JOIN (
        SELECT id FROM issuance_household WHERE campaign_id = %(campaign)s AND substr(insurer_no, 1, 2) IN ('03', '04')
    ) AS labourers ON labourers.id = p.household_id
    LEFT JOIN (
        SELECT household_id FROM issuance_insuredperson WHERE relation = '1' AND nondisclosure
    ) AS flagged ON flagged.household_id = p.household_id
    WHERE p.source_id = ANY(ARRAY(
        SELECT id FROM issuance_rosterimport WHERE campaign_id = %(campaign)s AND decision = 'accepted'))
    OFFSET 0
) AS ruled
"""
_SELECT = f"""
WITH fresh AS (
    INSERT INTO issuance_selection (person_id, outcome, reasons, rule_version, selected_at)
    SELECT judged.id, judged.outcome, judged.all_reasons, %(rule_version)s, %(at)s
    FROM ({JUDGED}) AS judged
    WHERE NOT EXISTS (SELECT 1 FROM issuance_selection AS s WHERE s.person_id = judged.id)
    RETURNING outcome
)
SELECT outcome, count(*) FROM fresh GROUP BY outcome
"""
# The people of a file are judged together: a file whose first person waits is a file of which everybody waits.
_WAITING = """
SELECT coalesce(sum(source.accepted), 0) FROM issuance_rosterimport AS source
WHERE source.campaign_id = %s AND source.decision = 'accepted' AND NOT EXISTS (
    SELECT 1 FROM issuance_selection AS s WHERE s.person_id = (
        SELECT p.id FROM issuance_insuredperson AS p WHERE p.source_id = source.id ORDER BY p.line LIMIT 1))
"""


def judge_everyone(*, campaign_id: int, decided_by: date, rule_version: str, at: datetime) -> dict[str, int]:
    """Give an outcome to every person of the campaign who has none; return how many got which."""
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "decided_by": decided_by,
        "rule_version": rule_version,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [campaign_id])
        waiting = int(cursor.fetchone()[0])
        # The table that is filled is also asked who is in it: a loop over it would read it once per person, without its index.
        bulk_settings(whole_files=waiting >= LEAST_ROWS)
        with indexes_set_aside(("issuance_selection",), rows=waiting):
            cursor.execute(_SELECT, values)
            fresh = dict(cursor.fetchall())
        if sum(fresh.values()) >= LEAST_ROWS:
            cursor.execute("ANALYZE issuance_selection")
    return fresh
