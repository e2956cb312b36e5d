"""Packing: certificates that lie in no envelope yet become envelopes, each by one statement.

Every statement names its `cards` (which certificate goes to which place of which draft) and its `drafts` (one row per new
envelope), then ends with the same tail, which numbers the drafts in the order of branch, postal code, household and seq
and writes both tables. A certificate that already lies in an envelope is never chosen, so a second run writes nothing.
Held people (不開示) are left out here again, whatever the selection said (domain.md §3.7). The caller holds the campaign's
lock, so that running numbers do not meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from japan.piece_number import ENVELOPE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Mapping

# A live card of a target who may be sent one today: not held, not lost, in no envelope.
_WAITING = """
waiting AS (
    SELECT c.id AS certificate_id, c.reissue_of_id, p.household_id, p.edaban
    FROM issuance_certificate c
    JOIN issuance_insuredperson p ON p.id = c.person_id
    JOIN issuance_insuredperson i ON i.household_id = p.household_id AND i.relation = '1'
    JOIN issuance_selection s ON s.person_id = p.id AND s.outcome = 'target'
    WHERE c.campaign_id = %(campaign)s AND c.state = 'live'
      AND NOT p.nondisclosure AND NOT i.nondisclosure AND p.later_lost_on IS NULL
      AND NOT EXISTS (SELECT FROM mailing_enclosedcard e WHERE e.certificate_id = c.id)
)
"""

_TAIL = """
, numbered AS (
    SELECT d.*,
           (SELECT coalesce(max(ordinal), 0) FROM mailing_envelope WHERE campaign_id = %(campaign)s)
           + row_number() OVER (
               ORDER BY d.branch_id, d.postal_code COLLATE "C", d.insurer_no COLLATE "C", d.symbol COLLATE "C",
                        d.number COLLATE "C", d.seq, d.group_id
           ) AS ordinal
    FROM drafts d
), made AS (
    INSERT INTO mailing_envelope (
        piece_no, campaign_id, branch_id, ordinal, kind, cycle_no, household_id, employer_id, target_list_id, parent_id,
        replaces_id, seq, "of", card_count, card_limit, addressee, postal_code, address1, address2, contact, state,
        make_no, content_sha256, stop_code, stop_detail, created_at, tracking_no)
    SELECT todoke_piece_number(%(campaign_ordinal)s * 1000000000::bigint + ordinal, %(shift)s), %(campaign)s, branch_id,
           ordinal, kind, cycle_no, household_id, employer_id, target_list_id, parent_id, replaces_id, seq, "of",
           card_count, %(limit)s, addressee, postal_code, address1, address2, contact, 'planned',
           1, '', '', '', %(at)s, ''
    FROM numbered ORDER BY ordinal
    RETURNING id, ordinal
), laid AS (
    INSERT INTO mailing_enclosedcard (envelope_id, certificate_id, position)
    SELECT made.id, cards.certificate_id, cards.place
    FROM cards JOIN numbered USING (group_id, part) JOIN made USING (ordinal)
    ORDER BY made.ordinal, cards.place
    RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM laid)
