"""Packing: certificates that lie in no envelope yet become envelopes, set by set.

Every mailing names its cards (which certificate goes to which place of which draft) and its drafts (one row per new
envelope). Both are put into temporary tables, of which the planner then knows the size, the drafts numbered in the order
of branch, postal code, household and seq; from there both tables are written. A certificate that already lies in an envelope is never chosen, so a second run writes nothing.
Held people (不開示) are left out here again, whatever the selection said (domain.md §3.7). The caller holds the campaign's
lock, so that running numbers do not meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from backoffice.file_intake.heavy_load import LEAST_ROWS, indexes_set_aside
from japan.piece_number import ENVELOPE_SHIFT
from mailing.sql import planning

if TYPE_CHECKING:
    from collections.abc import Mapping

# A live card of a target who may be sent one today: not held, not lost, in no envelope.
_WAITING = """
WITH waiting AS (
    SELECT c.id AS certificate_id, c.reissue_of_id, p.household_id, p.edaban
    FROM issuance_certificate c
    JOIN issuance_insuredperson p ON p.id = c.person_id
    JOIN issuance_selection s ON s.person_id = p.id AND s.outcome = 'target'
    WHERE c.campaign_id = %(campaign)s AND c.state = 'live' AND NOT p.nondisclosure AND p.later_lost_on IS NULL
      AND NOT EXISTS (SELECT FROM issuance_insuredperson i WHERE i.household_id = p.household_id AND i.relation = '1'
                      AND i.nondisclosure)
      AND NOT EXISTS (SELECT FROM mailing_enclosedcard e WHERE e.certificate_id = c.id)
)
"""

_CREATE = "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query}"
# The sequence is looked up once, not for each row. A branch has two digits: with the postal code behind it the order stays the same,
# and most comparisons of the sort end with the first key.
_NUMBERED = """
SELECT nextval((SELECT pg_get_serial_sequence('mailing_envelope', 'id')::regclass)) AS id, numbered.*,
       todoke_eleven_digits(%(campaign_ordinal)s * 1000000000::bigint + numbered.ordinal, %(shift)s) AS eleven
FROM (
    SELECT d.*,
           coalesce(%(last_ordinal)s, (SELECT max(ordinal) FROM mailing_envelope WHERE campaign_id = %(campaign)s), 0)
           + row_number() OVER (
               ORDER BY (d.branch_id || d.postal_code) COLLATE "C", d.insurer_no COLLATE "C", d.symbol COLLATE "C",
                        d.number COLLATE "C", d.seq, d.group_id
           ) AS ordinal
    FROM ({drafts}) AS d
    ORDER BY (d.branch_id || d.postal_code) COLLATE "C", d.insurer_no COLLATE "C", d.symbol COLLATE "C", d.number COLLATE "C",
             d.seq, d.group_id  -- as the window, so that one sort serves both
) AS numbered
"""
_ENVELOPES = """
INSERT INTO mailing_envelope (
    id, piece_no, campaign_id, branch_id, ordinal, kind, cycle_no, household_id, employer_id, target_list_id, parent_id,
    replaces_id, seq, "of", card_count, card_limit, addressee, postal_code, address1, address2, contact, state,
    make_no, content_sha256, stop_code, stop_detail, created_at, tracking_no, batch_id, position)
SELECT id, todoke_with_check_digit(eleven), %(campaign)s, branch_id, ordinal, kind, cycle_no, household_id, employer_id,
       target_list_id, parent_id, replaces_id, seq, "of", card_count, %(limit)s, addressee, postal_code, address1, address2,
       contact, 'planned', 1, '', '', '', %(at)s, '', {placed}
