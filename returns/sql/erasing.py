"""Erasing what a campaign's tables say about people, a block of households per transaction. Done twice, nothing more goes.

What stays: campaign, files' counts and hashes, batches, approvals, piece numbers with their states, returns, history, access log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_CAMPAIGN = "SELECT id FROM mailing_envelope WHERE campaign_id = %(campaign)s"
_EVENTS = f"SELECT id FROM returns_returnevent WHERE envelope_id IN ({_OF_CAMPAIGN})"
_EXCEPTIONS = f"SELECT id FROM returns_deliveryexception WHERE event_id IN ({_EVENTS})"
_ROSTERS = "SELECT id FROM issuance_rosterimport WHERE campaign_id = %(campaign)s"
_HOUSEHOLDS = "SELECT id FROM issuance_household WHERE campaign_id = %(campaign)s"
_PEOPLE = f"SELECT id FROM issuance_insuredperson WHERE household_id IN ({_HOUSEHOLDS})"
_CERTIFICATES = "SELECT id FROM issuance_certificate WHERE campaign_id = %(campaign)s"

# What both people see before they agree.
COUNTED: dict[str, str] = {
    "households": "SELECT count(*) FROM issuance_household WHERE campaign_id = %(campaign)s",
    "people": f"SELECT count(*) FROM issuance_insuredperson WHERE household_id IN ({_HOUSEHOLDS})",
    "selections": f"SELECT count(*) FROM issuance_selection WHERE person_id IN ({_PEOPLE})",
    "certificates": "SELECT count(*) FROM issuance_certificate WHERE campaign_id = %(campaign)s",
    "collected": f"SELECT count(*) FROM returns_collectedcard WHERE certificate_id IN ({_CERTIFICATES})",
    "addresses": "SELECT count(*) FROM mailing_envelope WHERE campaign_id = %(campaign)s AND household_id IS NOT NULL",
    "list_lines": """SELECT count(*) FROM employers_targetlistline AS n
        JOIN employers_targetlist AS t ON t.id = n.target_list_id AND t.campaign_code = %(code)s""",
    "call_notes": f"""SELECT count(*) FROM backoffice_callnote WHERE subject IN
        (SELECT public_id FROM issuance_insuredperson WHERE household_id IN ({_HOUSEHOLDS}))""",
}

# Words of staff and parts of files, wherever they may name somebody; by the name under which they are counted.
_WORDS: dict[str, str] = {
    "list_lines": """DELETE FROM employers_targetlistline AS n USING employers_targetlist AS t
        WHERE t.id = n.target_list_id AND t.campaign_code = %(code)s""",
    "roster_rejects": f"UPDATE issuance_reject SET message = '' WHERE message <> '' AND source_id IN ({_ROSTERS})",
    "loss_rejects": """UPDATE issuance_lossreject SET message = '' WHERE message <> ''
        AND source_id IN (SELECT id FROM issuance_lossimport WHERE campaign_id = %(campaign)s)""",
    "returns_rejects": """UPDATE returns_returnsreject SET message = '' WHERE message <> ''
        AND source_id IN (SELECT id FROM returns_returnsimport WHERE campaign_id = %(campaign)s)""",
    "return_notes": f"UPDATE returns_returnevent SET note = '' WHERE note <> '' AND envelope_id IN ({_OF_CAMPAIGN})",
    "reason_notes": f"UPDATE returns_reasoncorrection SET note = '' WHERE note <> '' AND event_id IN ({_EVENTS})",
    "hold_reasons": f"UPDATE returns_reroutehold SET reason = '—' WHERE reason <> '—' AND event_id IN ({_EVENTS})",
    "exception_notes": f"UPDATE returns_deliveryexception SET note = '' WHERE note <> '' AND event_id IN ({_EVENTS})",
    "exception_entries": f"UPDATE returns_exceptionentry SET note = '' WHERE note <> '' AND exception_id IN ({_EXCEPTIONS})",
    "corrected_addresses": f"""UPDATE returns_addresscorrection SET postal_code = '', address1 = '', address2 = '', note = ''
        WHERE address1 <> '' AND exception_id IN ({_EXCEPTIONS})""",
    "unknown_entries": """UPDATE returns_unknownentry SET note = '' WHERE note <> ''
        AND exception_id IN (SELECT id FROM returns_unknownreturn WHERE campaign_id = %(campaign)s)""",
    "unknown_pieces": """UPDATE returns_unknownreturn SET scanned_text = '', note = '', answer = ''
        WHERE (scanned_text, note, answer) <> ('', '', '') AND campaign_id = %(campaign)s""",
}

_BLOCK = """
CREATE TEMPORARY TABLE erased_households ON COMMIT DROP AS
SELECT id FROM issuance_household WHERE campaign_id = %(campaign)s AND id > %(after)s ORDER BY id LIMIT %(most)s;
CREATE TEMPORARY TABLE erased_people ON COMMIT DROP AS
SELECT id, public_id FROM issuance_insuredperson WHERE household_id IN (SELECT id FROM erased_households);
CREATE TEMPORARY TABLE erased_certificates ON COMMIT DROP AS
SELECT id FROM issuance_certificate WHERE person_id IN (SELECT id FROM erased_people);
"""
_OF_BLOCK: dict[str, str] = {
    "collected": "DELETE FROM returns_collectedcard WHERE certificate_id IN (SELECT id FROM erased_certificates)",
    "enclosed": "DELETE FROM mailing_enclosedcard WHERE certificate_id IN (SELECT id FROM erased_certificates)",
    "certificates": "DELETE FROM issuance_certificate WHERE id IN (SELECT id FROM erased_certificates)",
    "selection_changes": "DELETE FROM issuance_selectionchange WHERE person_id IN (SELECT id FROM erased_people)",
    "selections": "DELETE FROM issuance_selection WHERE person_id IN (SELECT id FROM erased_people)",
    "call_notes": "DELETE FROM backoffice_callnote WHERE subject IN (SELECT public_id FROM erased_people)",
    "addresses": """UPDATE mailing_envelope SET household_id = NULL, addressee = '', postal_code = '', address1 = '', address2 = '',
        contact = '', stop_detail = '' WHERE household_id IN (SELECT id FROM erased_households)""",
    "people": "DELETE FROM issuance_insuredperson WHERE id IN (SELECT id FROM erased_people)",
    "households": "DELETE FROM issuance_household WHERE id IN (SELECT id FROM erased_households)",
}


def count_rows(*, campaign_id: int, code: str) -> dict[str, int]:
    """How many rows of each kind an erasure would take away."""
    values: dict[str, int | str] = {"campaign": campaign_id, "code": code}
    found = {}
    with connection.cursor() as cursor:
        for name, question in COUNTED.items():
            cursor.execute(question, values)
            found[name] = int(cursor.fetchone()[0])
    return found


def erase_words(*, campaign_id: int, code: str) -> dict[str, int]:
    """Erase what hangs on no household; how many rows of each kind."""
    return _done(_WORDS, {"campaign": campaign_id, "code": code})


def erase_households(*, campaign_id: int, after: int, most: int) -> tuple[int | None, dict[str, int]]:
    """Erase the next households with everything that hangs on them, in the caller's transaction: the last one's key (None: there
    was none) and how many rows of each kind. `after` is the key to begin after, so that no block looks at what is gone.
    """
    with connection.cursor() as cursor:
        for table in ("erased_certificates", "erased_people", "erased_households"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")  # of an earlier block in the same transaction
        cursor.execute(_BLOCK, {"campaign": campaign_id, "after": after, "most": most})
        cursor.execute("ANALYZE erased_households, erased_people, erased_certificates")
        cursor.execute("SELECT max(id) FROM erased_households")
        last = cursor.fetchone()[0]
    return last, _done(_OF_BLOCK, {})


def _done(statements: Mapping[str, str], values: Mapping[str, int | str]) -> dict[str, int]:
    rows = {}
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            cursor.execute(statement, values or None)
            rows[name] = int(cursor.rowcount)
    return rows
