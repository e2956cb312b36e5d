"""Words that staff wrote: never rewritten, and blanked only when their campaign's personal data is erased."""

from __future__ import annotations

import pgtrigger

_BLANKED_OR_REFUSED = """
IF TG_OP = 'UPDATE' AND NEW.{words} = '' AND to_jsonb(NEW) - '{words}' = to_jsonb(OLD) - '{words}' AND EXISTS (
    SELECT 1 FROM returns_erasure AS x
    JOIN mailing_envelope AS e ON e.campaign_id = x.campaign_id
    JOIN returns_returnevent AS r ON r.envelope_id = e.id
    WHERE x.confirmed_at IS NOT NULL AND r.id = {event}
) THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'pgtrigger: Cannot % rows from % table', lower(TG_OP), TG_TABLE_NAME;
"""


def append_only_until_erased(*, name: str, words: str, event: str) -> pgtrigger.Trigger:
    """Nothing of a row may change, but that the column `words` becomes empty after an erasure of its campaign was confirmed.

    `event` is SQL for the key of the row's `ReturnEvent`, said of OLD.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=_BLANKED_OR_REFUSED.format(words=words, event=event),
    )
