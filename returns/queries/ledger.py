"""封筒台帳: one line per envelope of people ever planned (interfaces §2); whose it was is empty after an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from issuance.models import Campaign

LEDGER_HEADER = (
    "piece_no",
    "kind",
    "insurer_no",
    "symbol",
    "number",
    "seq",
    "of",
    "edabans",
    "state",
    "batch",
    "parent_piece_no",
    "exception",
)
_BLOCK = 5000
_LEDGER = """
SELECT e.piece_no, e.kind, coalesce(h.insurer_no, ''), coalesce(h.symbol, ''), coalesce(h.number, ''), e.seq, e.of,
       (SELECT string_agg(p.edaban, ' ' ORDER BY p.edaban)
        FROM mailing_enclosedcard AS k
        JOIN issuance_certificate AS c ON c.id = k.certificate_id
        JOIN issuance_insuredperson AS p ON p.id = c.person_id
        WHERE k.envelope_id = e.id),
       e.state, coalesce(b.number, ''), coalesce(parent.piece_no, ''), coalesce(x.code, '')
FROM mailing_envelope AS e
LEFT JOIN issuance_household AS h ON h.id = e.household_id
LEFT JOIN mailing_printbatch AS b ON b.id = e.batch_id
LEFT JOIN mailing_envelope AS parent ON parent.id = e.parent_id
LEFT JOIN returns_returnevent AS r ON r.envelope_id = e.id AND r.undone_at IS NULL
LEFT JOIN returns_deliveryexception AS x ON x.event_id = r.id
WHERE e.campaign_id = %s AND e.kind <> 'target_list'
ORDER BY e.ordinal
"""


def ledger_rows(campaign: Campaign) -> Iterator[tuple[object, ...]]:
    """The lines of the ledger in the order in which the envelopes were packed, read from one snapshot, block by block."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_LEDGER, [campaign.pk])
        while rows := cursor.fetchmany(_BLOCK):
            yield from rows
