"""What printing reads of an envelope besides its cards."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import BigIntegerField, F, Func


class Row(NamedTuple):
    """What is read of an envelope, in the order of `ROW`, and a number that becomes another when any of it changes (`FACT`); `employer_status` is
    looked at, not printed, and no part of it."""

    pk: int
    piece_no: str
    make_no: int
    seq: int
    of: int
    card_count: int
    kind: str
    postal_code: str
    address1: str
    address2: str
    addressee: str
    contact: str
    campaign_id: int
    branch_name: str
    branch_address: str
    household_id: int | None
    insurer_no: str
    symbol: str
    number: str
    employer_id: int | None
    employer_symbol: str
    target_list_id: int | None
    version: int
    batch_id: int | None
    fact: int
    employer_status: str | None


ROW = (
    "pk",
    "piece_no",
    "make_no",
    "seq",
    "of",
    "card_count",
    "kind",
    "postal_code",
    "address1",
    "address2",
    "addressee",
    "contact",
    "campaign_id",
    "branch__name",
    "branch__address",
    "household_id",
    "household__insurer_no",
    "household__symbol",
    "household__number",
    "employer_id",
    "employer__symbol",
    "target_list_id",
    "target_list__version",
    "batch_id",
)

EMPLOYER_STATUS = "employer__status"
FACT = Func(
    *map(F, ROW), template="hash_record_extended(ROW(%(expressions)s), 0)", output_field=BigIntegerField()
)
