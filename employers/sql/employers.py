"""Set-based statements over staged employer rows."""

from __future__ import annotations

from django.db import connection

STAGE = "staged_employer"
REJECTS = "employers_employerreject"
# One employer file at a time; the number is only the name of the lock.
_LOCK = 20_250_721_01
STAGED_COLUMNS = {
    "insurer_no": "text",
    "symbol": "text",
    "name": "text",
    "name_kana": "text",
    "name_key": "text",
    "postal_code": "text",
    "address1": "text",
    "address2": "text",
    "status": "text",
    "ended_on": "date",
    "contact": "text",
}
# Every row of a repeated key is rejected, whatever else is wrong with one of them (interfaces §1).
REPEATED_KEY = """
    SELECT line FROM staged_employer JOIN (
        SELECT insurer_no, symbol FROM staged_employer GROUP BY insurer_no, symbol HAVING count(*) > 1
    ) AS repeated USING (insurer_no, symbol)
"""
_ONLY_GOOD = "DELETE FROM staged_employer AS s USING staged_employer_problem AS p WHERE p.line = s.line"

_UPSERT = """
INSERT INTO employers_employer AS e (
    branch_id, insurer_no, symbol, name, name_kana, name_key, postal_code, address1, address2,
    status, ended_on, contact, imported_from_id
)
SELECT substr(insurer_no, 3, 2), insurer_no, symbol, name, name_kana, name_key, postal_code, address1,
       address2, status, ended_on, contact, %s
FROM staged_employer ORDER BY insurer_no, symbol
ON CONFLICT (insurer_no, symbol) DO UPDATE SET
    name = excluded.name, name_kana = excluded.name_kana, name_key = excluded.name_key,
    postal_code = excluded.postal_code, address1 = excluded.address1, address2 = excluded.address2,
    status = excluded.status, ended_on = excluded.ended_on, contact = excluded.contact,
    imported_from_id = excluded.imported_from_id
"""


def wait_for_other_imports() -> None:
    """Hold the lock under which employer files are taken in, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def upsert_employers(*, import_id: int) -> int:
    """Store the good staged rows; an employer known already takes the newest file's values."""
    with connection.cursor() as cursor:
        cursor.execute(_ONLY_GOOD)
        cursor.execute(_UPSERT, [import_id])
        return int(cursor.rowcount)
