"""Set-based statements over a staged freshness file."""

from __future__ import annotations

from django.db import connection

STAGE = "staged_loss"
REJECTS = "issuance_lossreject"
STAGED_COLUMNS = {
    "insurer_no": "text",
    "symbol": "text",
    "number": "text",
    "edaban": "text",
    "lost_on": "date",
}
_KEY = "s.insurer_no, s.symbol, s.number, s.edaban"
REPEATED_KEY = f"""({_KEY}) IN (SELECT insurer_no, symbol, number, edaban FROM staged_loss
    GROUP BY insurer_no, symbol, number, edaban HAVING count(*) > 1)"""
UNKNOWN_PERSON = """NOT EXISTS (
    SELECT 1 FROM issuance_household AS h JOIN issuance_insuredperson AS p ON p.household_id = h.id
    WHERE h.campaign_id = %(campaign)s AND h.insurer_no = s.insurer_no AND h.symbol = s.symbol
      AND h.number = s.number AND p.edaban = s.edaban)"""

_REPORTED = """
FROM staged_loss AS s
JOIN issuance_household AS h ON h.campaign_id = %(campaign)s AND h.insurer_no = s.insurer_no
    AND h.symbol = s.symbol AND h.number = s.number
"""
_APPLY = f"""
UPDATE issuance_insuredperson AS p SET later_lost_on = s.lost_on, later_loss_source_id = %(source)s
{_REPORTED}
WHERE p.household_id = h.id AND p.edaban = s.edaban AND s.problems = '[]'
"""
# Whoever is a dependant of somebody who has left belongs to the insurer no longer than they do (domain.md §3.4), whether the file says
# so or not: the employer must not get the card of an ex-employee's family. Where the 本人's day is corrected, so is that of those who
# left with them.
_WITH_THE_INSURED = f"""
UPDATE issuance_insuredperson AS p SET later_lost_on = s.lost_on, later_loss_source_id = %(source)s
{_REPORTED}
JOIN issuance_insuredperson AS insured
    ON insured.household_id = h.id AND insured.edaban = s.edaban AND insured.relation = '1'
WHERE p.household_id = h.id AND p.id <> insured.id AND s.problems = '[]' AND p.lost_on IS NULL
  AND (p.later_lost_on IS NULL OR p.later_lost_on > s.lost_on OR p.later_lost_on = insured.later_lost_on)
"""


def apply_losses(*, campaign_id: int, import_id: int) -> int:
    """Note the reported day of loss on each person, and a 本人's on the dependants who have lost nothing before; a later report of the
    same person replaces the day. Return how many were reported.
    """
    values = {"campaign": campaign_id, "source": import_id}
    with connection.cursor() as cursor:
        cursor.execute(_WITH_THE_INSURED, values)
        cursor.execute(_APPLY, values)
        return int(cursor.rowcount)
