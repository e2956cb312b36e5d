"""Set-based issuing of certificates. The oracle of the expiry is issuance/eligibility/expiry.py."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from japan.piece_number import CARD_SHIFT

# The day before the 75th birthday; 29 February counts as 1 March in a year without one, so its day before is 28 February.
_LAST_DAY = """(CASE WHEN to_char({birth}, 'MMDD') = '0229'
    THEN make_date(extract(year FROM {birth})::int + 75, 3, 1)
    ELSE ({birth} + interval '75 years')::date END - 1)"""

_INSERT = f"""
INSERT INTO issuance_certificate (
    campaign_id, person_id, ordinal, serial, issued_on, expires_on, reissue_of_id, created_at, state, void_cause
)
SELECT %(campaign)s, made.person_id, made.ordinal,
       'C' || todoke_piece_number(%(campaign_ordinal)s::bigint * 1000000000 + made.ordinal, {CARD_SHIFT}),
       made.issued_on,
       least(made.policy_day, {_LAST_DAY.format(birth="made.birth_date")},
             {_LAST_DAY.format(birth="made.insured_birth")}, made.voluntary_end),
       made.reissue_of, %(at)s, 'live', ''
FROM (
    SELECT wanted.*, policy.expires_on AS policy_day,
           wanted.last_ordinal + row_number() OVER (
               ORDER BY wanted.branch_id, wanted.insured_postal, wanted.symbol, wanted.number, wanted.edaban,
                        wanted.person_id
           ) AS ordinal
    FROM (
        SELECT p.id AS person_id, p.birth_date, p.voluntary_end, p.edaban, insured.birth_date AS insured_birth,
               insured.postal_code AS insured_postal, h.branch_id, h.symbol, h.number, old.id AS reissue_of,
               CASE WHEN old.id IS NOT NULL AND %(keep_issued_on)s THEN old.issued_on ELSE %(issued_on)s END AS issued_on,
               (SELECT coalesce(max(c.ordinal), 0) FROM issuance_certificate AS c WHERE c.campaign_id = %(campaign)s)
                   AS last_ordinal
        FROM issuance_household AS h
        JOIN issuance_insuredperson AS p ON p.household_id = h.id
        JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
        JOIN issuance_selection AS s ON s.person_id = p.id AND s.outcome = 'target'
        LEFT JOIN LATERAL (
            SELECT c.id, c.issued_on, c.state, c.void_cause FROM issuance_certificate AS c
            WHERE c.person_id = p.id ORDER BY c.id DESC LIMIT 1
        ) AS old ON true
        WHERE h.campaign_id = %(campaign)s AND p.lost_on IS NULL AND p.later_lost_on IS NULL AND {{wanted}}
    ) AS wanted
    LEFT JOIN issuance_expirypolicy AS policy
        ON policy.campaign_id = %(campaign)s AND wanted.issued_on BETWEEN policy.window_start AND policy.window_end
) AS made
ORDER BY made.ordinal
"""
_FIRST_OR_AFTER_PULL = "(old.id IS NULL OR (old.state = 'void' AND old.void_cause = 'pulled'))"
_OF_THESE = "old.id = ANY(%(these)s) AND old.state = 'void'"


def issue(
    *,
    campaign_id: int,
    campaign_ordinal: int,
    issued_on: object,
    keep_issued_on: bool,
    at: datetime,
    these: list[int] | None = None,
) -> int:
    """Make a live certificate for every eligible target who never had one or whose last one was pulled; or, with `these`,
    for the holders of these void certificates. Ordinals follow branch, the 本人's postal code and the household.

    :raises django.db.IntegrityError: no expiry policy covers the day of issue (`expires_on` is NOT NULL).
    """
    condition = _FIRST_OR_AFTER_PULL if these is None else _OF_THESE
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(wanted=condition),
            {
                "campaign": campaign_id,
                "campaign_ordinal": campaign_ordinal,
                "issued_on": issued_on,
                "keep_issued_on": keep_issued_on,
                "at": at,
                "these": these,
            },
        )
        return int(cursor.rowcount)
