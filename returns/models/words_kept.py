"""Words that staff wrote: never rewritten, and blanked only when their campaign's personal data is erased."""

from __future__ import annotations

import pgtrigger

_BLANKED_OR_REFUSED = """
IF TG_OP = 'UPDATE' AND NEW.{words} = '' AND to_jsonb(NEW) - '{words}' = to_jsonb(OLD) - '{words}' AND EXISTS (
    SELECT 1 FROM returns_erasure AS x WHERE x.confirmed_at IS NOT NULL AND x.campaign_id = {campaign}
) THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'pgtrigger: Cannot % rows from % table', lower(TG_OP), TG_TABLE_NAME;
"""


def append_only_until_erased(*, name: str, words: str, campaign: str) -> pgtrigger.Trigger:
    """Nothing of a row may change, but that the column `words` becomes empty after an erasure of its campaign was confirmed.

    `campaign` is SQL for the key of the row's campaign, said of OLD.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=_BLANKED_OR_REFUSED.format(words=words, campaign=campaign),
    )


_CAMPAIGN = """(
    SELECT e.campaign_id FROM returns_returnevent AS r JOIN mailing_envelope AS e ON e.id = r.envelope_id WHERE r.id = {event}
)"""


def campaign_of(event: str) -> str:
    """The campaign of a `ReturnEvent` whose key is this SQL."""
    return _CAMPAIGN.format(event=event)
