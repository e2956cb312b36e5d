"""Judging everybody again without touching anything: who would change sides, and making it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from issuance.sql.selection import JUDGED

if TYPE_CHECKING:
    from datetime import date, datetime

_FORGET = """
DELETE FROM issuance_selectionchange AS c USING issuance_insuredperson AS p, issuance_household AS h
WHERE p.id = c.person_id AND h.id = p.household_id AND h.campaign_id = %(campaign)s
"""
_FIND = f"""
INSERT INTO issuance_selectionchange (person_id, was, became, reasons, has_certificate, found_at)
SELECT judged.id, s.outcome, judged.outcome, judged.all_reasons,
       EXISTS (SELECT 1 FROM issuance_certificate AS c WHERE c.person_id = judged.id), %(at)s
FROM ({JUDGED}) AS judged
JOIN issuance_selection AS s ON s.person_id = judged.id AND s.outcome <> judged.outcome
"""
_APPLY = """
UPDATE issuance_selection AS s SET outcome = c.became, reasons = c.reasons, rule_version = %(rule_version)s, selected_at = %(at)s
FROM issuance_selectionchange AS c
JOIN issuance_insuredperson AS p ON p.id = c.person_id
JOIN issuance_household AS h ON h.id = p.household_id AND h.campaign_id = %(campaign)s
WHERE s.person_id = c.person_id AND s.outcome = c.was AND NOT c.has_certificate
"""


def find_changes(*, campaign_id: int, decided_by: date, at: datetime) -> int:
    """Put everybody who would change sides into the preview, in place of an earlier one; return how many."""
    values: dict[str, Any] = {"campaign": campaign_id, "decided_by": decided_by, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        cursor.execute(_FIND, values)
        return int(cursor.rowcount)


def apply_changes(*, campaign_id: int, rule_version: str, at: datetime) -> int:
    """Let those of the preview who have no certificate change sides; return how many."""
    values: dict[str, Any] = {"campaign": campaign_id, "rule_version": rule_version, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, values)
        return int(cursor.rowcount)
