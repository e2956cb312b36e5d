"""One row of each file, cell by cell in the documented order."""

from __future__ import annotations

from typing import NamedTuple


class EmployerRow(NamedTuple):
    """One row of the employer file."""

    insurer_no: str
    symbol: str
    name: str
    name_kana: str
    postal_code: str
    address1: str
    address2: str
    status: str
    ended_on: str
    contact: str


class PersonRow(NamedTuple):
    """One row of the roster file."""

    insurer_no: str
    symbol: str
    number: str
    edaban: str
    relation: str
    insured_kind: str
    name: str
    name_kana: str
    name_print: str
    sex_print: str
    birth_date: str
    acquired_on: str
    decided_on: str
    lost_on: str
    card_held: str
    myna_status: str
    postal_code: str
    address1: str
    address2: str
    nondisclosure: str
    voluntary_end: str
    back_remarks: str
