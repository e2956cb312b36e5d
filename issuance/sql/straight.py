"""Statements for households whose people went straight to their table (`issuance.intake.straight`)."""

from __future__ import annotations

from django.db import connection

from issuance.sql.roster import STAGED_COLUMNS

_OF_HOUSEHOLD = {"insurer_no", "symbol", "number"}
PEOPLE = (
    *("public_id", "household_id", "source_id", "line"),
    *(name for name in STAGED_COLUMNS if name not in _OF_HOUSEHOLD),
)
COPY_PEOPLE = f"COPY issuance_insuredperson ({', '.join(PEOPLE)}) FROM STDIN"
HOUSEHOLDS = ("id", "insurer_no", "symbol", "number", "insured_kind")
COPY_HOUSEHOLDS = f"COPY straight_household ({', '.join(HOUSEHOLDS)}) FROM STDIN"

_LOCK = "LOCK TABLE issuance_household IN SHARE ROW EXCLUSIVE MODE"
_SEQUENCE = "pg_get_serial_sequence('issuance_household', 'id')"
# Nobody takes an id between the two: whoever inserts waits for the lock.
_RESERVE = f"SELECT nextval({_SEQUENCE})"
_RESERVED = f"SELECT setval({_SEQUENCE}, %s)"
_TABLES = """
DROP TABLE IF EXISTS pg_temp.straight_household, pg_temp.straight_again;
CREATE TEMPORARY TABLE straight_household (
    id bigint, insurer_no text, symbol text, number text, insured_kind text) ON COMMIT DROP;
CREATE TEMPORARY TABLE straight_again (id bigint) ON COMMIT DROP;
"""
_KEY = "insurer_no, symbol, number"
# Households that stand in more than one place of the file, have no employer, or were there before the file: their rows are
# staged after all, and the rules of the whole file say what is wrong with which of them.
_AGAIN = f"""
INSERT INTO straight_again
SELECT id FROM straight_household JOIN (
    SELECT {_KEY} FROM straight_household GROUP BY {_KEY} HAVING count(*) > 1) AS twice USING ({_KEY})
UNION SELECT id FROM straight_household JOIN (SELECT DISTINCT {_KEY} FROM staged_person) AS staged USING ({_KEY})
UNION SELECT h.id FROM straight_household AS h WHERE h.insured_kind = '1' AND NOT EXISTS (
    SELECT 1 FROM employers_employer AS e WHERE e.insurer_no = h.insurer_no AND e.symbol = h.symbol)
UNION SELECT h.id FROM straight_household AS h WHERE EXISTS (
    SELECT 1 FROM issuance_household AS stored WHERE stored.campaign_id = %(campaign)s
    AND stored.insurer_no = h.insurer_no AND stored.symbol = h.symbol AND stored.number = h.number)
"""
_STAGED = ", ".join(("line", *STAGED_COLUMNS, "public_id"))
_BACK = f"""
WITH back AS (
    DELETE FROM issuance_insuredperson AS p USING straight_again AS a
    WHERE p.household_id = a.id AND p.source_id = %(source)s RETURNING p.*)
INSERT INTO staged_person ({_STAGED})
SELECT {_STAGED} FROM back
JOIN (SELECT id AS household_id, {_KEY} FROM straight_household) AS h USING (household_id)
"""
_HOUSEHOLDS = """
INSERT INTO issuance_household (id, campaign_id, branch_id, employer_id, insurer_no, symbol, number)
SELECT h.id, %(campaign)s, substr(h.insurer_no, 3, 2), e.id, h.insurer_no, h.symbol, h.number
FROM straight_household AS h
LEFT JOIN employers_employer AS e
    ON h.insured_kind = '1' AND e.insurer_no = h.insurer_no AND e.symbol = h.symbol
WHERE NOT EXISTS (SELECT 1 FROM straight_again AS a WHERE a.id = h.id)
"""


def prepare(*, most_households: int) -> int:
    """Make the tables; return the first of so many household ids that nobody else will use."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(_LOCK)
        cursor.execute(_RESERVE)
        first = int(cursor.fetchone()[0])
        cursor.execute(_RESERVED, [first + most_households])
    return first


def take_back_doubtful(*, campaign_id: int, import_id: int) -> int:
    """Stage the people of households a rule of the whole file might touch; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE straight_household")
        cursor.execute(_AGAIN, {"campaign": campaign_id})
        if not cursor.rowcount:
            return 0
        cursor.execute("ANALYZE straight_again")
        cursor.execute(_BACK, {"source": import_id})
        count = int(cursor.rowcount)
        cursor.execute("ANALYZE staged_person")
    return count


def store_households(*, campaign_id: int) -> int:
    """Store the households whose people are stored already; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLDS, {"campaign": campaign_id})
        return int(cursor.rowcount)
