"""A roster against the campaign before, and taking a refused one out again."""

from __future__ import annotations

from django.db import connection

# Household by household: the 本人's address stands for the household's.
_COMPARED = """
SELECT count(*) FILTER (WHERE mine.id IS NOT NULL AND theirs.id IS NOT NULL) AS kept,
       count(*) FILTER (WHERE theirs.id IS NULL) AS new,
       count(*) FILTER (WHERE mine.id IS NULL) AS gone,
       count(*) FILTER (WHERE (mine.postal_code, mine.address1, mine.address2)
                              <> (theirs.postal_code, theirs.address1, theirs.address2)) AS moved
FROM ({households}) AS mine FULL JOIN ({before}) AS theirs USING (insurer_no, symbol, number)
"""
_HOUSEHOLDS = """
SELECT h.id, h.insurer_no, h.symbol, h.number, i.postal_code, i.address1, i.address2
FROM issuance_household AS h JOIN issuance_insuredperson AS i ON i.household_id = h.id AND i.relation = '1'
WHERE h.campaign_id = %({campaign})s
"""
COMPARED = ("kept", "new", "gone", "moved")

_REMOVE_PEOPLE = "DELETE FROM issuance_insuredperson WHERE source_id = %(source)s"
_REMOVE_HOUSEHOLDS = """
DELETE FROM issuance_household AS h WHERE h.campaign_id = %(campaign)s
AND NOT EXISTS (SELECT 1 FROM issuance_insuredperson AS p WHERE p.household_id = h.id)
"""


def compare_households(*, campaign_id: int, before_id: int) -> dict[str, int]:
    """How many households of a campaign were in the one before, are new, are gone, or have another address."""
    statement = _COMPARED.format(
        households=_HOUSEHOLDS.format(campaign="campaign"), before=_HOUSEHOLDS.format(campaign="before")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"campaign": campaign_id, "before": before_id})
        return dict(zip(COMPARED, cursor.fetchone(), strict=True))


def remove_people_of(*, campaign_id: int, import_id: int) -> int:
    """Remove everybody who came in a file and whose household nobody else came for; return how many people."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE_PEOPLE, {"source": import_id})
        count = int(cursor.rowcount)
        cursor.execute(_REMOVE_HOUSEHOLDS, {"campaign": campaign_id})
    return count
