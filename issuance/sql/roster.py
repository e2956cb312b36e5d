"""Set-based statements over staged roster rows: whole-file rules, households and people."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

STAGE = "staged_person"
HOUSEHOLD_TABLES = ("issuance_insuredperson", "issuance_household")
OPAQUE = "public_id"
REJECTS = "issuance_reject"
STAGED_COLUMNS = {
    "insurer_no": "text",
    "symbol": "text",
    "number": "text",
    "edaban": "text",
    "relation": "text",
    "insured_kind": "text",
    "name": "text",
    "name_kana": "text",
    "name_print": "text",
    "name_key": "text",
    "kana_key": "text",
    "sex_print": "text",
    "birth_date": "date",
    "acquired_on": "date",
    "decided_on": "date",
    "lost_on": "date",
    "card_held": "boolean",
    "myna_usable": "boolean",
    "postal_code": "text",
    "address1": "text",
    "address2": "text",
    "nondisclosure": "boolean",
    "voluntary_end": "date",
    "back_remarks": "text",
}


class WholeFileRule(NamedTuple):
    """A rule that looks at more than its own row: a statement that selects the lines (of `staged_person`) that break it."""

    column: str
    rule: str
    lines: str


_KEY = "insurer_no, symbol, number"
REPEATED_KEY = WholeFileRule(
    "edaban",
    "repeated_key",
    f"""SELECT line FROM staged_person JOIN (
        SELECT {_KEY}, edaban FROM staged_person GROUP BY {_KEY}, edaban HAVING count(*) > 1
        ) AS repeated USING ({_KEY}, edaban)""",
)
# A household that an earlier file brought has its 本人 already; a row that is that very 本人 again is not another one.
_KNOWN = """issuance_household AS h
    JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
    JOIN issuance_rosterimport AS source ON source.id = insured.source_id"""
_IS_THEIRS = (
    "h.campaign_id = %(campaign)s AND (h.insurer_no, h.symbol, h.number) = (s.insurer_no, s.symbol, s.number)"
)
ONE_INSURED = WholeFileRule(
    "relation",
    "household_insured_count",
    f"""SELECT line FROM staged_person JOIN (
        SELECT {_KEY} FROM (
            SELECT s.insurer_no, s.symbol, s.number, h.id AS known,
                   s.relation = '1' AND s.edaban IS DISTINCT FROM h.edaban AS is_insured
            FROM staged_person AS s
            LEFT JOIN (SELECT h.*, insured.edaban FROM {_KNOWN} WHERE h.campaign_id = %(campaign)s) AS h ON {_IS_THEIRS}
        ) AS members
        GROUP BY {_KEY}, known HAVING count(*) FILTER (WHERE is_insured) <> CASE WHEN known IS NULL THEN 1 ELSE 0 END
        ) AS households USING ({_KEY})""",
)
KNOWN_EMPLOYER = WholeFileRule(
    "symbol",
    "unknown_employer",
    """SELECT line FROM staged_person AS s WHERE s.insured_kind = '1' AND NOT EXISTS (
        SELECT 1 FROM employers_employer AS e WHERE e.insurer_no = s.insurer_no AND e.symbol = s.symbol)""",
)
# Somebody new may join a household that an earlier file brought (a corrected row, a birth), but not one whose file still waits for
# its acceptance: were that refused, they would be left without their 本人.
NOT_YET_IMPORTED = WholeFileRule(
    "number",
    "already_imported",
    f"""SELECT line FROM staged_person AS s WHERE EXISTS (
        SELECT 1 FROM {_KNOWN} WHERE {_IS_THEIRS} AND (source.decision = 'waiting' OR EXISTS (
            SELECT 1 FROM issuance_insuredperson AS p WHERE p.household_id = h.id AND p.edaban = s.edaban)))""",
)
# Judged last: the 本人 may have been rejected by any rule before. It rejects dependants only, on whom nothing
# depends, so that once is enough. A household that an earlier file brought keeps its 本人.
KEPT_INSURED = WholeFileRule(
    "relation",
    "household_lost_insured",
    f"""SELECT line FROM staged_person JOIN (
        SELECT DISTINCT {_KEY} FROM staged_person AS s JOIN staged_person_problem USING (line)
        WHERE s.relation = '1' AND NOT EXISTS (SELECT 1 FROM issuance_household AS h WHERE {_IS_THEIRS})
        ) AS lost USING ({_KEY})
        WHERE relation <> '1' AND NOT EXISTS (
            SELECT 1 FROM staged_person_problem AS p
            WHERE p.line = staged_person.line AND p.rule = '{ONE_INSURED.rule}')""",
)

_ONLY_GOOD = "DELETE FROM staged_person AS s USING staged_person_problem AS p WHERE p.line = s.line"
# In the order of the file, as it was staged: whoever wrote it keeps households together, and so they lie together here.
_HOUSEHOLDS = """
INSERT INTO issuance_household (campaign_id, branch_id, employer_id, insurer_no, symbol, number)
SELECT %(campaign)s, substr(s.insurer_no, 3, 2), e.id, s.insurer_no, s.symbol, s.number
FROM staged_person AS s
LEFT JOIN employers_employer AS e
    ON s.insured_kind = '1' AND e.insurer_no = s.insurer_no AND e.symbol = s.symbol
WHERE s.relation = '1'
"""
_PEOPLE = """
INSERT INTO issuance_insuredperson (
    public_id, household_id, source_id, line, edaban, relation, insured_kind,
    name, name_kana, name_print, name_key, kana_key, sex_print,
    birth_date, acquired_on, decided_on, lost_on, card_held, myna_usable,
    postal_code, address1, address2, nondisclosure, voluntary_end, back_remarks
)
SELECT s.public_id, h.id, %(source)s, s.line, s.edaban, s.relation, s.insured_kind,
       s.name, s.name_kana, s.name_print, s.name_key, s.kana_key, s.sex_print,
       s.birth_date, s.acquired_on, s.decided_on, s.lost_on, s.card_held, s.myna_usable,
       s.postal_code, s.address1, s.address2, s.nondisclosure, s.voluntary_end, s.back_remarks
FROM staged_person AS s
JOIN issuance_household AS h
    ON h.campaign_id = %(campaign)s AND h.insurer_no = s.insurer_no
    AND h.symbol = s.symbol AND h.number = s.number
"""
# Whoever joins a household whose 本人 has left since belongs to the insurer no longer than they do (domain.md §3.4).
_LOST_WITH_THE_INSURED = """
UPDATE issuance_insuredperson AS p
SET later_lost_on = insured.later_lost_on, later_loss_source_id = insured.later_loss_source_id
FROM issuance_insuredperson AS insured JOIN issuance_household AS h ON h.id = insured.household_id
WHERE h.campaign_id = %(campaign)s AND insured.relation = '1' AND insured.later_loss_source_id IS NOT NULL
  AND p.household_id = insured.household_id AND p.source_id = %(source)s AND p.lost_on IS NULL
"""


def store_people(*, campaign_id: int, import_id: int) -> int:
    """Store the good staged rows as households and people; return the number of people."""
    with connection.cursor() as cursor:
        cursor.execute(_ONLY_GOOD)
        cursor.execute(_HOUSEHOLDS, {"campaign": campaign_id})
        cursor.execute("ANALYZE issuance_household")
        cursor.execute(_PEOPLE, {"campaign": campaign_id, "source": import_id})
        count = int(cursor.rowcount)
        cursor.execute(_LOST_WITH_THE_INSURED, {"campaign": campaign_id, "source": import_id})
        return count


def analyze_people() -> None:
    """Let the planner know what was stored."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issuance_insuredperson")