ORDER BY ordinal
"""
_IN_NO_BATCH = "NULL, NULL FROM packed_envelope"
_IN_ITS_BATCH = f"batch_id, place FROM packed_envelope LEFT JOIN ({planning.PLACED}) AS placed USING (id)"
_CARDS = """
INSERT INTO mailing_enclosedcard (envelope_id, certificate_id, position)
SELECT packed_envelope.id, packed_card.certificate_id, packed_card.place
FROM packed_card JOIN packed_envelope USING (group_id, part)
ORDER BY packed_envelope.ordinal, packed_card.place
"""


class Mailing(NamedTuple):
    """Which cards go where, and what is on the envelopes; the drafts read the cards from `packed_card`."""

    cards: str
    drafts: str


# R10–R13: targets of a household in the order of 枝番, in chunks of the campaign's limit, to the 本人's own address, also
# when only dependants are inside. What is made is never touched by those who come later (a corrected row, a changed judgement):
# they get envelopes of their own, counted by themselves, in the next cycle of their household.
_FIRST_MAILING = Mailing(
    cards=f"""{_WAITING}
    SELECT certificate_id, household_id AS group_id, (place - 1) / %(limit)s + 1 AS part,
           (place - 1) %% %(limit)s + 1 AS place, cards
    FROM (
        SELECT w.certificate_id, w.household_id, count(*) OVER (PARTITION BY w.household_id) AS cards,
               row_number() OVER (PARTITION BY w.household_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place
        FROM waiting w
        WHERE NOT EXISTS (SELECT FROM mailing_enclosedcard e WHERE e.certificate_id = w.reissue_of_id)
    ) AS placed""",
    drafts="""
    SELECT c.group_id, c.part, 'personal' AS kind, coalesce(made.cycles, 0) AS cycle_no, h.branch_id,
           h.id AS household_id, h.employer_id, NULL::bigint AS target_list_id, NULL::bigint AS parent_id,
           NULL::bigint AS replaces_id, c.part AS seq, (c.cards - 1) / %(limit)s + 1 AS "of", least(c.cards - (c.part - 1) * %(limit)s, %(limit)s) AS card_count,
           i.name_print AS addressee, i.postal_code, i.address1, i.address2, '' AS contact, h.insurer_no, h.symbol,
           h.number
    FROM packed_card c
    JOIN issuance_household h ON h.id = c.group_id
    JOIN issuance_insuredperson i ON i.household_id = h.id AND i.relation = '1'
    LEFT JOIN (
        SELECT household_id, max(cycle_no) + 1 AS cycles FROM mailing_envelope
        WHERE campaign_id = %(campaign)s AND household_id IS NOT NULL GROUP BY household_id
    ) AS made ON made.household_id = h.id
    WHERE c.place = 1""",
)

# The cards re-made after a pull stay together and take the place of the envelope that was pulled.
_REPLACEMENTS = Mailing(
    cards=f"""{_WAITING}
    SELECT w.certificate_id, old.envelope_id AS group_id, 1 AS part,
           row_number() OVER (PARTITION BY old.envelope_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place,
           count(*) OVER (PARTITION BY old.envelope_id) AS cards
    FROM waiting w
    JOIN mailing_enclosedcard old ON old.certificate_id = w.reissue_of_id
    JOIN mailing_envelope pulled ON pulled.id = old.envelope_id AND pulled.state = 'pulled'""",
    drafts="""
    SELECT pulled.id AS group_id, 1 AS part, pulled.kind, pulled.cycle_no, pulled.branch_id, pulled.household_id,
           pulled.employer_id, NULL::bigint AS target_list_id, pulled.parent_id, pulled.id AS replaces_id, pulled.seq,
           pulled."of", c.cards AS card_count, coalesce(m.name, pulled.addressee) AS addressee,
           coalesce(m.postal_code, pulled.postal_code) AS postal_code, coalesce(m.address1, pulled.address1) AS address1,
           coalesce(m.address2, pulled.address2) AS address2, coalesce(m.contact, pulled.contact) AS contact,
           h.insurer_no, h.symbol, h.number
    FROM packed_card c
    JOIN mailing_envelope pulled ON pulled.id = c.group_id
    JOIN issuance_household h ON h.id = pulled.household_id
    LEFT JOIN employers_employer m ON pulled.kind = 'employer' AND m.id = pulled.employer_id
    WHERE c.place = 1""",
)

# R20–R24: one employer envelope for each returned one, to the employer as the newest employer file knows it.
_EMPLOYER_MAILING = Mailing(
    cards=f"""{_WAITING}
    SELECT w.certificate_id, old.envelope_id AS group_id, 1 AS part,
           row_number() OVER (PARTITION BY old.envelope_id ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place,
           count(*) OVER (PARTITION BY old.envelope_id) AS cards
    FROM waiting w
    JOIN mailing_enclosedcard old ON old.certificate_id = w.reissue_of_id
    JOIN mailing_envelope parent ON parent.id = old.envelope_id AND parent.state = 'rerouted'
    WHERE parent.id = ANY(%(parents)s::bigint[])""",
    drafts="""
    SELECT parent.id AS group_id, 1 AS part, 'employer' AS kind, %(cycle_no)s AS cycle_no, h.branch_id,
           h.id AS household_id, m.id AS employer_id, NULL::bigint AS target_list_id, parent.id AS parent_id,
           NULL::bigint AS replaces_id, row_number() OVER (PARTITION BY h.id ORDER BY parent.seq, parent.id) AS seq,
           count(*) OVER (PARTITION BY h.id) AS "of", c.cards AS card_count, m.name AS addressee, m.postal_code,
           m.address1, m.address2, m.contact, h.insurer_no, h.symbol, h.number
    FROM packed_card c
    JOIN mailing_envelope parent ON parent.id = c.group_id
    JOIN issuance_household h ON h.id = parent.household_id
    JOIN employers_employer m ON m.id = h.employer_id AND m.status = '1'
    WHERE c.place = 1""",
)


def _to_another_address(*, parent: str, replaces: str) -> Mailing:
    """One personal envelope to an address that became known later, for those still eligible in the envelope `of_envelope`; `parent` and
    `replaces` say in SQL how it follows from that one (`old`).
    """
    return Mailing(
        cards=f"""{_WAITING}
    SELECT w.certificate_id, lay.envelope_id AS group_id, 1 AS part,
           row_number() OVER (ORDER BY w.edaban COLLATE "C", w.certificate_id) AS place, count(*) OVER () AS cards
    FROM waiting w
    JOIN mailing_enclosedcard lay ON lay.certificate_id = w.reissue_of_id
    WHERE lay.envelope_id = %(of_envelope)s""",
        drafts=f"""
    SELECT old.id AS group_id, 1 AS part, 'personal' AS kind,
           1 + (SELECT max(e.cycle_no) FROM mailing_envelope e WHERE e.household_id = h.id) AS cycle_no,
           h.branch_id, h.id AS household_id, h.employer_id, NULL::bigint AS target_list_id, {parent} AS parent_id,
           {replaces} AS replaces_id, 1 AS seq, 1 AS "of", c.cards AS card_count, i.name_print AS addressee,
           %(postal_code)s AS postal_code, %(address1)s AS address1, %(address2)s AS address2, '' AS contact, h.insurer_no,
           h.symbol, h.number
    FROM packed_card c
    JOIN mailing_envelope old ON old.id = c.group_id
    JOIN issuance_household h ON h.id = old.household_id
    JOIN issuance_insuredperson i ON i.household_id = h.id AND i.relation = '1'
    WHERE c.place = 1""",
    )


# To a corrected address, what came back and could go to no employer.
_SENT_AGAIN = _to_another_address(parent="old.id", replaces="NULL::bigint")
# Where the employer of an envelope has closed before it was posted: in its place, to an address that the 本人 has given.
_SENT_HOME = _to_another_address(parent="old.parent_id", replaces="old.id")

# R30: one envelope for the newest list of each employer who is still there and of whom anybody is still a target.
_TARGET_LISTS = Mailing(
    cards="SELECT NULL::bigint AS certificate_id, NULL::bigint AS group_id, 1 AS part, 1 AS place WHERE false",
    drafts="""
    SELECT newest.id AS group_id, 1 AS part, 'target_list' AS kind, 0 AS cycle_no, m.branch_id,
           NULL::bigint AS household_id, m.id AS employer_id, newest.id AS target_list_id, NULL::bigint AS parent_id,
           NULL::bigint AS replaces_id, 1 AS seq, 1 AS "of", 0 AS card_count, m.name AS addressee, m.postal_code,
           m.address1, m.address2, m.contact, m.insurer_no, m.symbol, '' AS number
    FROM (
        SELECT DISTINCT ON (l.employer_id) l.id, l.employer_id FROM employers_targetlist l
        WHERE l.campaign_code = %(campaign_code)s ORDER BY l.employer_id, l.version DESC
    ) AS newest JOIN employers_employer m ON m.id = newest.employer_id AND m.status = '1'
    WHERE EXISTS (
        SELECT FROM issuance_household h JOIN issuance_insuredperson p ON p.household_id = h.id
        JOIN issuance_selection s ON s.person_id = p.id AND s.outcome = 'target'
        WHERE h.employer_id = m.id AND h.campaign_id = %(campaign)s)
      AND NOT EXISTS (SELECT FROM mailing_envelope e WHERE e.target_list_id = newest.id)""",
)


def pack_first_mailing(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards of the first mailing; `values` name campaign, campaign_ordinal, limit and at."""
    return _written(_FIRST_MAILING, values)


def pack_replacements(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards that replace pulled ones; `values` as for the first mailing."""
    return _written(_REPLACEMENTS, values)


def pack_employer_mailing(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes and cards to employers; `values` also name parents (ids of envelopes, as `array_of` writes them) and cycle_no.

    Where they name per_batch as well, the new envelopes and all that wait are cut into batches of no more.
    """
    return _written(_EMPLOYER_MAILING, values, planned="per_batch" in values)


def pack_sent_again(values: Mapping[str, Any]) -> tuple[int, int]:
    """The envelope to a corrected address; `values` also name of_envelope (an envelope's id), postal_code, address1 and address2."""
    return _written(_SENT_AGAIN, values)


def pack_sent_home(values: Mapping[str, Any]) -> tuple[int, int]:
    """The envelope in the place of one to a closed employer; `values` as for a corrected address."""
    return _written(_SENT_HOME, values)


def pack_target_lists(values: Mapping[str, Any]) -> tuple[int, int]:
    """Envelopes for published lists; `values` also name campaign_code."""
    return _written(_TARGET_LISTS, values)


def _written(mailing: Mailing, values: Mapping[str, Any], *, planned: bool = False) -> tuple[int, int]:
    values = {**values, "shift": ENVELOPE_SHIFT}
    with connection.cursor() as cursor:
        _staged(cursor, "packed_card", mailing.cards, values)
        envelopes = _staged(cursor, "packed_envelope", _NUMBERED.format(drafts=mailing.drafts), values)
        if planned:
            planning.plan_with_packed(values)
        with indexes_set_aside(("mailing_envelope", "mailing_enclosedcard"), rows=envelopes):
            cursor.execute(_ENVELOPES.format(placed=_IN_ITS_BATCH if planned else _IN_NO_BATCH), values)
            cursor.execute(_CARDS)
            cards = int(cursor.rowcount)
        # Of those who are at work beside each other, the second would wait for the first one's end.
        if envelopes >= LEAST_ROWS and values["last_ordinal"] is None:
            cursor.execute("ANALYZE mailing_envelope, mailing_enclosedcard")
    return envelopes, cards


def _staged(cursor: Any, name: str, query: str, values: Mapping[str, Any]) -> int:
    """Put what a query finds into a temporary table the planner knows; return how many rows."""
    cursor.execute(f"DROP TABLE IF EXISTS {name}")  # of an earlier call in the same transaction
    cursor.execute(_CREATE.format(name=name, query=query), values)
    count = int(cursor.rowcount)
    cursor.execute(f"ANALYZE {name}")
    return count
