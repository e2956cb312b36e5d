"""経過: everything that happened to one person's certificates, gathered from every app that knows something.

Envelopes and returns are known further down the line; those apps add their source when they are loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.models import CallNote
from backoffice.parts import TimelineEntry
from backoffice.staff import staff_name
from backoffice.tones import tone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backoffice.models import User
    from issuance.models import InsuredPerson

    Source = Callable[["InsuredPerson"], Iterable[TimelineEntry]]

_SOURCES: list[Source] = []


def add_history_source(source: Source) -> None:
    """Let an app further down tell what it knows of a person; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def person_history(person: InsuredPerson) -> list[TimelineEntry]:
    """Every event, the newest first."""
    return _newest_first(_told(person))


def household_history(people: Iterable[InsuredPerson]) -> list[TimelineEntry]:
    """Every event of everybody, the newest first; what concerns several of them (their envelope) is told once."""
    entries: dict[tuple[object, ...], TimelineEntry] = {}
    for person in people:
        for entry in _told(person):
            entries.setdefault((entry.at, entry.title, entry.detail), entry)
    return _newest_first(entries.values())


def _told(person: InsuredPerson) -> Iterable[TimelineEntry]:
    yield from _own(person)
    for source in _SOURCES:
        yield from source(person)


def _newest_first(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    newest = list(entries)
    newest.reverse()  # of one moment the later is told first, too
    return sorted(newest, key=lambda entry: entry.at, reverse=True)


def _own(person: InsuredPerson) -> Iterable[TimelineEntry]:
    source, who = person.source, {"edaban": person.edaban}
    yield TimelineEntry(
        source.imported_at, _("加入者ファイルを取り込みました"), who=_name(source.imported_by)
    )
    selection = getattr(person, "selection", None)
    if selection:
        outcome = selection.get_outcome_display()
        yield TimelineEntry(
            selection.selected_at,
            _("判定（枝番 %(edaban)s）：%(outcome)s") % {**who, "outcome": outcome},
            tone=tone_of(selection.outcome),
        )
    if loss := person.later_loss_source:
        title = _("資格喪失の届出を取り込みました（枝番 %(edaban)s）") % who
        yield TimelineEntry(loss.imported_at, title, who=_name(loss.imported_by))
    for card in person.certificates.order_by("pk"):
        made = _("資格確認書 %(serial)s（枝番 %(edaban)s）を作成しました") % {**who, "serial": card.serial}
        yield TimelineEntry(card.created_at, made)
        if card.voided_at:
            void = _("資格確認書 %(serial)s（枝番 %(edaban)s）は無効になりました") % {
                **who,
                "serial": card.serial,
            }
            yield TimelineEntry(card.voided_at, void, card.get_void_cause_display(), tone=tone_of(card.state))
    for note in CallNote.objects.filter(subject=person.public_id).select_related("by").order_by("pk"):
        title = _("応対記録（%(caller)s）") % {"caller": note.get_caller_display()}
        yield TimelineEntry(note.at, title, note.text, who=_name(note.by))


def _name(user: User | None) -> str:
    return staff_name(user) if user else ""
