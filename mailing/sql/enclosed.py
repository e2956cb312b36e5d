"""Reading the cards of many envelopes with everything that is printed on them, in one pass and without model objects."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, transaction
from psycopg import Cursor
from psycopg.rows import tuple_row

from backoffice.key_sets import array_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet

_SAID = """enclosed.envelope_id, person.relation, person.edaban, person.name_print, person.name_kana, person.sex_print,
    person.birth_date, person.acquired_on, person.back_remarks, certificate.issued_on, certificate.expires_on,
    certificate.serial, coalesce(insured.name_print, person.name_print),
    person.nondisclosure OR coalesce(insured.nondisclosure, false) OR selection.outcome IS DISTINCT FROM %(target)s"""
# The insured person of a household is named on the dependants' cards, and hidden with them (R18). For their own card they are not
# looked up a second time.
_OF_ENVELOPES = """
FROM mailing_enclosedcard enclosed
JOIN issuance_certificate certificate ON certificate.id = enclosed.certificate_id
JOIN issuance_insuredperson person ON person.id = certificate.person_id
LEFT JOIN issuance_insuredperson insured
    ON insured.household_id = CASE WHEN person.relation <> %(insured)s THEN person.household_id END
    AND insured.relation = %(insured)s
LEFT JOIN issuance_selection selection ON selection.person_id = person.id
WHERE enclosed.envelope_id = ANY(%(envelopes)s::bigint[])
"""
# The same record gives the same number, another record nearly surely another one.
_FACT = f"hash_record_extended(ROW({_SAID}, enclosed.position), 0)"
_ENCLOSED = f"SELECT {_SAID}, {_FACT} {_OF_ENVELOPES} ORDER BY enclosed.envelope_id, enclosed.position"
_FACTS = f"SELECT coalesce(bit_xor({_FACT}), 0) {_OF_ENVELOPES}"


class Enclosed(NamedTuple):
    """An enclosed card; `held` says that it must not be printed: its person or the insured person is hidden, or it is no target.

    `fact` is a number that becomes another when any of the rest changes.
    """

    envelope_id: int
    relation: str
    edaban: str
    name: str
    name_kana: str
    sex: str
    birth_date: date
    acquired_on: date
    back_remarks: str
    issued_on: date
    expires_on: date
    serial: str
    insured_name: str
    held: bool
    fact: int


_ROW_BY_ROW = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0"


@contextmanager
def row_by_row() -> Iterator[None]:
    """Within it, in a transaction of its own, rows of large tables are looked up by their keys one by one.

    A thousand rows seem many to the planner, so that it would rather read a table of millions whole for them, once per range
    of each batch.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ROW_BY_ROW)
        yield


def enclosed_cards(*, envelope_ids: Sequence[int], insured: str, target: str) -> list[Enclosed]:
    """The cards of these envelopes, envelope by envelope in their order."""
    values = {"envelopes": array_of(envelope_ids), "insured": insured, "target": target}
    return list(map(Enclosed._make, _fetched(_ENCLOSED, values)))


def facts_of_cards(*, envelope_ids: Sequence[int], insured: str, target: str) -> int:
    """The facts of the cards of these envelopes together, as they are now: `fact` XOR `fact` …"""
    values = {"envelopes": array_of(envelope_ids), "insured": insured, "target": target}
    [(together,)] = _fetched(_FACTS, values)
    return int(together)


def fetched(rows: QuerySet[Any, Any]) -> list[Any]:
    """The rows of a query for numbers and texts, the way those of the cards are fetched."""
    return _fetched(*rows.query.sql_with_params())


def _fetched(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
    """The rows of a statement, sent by the server as it keeps them: days and numbers need not be written and read as text."""
    connection.ensure_connection()
    with Cursor(connection.connection, row_factory=tuple_row) as cursor:
        return cursor.execute(statement, values, prepare=False, binary=True).fetchall()