"""

# R10–R13: targets of a household in the order of 枝番, in chunks of the campaign's limit, to the 本人's own address, also
# when only dependants are inside.
_FIRST_MAILING = f"""
WITH {_WAITING}, cards AS (
    SELECT certificate_id, household_id AS group_id, (place - 1) / %(limit)s + 1 AS part, (place - 1) %% %(limit)s + 1 AS place
    FROM (
        SELECT w.certificate_id, w.household_id,
               row_number() OVER (PARTITION BY w.household_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place
        FROM waiting w
        WHERE NOT EXISTS (SELECT FROM mailing_enclosedcard e WHERE e.certificate_id = w.reissue_of_id)
    ) AS placed
), drafts AS (
    SELECT cards.group_id, cards.part, 'personal' AS kind, 0 AS cycle_no, h.branch_id, h.id AS household_id, h.employer_id,
           NULL::bigint AS target_list_id, NULL::bigint AS parent_id, NULL::bigint AS replaces_id, cards.part AS seq,
           max(cards.part) OVER (PARTITION BY h.id) AS "of", count(*) AS card_count, i.name_print AS addressee,
           i.postal_code, i.address1, i.address2, '' AS contact, h.insurer_no, h.symbol, h.number
    FROM cards
    JOIN issuance_household h ON h.id = cards.group_id
    JOIN issuance_insuredperson i ON i.household_id = h.id AND i.relation = '1'
    GROUP BY cards.group_id, cards.part, h.id, i.id
)
{_TAIL}"""

# The cards re-made after a pull stay together and take the place of the envelope that was pulled.
_REPLACEMENTS = f"""
WITH {_WAITING}, cards AS (
    SELECT w.certificate_id, old.envelope_id AS group_id, 1 AS part,
           row_number() OVER (PARTITION BY old.envelope_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place
    FROM waiting w
    JOIN mailing_enclosedcard old ON old.certificate_id = w.reissue_of_id
    JOIN mailing_envelope pulled ON pulled.id = old.envelope_id AND pulled.state = 'pulled'
), drafts AS (
    SELECT pulled.id AS group_id, 1 AS part, pulled.kind, pulled.cycle_no, pulled.branch_id, pulled.household_id,
           pulled.employer_id, NULL::bigint AS target_list_id, pulled.parent_id, pulled.id AS replaces_id, pulled.seq,
           pulled."of", counted.cards AS card_count, coalesce(m.name, pulled.addressee) AS addressee,
           coalesce(m.postal_code, pulled.postal_code) AS postal_code, coalesce(m.address1, pulled.address1) AS address1,
           coalesce(m.address2, pulled.address2) AS address2, coalesce(m.contact, pulled.contact) AS contact,
           h.insurer_no, h.symbol, h.number
    FROM (SELECT group_id, count(*) AS cards FROM cards GROUP BY group_id) AS counted
    JOIN mailing_envelope pulled ON pulled.id = counted.group_id
    JOIN issuance_household h ON h.id = pulled.household_id
    LEFT JOIN employers_employer m ON pulled.kind = 'employer' AND m.id = pulled.employer_id
)
{_TAIL}"""

# R20–R24: one employer envelope for each returned one, to the employer as the newest employer file knows it.
_EMPLOYER_MAILING = f"""
WITH {_WAITING}, cards AS (
    SELECT w.certificate_id, old.envelope_id AS group_id, 1 AS part,
           row_number() OVER (PARTITION BY old.envelope_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place
    FROM waiting w
    JOIN mailing_enclosedcard old ON old.certificate_id = w.reissue_of_id
    JOIN mailing_envelope parent ON parent.id = old.envelope_id AND parent.state = 'rerouted'
    WHERE parent.id = ANY(%(parents)s)
), drafts AS (
    SELECT parent.id AS group_id, 1 AS part, 'employer' AS kind, %(cycle_no)s AS cycle_no, h.branch_id,
           h.id AS household_id, m.id AS employer_id, NULL::bigint AS target_list_id, parent.id AS parent_id,
           NULL::bigint AS replaces_id, row_number() OVER (PARTITION BY h.id ORDER BY parent.seq, parent.id) AS seq,
           count(*) OVER (PARTITION BY h.id) AS "of", counted.cards AS card_count, m.name AS addressee, m.postal_code,
           m.address1, m.address2, m.contact, h.insurer_no, h.symbol, h.number
    FROM (SELECT group_id, count(*) AS cards FROM cards GROUP BY group_id) AS counted
    JOIN mailing_envelope parent ON parent.id = counted.group_id
    JOIN issuance_household h ON h.id = parent.household_id
    JOIN employers_employer m ON m.id = h.employer_id AND m.status = '1'
)
{_TAIL}"""

# R30: one envelope for the newest list of each employer.
_TARGET_LISTS = f"""
WITH newest AS (
    SELECT DISTINCT ON (l.employer_id) l.id, l.employer_id FROM employers_targetlist l
    WHERE l.campaign_code = %(campaign_code)s ORDER BY l.employer_id, l.version DESC
), cards AS (
    SELECT NULL::bigint AS certificate_id, NULL::bigint AS group_id, 1 AS part, 1 AS place WHERE false
), drafts AS (
    SELECT newest.id AS group_id, 1 AS part, 'target_list' AS kind, 0 AS cycle_no, m.branch_id,
           NULL::bigint AS household_id, m.id AS employer_id, newest.id AS target_list_id, NULL::bigint AS parent_id,
           NULL::bigint AS replaces_id, 1 AS seq, 1 AS "of", 0 AS card_count, m.name AS addressee, m.postal_code,
           m.address1, m.address2, m.contact, m.insurer_no, m.symbol, '' AS number
    FROM newest JOIN employers_employer m ON m.id = newest.employer_id
    WHERE NOT EXISTS (SELECT FROM mailing_envelope e WHERE e.target_list_id = newest.id)
)
{_TAIL}"""


def pack_first_mailing(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards of the first mailing; `values` name campaign, campaign_ordinal, limit and at."""
    return _written(_FIRST_MAILING, values)


def pack_replacements(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards that replace pulled ones; `values` as for the first mailing."""
    return _written(_REPLACEMENTS, values)


def pack_employer_mailing(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards to employers; `values` also name parents (ids of envelopes) and cycle_no."""
    return _written(_EMPLOYER_MAILING, values)


def pack_target_lists(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes for published lists; `values` also name campaign_code."""
    return _written(_TARGET_LISTS, values)


def _written(statement: str, values: Mapping[str, Any]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "shift": ENVELOPE_SHIFT})
        envelopes, cards = cursor.fetchone()
    return int(envelopes), int(cards)
