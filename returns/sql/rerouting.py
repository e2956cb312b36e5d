"""The one statement that says what becomes of each waiting return. Its oracle is returns/eligibility.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from backoffice.key_sets import array_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

_HELD = """EXISTS (
    SELECT 1 FROM returns_reroutehold AS w
    WHERE w.lifted_at IS NULL AND (w.event_id = r.id OR (w.campaign_id = e.campaign_id AND w.branch_id = e.branch_id))
)"""
_WAITS = "e.campaign_id = %(campaign)s AND r.state = 'waiting' AND r.undone_at IS NULL AND r.returned_on <= %(cutoff)s"
CLASSIFY = f"""
SELECT r.id AS event_id, e.id AS envelope_id, e.branch_id, h.employer_id,
       CASE
           WHEN e.kind <> 'personal' THEN 'employer_returned'
           WHEN insured.insured_kind = '2' THEN 'voluntary'
           WHEN m.status = '2' THEN 'employer_closed'
           WHEN inside.all_lost THEN 'lost'
           WHEN r.reason = 'refused' THEN 'refused'
           WHEN inside.hidden OR insured.nondisclosure THEN 'nondisclosure'
           WHEN m.id IS NULL THEN 'no_employer'
           ELSE ''
       END AS code,
       {_HELD} AS held
FROM returns_returnevent AS r
JOIN mailing_envelope AS e ON e.id = r.envelope_id
LEFT JOIN issuance_household AS h ON h.id = e.household_id
LEFT JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
LEFT JOIN employers_employer AS m ON m.id = h.employer_id
LEFT JOIN LATERAL (
    SELECT bool_and(p.lost_on IS NOT NULL OR p.later_lost_on IS NOT NULL OR c.state = 'void') AS all_lost,
           bool_or(p.nondisclosure) AS hidden
    FROM mailing_enclosedcard AS k
    JOIN issuance_certificate AS c ON c.id = k.certificate_id
    JOIN issuance_insuredperson AS p ON p.id = c.person_id
    WHERE k.envelope_id = e.id
) AS inside ON true
WHERE {_WAITS}
"""
# A return belongs to the branch of its household, where its new envelope will be: so all of a household are judged together, also when
# it has moved since one of them was packed.
_ITS_BRANCH = "coalesce(h.branch_id, e.branch_id)"
_FROM_WAITING = f"""
FROM returns_returnevent AS r JOIN mailing_envelope AS e ON e.id = r.envelope_id
LEFT JOIN issuance_household AS h ON h.id = e.household_id
WHERE {_WAITS}
"""
_BY_BRANCH = f"SELECT {_ITS_BRANCH} AS branch, array_agg(r.id) {_FROM_WAITING} AND NOT {_HELD} GROUP BY branch ORDER BY branch"
# What a cycle judges stays as it judged it until its end: whoever undoes a scan, reports a late delivery or collects a card of one of
# these envelopes meanwhile waits, everybody else works on. What is scanned meanwhile waits for the next cycle.
# A part of a cycle names its returns, so that not every part looks at all, and its branches: a household may just have moved out of
# them. The whole of a cycle names none (NULL).
_LOCK_EVENTS = f"""
CREATE TEMPORARY TABLE locked_return ON COMMIT DROP AS
SELECT r.id, r.envelope_id {_FROM_WAITING}
AND (%(branches)s::text[] IS NULL OR r.id = ANY(%(returns)s::bigint[]) AND {_ITS_BRANCH} = ANY(%(branches)s::text[]))
ORDER BY r.id FOR NO KEY UPDATE OF r
"""
_LOCK_CERTIFICATES = """
SELECT count(*) FROM (
    SELECT c.id FROM issuance_certificate AS c
    WHERE c.state = 'live' AND c.id IN (
        SELECT k.certificate_id FROM mailing_enclosedcard AS k JOIN locked_return AS r USING (envelope_id))
    ORDER BY c.id FOR NO KEY UPDATE
) AS locked
"""
_STAGE = f"""
CREATE TEMPORARY TABLE staged_reroute ON COMMIT DROP AS
SELECT * FROM ({CLASSIFY}) AS classified WHERE NOT held AND event_id IN (SELECT id FROM locked_return)
"""
# The first number is the kind of lock, the second the campaign.
_LOCK_KIND = 7_280_012
_ENTER_PART = f"SELECT pg_advisory_xact_lock_shared({_LOCK_KIND}, %(campaign)s)"
_NO_PART_LEFT = (
    f"SELECT pg_advisory_lock({_LOCK_KIND}, %(campaign)s), pg_advisory_unlock({_LOCK_KIND}, %(campaign)s)"
)
_STAGED = "SELECT count(*) FILTER (WHERE code = ''), count(*) FILTER (WHERE code <> '') FROM staged_reroute"
_EMPLOYERS = "SELECT DISTINCT employer_id FROM staged_reroute WHERE code = ''"
_EXCEPTIONS = """
INSERT INTO returns_deliveryexception (event_id, code, state, opened_at, due_on, resolution, note)
SELECT event_id, code, 'open', %(at)s, %(due)s, '', '' FROM staged_reroute WHERE code <> '' ORDER BY event_id
"""
_ONE = f"SELECT code FROM ({CLASSIFY}) AS classified WHERE event_id = %(event)s"


def enter_part(*, campaign_id: int) -> None:
    """Show until the end of the transaction that a part of a cycle is at work."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTER_PART, {"campaign": campaign_id})


