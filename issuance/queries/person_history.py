"""経過: everything that happened to one person's certificates, gathered from every app that knows something.

Envelopes and returns are known further down the line; those apps add their source when they are loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.parts import TimelineEntry
from backoffice.tones import tone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from issuance.models import InsuredPerson

    Source = Callable[["InsuredPerson"], Iterable[TimelineEntry]]

_SOURCES: list[Source] = []


def add_history_source(source: Source) -> None:
    """Let an app further down tell what it knows of a person; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def person_history(person: InsuredPerson) -> list[TimelineEntry]:
    """Every event, the newest first."""
    entries = [*_own(person)]
    for source in _SOURCES:
        entries += source(person)
    entries.reverse()  # of one moment the later is told first, too
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _own(person: InsuredPerson) -> Iterable[TimelineEntry]:
    yield TimelineEntry(person.source.imported_at, _("加入者ファイルを取り込みました"))
    selection = getattr(person, "selection", None)
    if selection:
        outcome = selection.get_outcome_display()
        yield TimelineEntry(
            selection.selected_at,
            _("判定：%(outcome)s") % {"outcome": outcome},
            tone=tone_of(selection.outcome),
        )
    if person.later_loss_source:
        yield TimelineEntry(person.later_loss_source.imported_at, _("資格喪失の届出を取り込みました"))
    for card in person.certificates.order_by("pk"):
        made = _("資格確認書 %(serial)s を作成しました") % {"serial": card.serial}
        yield TimelineEntry(card.created_at, made)
        if card.voided_at:
            void = _("資格確認書 %(serial)s は無効になりました") % {"serial": card.serial}
            yield TimelineEntry(card.voided_at, void, card.get_void_cause_display(), tone=tone_of(card.state))
