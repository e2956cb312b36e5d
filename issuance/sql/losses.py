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

_APPLY = """
UPDATE issuance_insuredperson AS p SET later_lost_on = s.lost_on, later_loss_source_id = %(source)s
FROM staged_loss AS s
JOIN issuance_household AS h ON h.campaign_id = %(campaign)s AND h.insurer_no = s.insurer_no
    AND h.symbol = s.symbol AND h.number = s.number
WHERE p.household_id = h.id AND p.edaban = s.edaban AND s.problems = '[]'
"""


def apply_losses(*, campaign_id: int, import_id: int) -> int:
    """Note the reported day of loss on each person; a later report of the same person replaces the day."""
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, {"campaign": campaign_id, "source": import_id})
        return int(cursor.rowcount)
