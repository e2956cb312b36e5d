"""The one statement that judges everybody who has no outcome yet; oracle: issuance/eligibility/rules.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, indexes_set_aside

if TYPE_CHECKING:
    from datetime import date, datetime

# Everybody of the campaign with outcome and all reasons as the rules and today's data give them.
JUDGED = """
SELECT ruled.id,
       CASE WHEN cardinality(ruled.reasons) > 0 THEN 'excluded'
            WHEN ruled.hidden THEN 'held' ELSE 'target' END AS outcome,
       CASE WHEN cardinality(ruled.reasons) = 0 AND ruled.hidden THEN ARRAY['nondisclosure']::varchar[]
            ELSE ruled.reasons END AS all_reasons
FROM (
    SELECT p.id,
           p.nondisclosure OR insured.nondisclosure AS hidden,
           array_remove(ARRAY[
               CASE WHEN p.insured_kind = '9' OR substr(h.insurer_no, 1, 2) IN ('03', '04')
                    THEN 'day_labourer' END,
               CASE WHEN NOT p.card_held THEN 'no_old_card' END,
               CASE WHEN p.decided_on > %(decided_by)s THEN 'decided_after_cutoff' END,
               CASE WHEN p.myna_usable THEN 'myna_usable' END,
               CASE WHEN p.lost_on IS NOT NULL OR p.later_lost_on IS NOT NULL THEN 'lost' END
           ]::varchar[], NULL) AS reasons
    FROM issuance_household AS h
    JOIN issuance_insuredperson AS p ON p.household_id = h.id
    JOIN issuance_rosterimport AS source ON source.id = p.source_id AND source.decision = 'accepted'
    JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
    WHERE h.campaign_id = %(campaign)s
) AS ruled
"""
_SELECT = f"""
INSERT INTO issuance_selection (person_id, outcome, reasons, rule_version, selected_at)
SELECT judged.id, judged.outcome, judged.all_reasons, %(rule_version)s, %(at)s
FROM ({JUDGED}) AS judged
WHERE NOT EXISTS (SELECT 1 FROM issuance_selection AS s WHERE s.person_id = judged.id)
"""


_WAITING = """
SELECT count(*) FROM issuance_household AS h JOIN issuance_insuredperson AS p ON p.household_id = h.id
JOIN issuance_rosterimport AS source ON source.id = p.source_id AND source.decision = 'accepted'
WHERE h.campaign_id = %s AND NOT EXISTS (SELECT 1 FROM issuance_selection AS s WHERE s.person_id = p.id)
"""


def judge_everyone(*, campaign_id: int, decided_by: date, rule_version: str, at: datetime) -> int:
    """Give an outcome to every person of the campaign who has none; return how many."""
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "decided_by": decided_by,
        "rule_version": rule_version,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [campaign_id])
        with indexes_set_aside(("issuance_selection",), rows=int(cursor.fetchone()[0])):
            cursor.execute(_SELECT, values)
            count = int(cursor.rowcount)
        if count >= LEAST_ROWS:
            cursor.execute("ANALYZE issuance_selection")
    return count