def wait_for_parts(*, campaign_id: int) -> None:
    """Wait until no part of an earlier cycle is at work: its process may be dead while the server still commits what it sent."""
    with connection.cursor() as cursor:
        cursor.execute(_NO_PART_LEFT, {"campaign": campaign_id})


def waiting_by_branch(*, campaign_id: int, cutoff: date) -> list[tuple[str, list[int]]]:
    """The keys of the returns up to the cut-off that wait in each branch, without those held back; in the order of the branches."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_BRANCH, {"campaign": campaign_id, "cutoff": cutoff})
        return list(cursor.fetchall())


def lock_waiting(
    *,
    campaign_id: int,
    cutoff: date,
    branches: Sequence[str] | None = None,
    returns: Sequence[int] | None = None,
) -> None:
    """Lock every waiting return up to the cut-off (of these, which are still of these branches) and every live certificate in their
    envelopes until the transaction ends.
    """
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "cutoff": cutoff,
        "branches": None if branches is None else array_of(branches),
        "returns": None if returns is None else array_of(returns),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS locked_return")  # of an earlier run in the same transaction
        cursor.execute(_LOCK_EVENTS, values)
        cursor.execute("ANALYZE locked_return")
        cursor.execute(_LOCK_CERTIFICATES)


def stage_classified(*, campaign_id: int, cutoff: date) -> None:
    """Classify every return that has been locked, and is not held back, into the temporary table `staged_reroute`."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_reroute")  # of an earlier run in the same transaction
        cursor.execute(_STAGE, {"campaign": campaign_id, "cutoff": cutoff})
        cursor.execute("ANALYZE staged_reroute")


def staged_counts() -> tuple[int, int]:
    """How many staged returns go to their employers, and how many to a person."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGED)
        going, staying = cursor.fetchone()
        return going, staying


def staged_employers() -> frozenset[int]:
    """The keys of the employers to which staged returns go."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPLOYERS)
        return frozenset(key for (key,) in cursor.fetchall())


def staged_events(*, to_employer: bool) -> RawSQL:
    """The staged returns that go to the employer, or those that do not; for `pk__in`."""
    going = [to_employer]
    return RawSQL("SELECT event_id FROM staged_reroute WHERE (code = '') = %s", going, BigIntegerField())


def staged_envelopes(*, to_employer: bool) -> RawSQL:
    """Their envelopes; for `pk__in`."""
    going = [to_employer]
    return RawSQL("SELECT envelope_id FROM staged_reroute WHERE (code = '') = %s", going, BigIntegerField())


def open_exceptions(*, at: datetime, due: date) -> int:
    """Open an exception for every staged return that does not go to the employer."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCEPTIONS, {"at": at, "due": due})
        return int(cursor.rowcount)


def code_of_event(*, campaign_id: int, event_id: int, cutoff: date) -> str:
    """The exception of one waiting return, or empty: it goes to the employer."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, {"campaign": campaign_id, "cutoff": cutoff, "event": event_id})
        row = cursor.fetchone()
        return row[0] if row else ""
