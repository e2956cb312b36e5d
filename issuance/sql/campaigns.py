"""The campaign's row, held so that only its end has to wait."""

from __future__ import annotations

from django.db import connection

# Shared with everybody else who works in the campaign; whoever closes it locks the row for themselves alone.
_STAYS_OPEN = "SELECT closed_at IS NULL FROM issuance_campaign WHERE id = %s FOR KEY SHARE"


def stays_open(campaign_id: int) -> bool:
    """Whether the campaign is open, and so stays open until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_STAYS_OPEN, [campaign_id])
        row = cursor.fetchone()
        return bool(row and row[0])
