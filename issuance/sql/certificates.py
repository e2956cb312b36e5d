"""Set-based issuing of certificates. The oracle of the expiry is issuance/eligibility/expiry.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, indexes_set_aside
from backoffice.key_sets import array_of
from japan.piece_number import CARD_SHIFT

if TYPE_CHECKING:
    from datetime import datetime

    from issuance.models import Campaign

# The day before the 75th birthday. 29 February counts as 1 March in a year without one, so its day before is
# 28 February (japan.ages). Nearly everybody is so young that the policy's day comes first: theirs is not worked out (NULL).
_LAST_DAY = """(CASE WHEN {birth} > {of}.too_young THEN NULL WHEN to_char({birth}, 'MMDD') = '0229'
    THEN make_date(extract(year FROM {birth})::int + 75, 3, 1)
    ELSE ({birth} + interval '75 years')::date END - 1)"""

# LEAST passes over NULL, so a day of issue without policy is spelt out; then the column refuses the row.
# What is to be made, with its numbers; the certificates are then stored from here in one go.
_STAGE = f"""
CREATE TEMPORARY TABLE staged_certificate ON COMMIT DROP AS
SELECT made.person_id, made.ordinal,
       'C' || todoke_with_check_digit(made.eleven) AS serial,
       made.issued_on,
       CASE WHEN made.policy_day IS NOT NULL THEN
           least(made.policy_day, {_LAST_DAY.format(birth="made.birth_date", of="made")},
                 {_LAST_DAY.format(birth="made.insured_birth", of="made")}, made.voluntary_end)
       END AS expires_on,
       made.reissue_of
FROM (
    SELECT numbered.*,
           todoke_eleven_digits(%(campaign_ordinal)s::bigint * 1000000000 + numbered.ordinal, {CARD_SHIFT}) AS eleven
    FROM (
        SELECT wanted.*, policy.expires_on AS policy_day, policy.too_young,
               wanted.last_ordinal + row_number() OVER (
                   ORDER BY wanted.branch_id, wanted.insured_postal COLLATE "C", wanted.symbol COLLATE "C",
                            wanted.number COLLATE "C", wanted.edaban COLLATE "C", wanted.person_id
               ) AS ordinal
        FROM (
            SELECT p.id AS person_id, p.birth_date, p.voluntary_end, p.edaban, h.branch_id, h.symbol, h.number,
                   insured.birth_date AS insured_birth, insured.postal_code AS insured_postal,
                   old.id AS reissue_of,
                   CASE WHEN old.id IS NOT NULL AND %(keep_issued_on)s
                        THEN old.issued_on ELSE %(issued_on)s END AS issued_on,
                   coalesce(%(after)s, (SELECT max(c.ordinal) FROM issuance_certificate AS c
                                        WHERE c.campaign_id = %(campaign)s), 0) AS last_ordinal
            FROM {{people}}
            JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
            JOIN issuance_selection AS s ON s.person_id = p.id AND s.outcome = 'target'
            WHERE h.campaign_id = %(campaign)s AND p.lost_on IS NULL AND p.later_lost_on IS NULL AND {{wanted}}
        ) AS wanted
        LEFT JOIN LATERAL (
            SELECT e.expires_on, (e.expires_on - interval '75 years')::date + 7 AS too_young FROM issuance_expirypolicy AS e
            WHERE e.campaign_id = %(campaign)s AND wanted.issued_on BETWEEN e.window_start AND e.window_end
            ORDER BY e.window_start LIMIT 1
        ) AS policy ON true
    ) AS numbered
    OFFSET 0  -- so that the eleven digits are worked out once
) AS made
"""
_INSERT = """
INSERT INTO issuance_certificate (
    campaign_id, person_id, ordinal, serial, issued_on, expires_on, reissue_of_id, created_at, state,
    void_cause
)
SELECT %(campaign)s, person_id, ordinal, serial, issued_on, expires_on, reissue_of, %(at)s, 'live', ''
FROM staged_certificate ORDER BY ordinal
"""
# The people asked about with the newest certificate of each: everybody, or the holders of some certificates.
_EVERYBODY = {
    "people": """issuance_household AS h
        JOIN issuance_insuredperson AS p ON p.household_id = h.id
        LEFT JOIN (
            SELECT DISTINCT ON (c.person_id) c.person_id, c.id, c.issued_on, c.state, c.void_cause
            FROM issuance_certificate AS c WHERE c.campaign_id = %(campaign)s ORDER BY c.person_id, c.id DESC
        ) AS old ON old.person_id = p.id""",
    "wanted": "(old.id IS NULL OR (old.state = 'void' AND old.void_cause = 'pulled'))",
}
# Just now the planner believes that none is void, and would start from all that are: within OFFSET it cannot see which condition that is.
_HOLDERS = {
    "people": """(
            SELECT c.id, c.person_id, c.issued_on, c.state = 'void' AS is_void
            FROM unnest(%(these)s::bigint[]) AS these (id) JOIN issuance_certificate AS c ON c.id = these.id OFFSET 0
        ) AS old
        JOIN issuance_insuredperson AS p ON p.id = old.person_id
        JOIN issuance_household AS h ON h.id = p.household_id""",
    "wanted": """old.is_void
            AND NOT EXISTS (SELECT FROM issuance_certificate AS c WHERE c.person_id = p.id AND c.id > old.id)""",
}

# Told of none, the planner would look up each certificate, person and household by itself.
_SO_MANY_ARE_VOID = "ANALYZE issuance_certificate (state)"


def issue(
    *, campaign: Campaign, at: datetime, these: list[int] | None = None, after: int | None = None
) -> int:
    """Make a live certificate for every eligible target who never had one or whose last one was pulled; or,
    with `these`, for the holders of these void certificates. Ordinals follow branch, the 本人's postal code,
    household and 枝番, on from the last one or from `after`. Return how many.

    :raises django.db.IntegrityError: no expiry policy covers the day of issue (`expires_on` is NOT NULL).
    """
    values: dict[str, Any] = {
        "campaign": campaign.pk,
        "campaign_ordinal": campaign.ordinal,
        "issued_on": campaign.issued_on,
        "keep_issued_on": campaign.keep_issued_on,
        "at": at,
        "these": None if these is None else array_of(these),
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS staged_certificate"
        )  # of an earlier call in the same transaction
        # Of those who are at work beside each other, the second would wait for the first one's end.
        alone = after is None
        if alone and these is not None and len(these) >= LEAST_ROWS:
            cursor.execute(_SO_MANY_ARE_VOID)
        cursor.execute(_STAGE.format(**(_EVERYBODY if these is None else _HOLDERS)), values)
        count = int(cursor.rowcount)
        with indexes_set_aside(("issuance_certificate",), rows=count):
            cursor.execute(_INSERT, values)
        if alone and count >= LEAST_ROWS:
            cursor.execute("ANALYZE issuance_certificate")
    return count
