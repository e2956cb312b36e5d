"""経過: everything that happened to the certificates of one household, gathered from every app that knows something.

Envelopes and returns are known further down the line; those apps add their source when they are loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from backoffice.languages import listed
from backoffice.models import CallNote, Transition, WorkRun
from backoffice.parts import TimelineEntry
from backoffice.services.work_runs import workers_of
from backoffice.staff import staff_name
from backoffice.tones import tone_of
from issuance.models import Certificate, RosterImport
from issuance.states import CERTIFICATE_STATES, reason_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import InsuredPerson

    Source = Callable[[Sequence["InsuredPerson"]], Iterable[TimelineEntry]]
    Workers = dict[tuple[str, datetime], str]

Row = TypeVar("Row")
_SOURCES: list[Source] = []


def add_history_source(source: Source) -> None:
    """Let an app further down tell what it knows of a household's people; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def household_history(people: Sequence[InsuredPerson]) -> list[TimelineEntry]:
    """Every event of everybody, the newest first; what concerns several of them at one moment is told once."""
    if not people:
        return []
    entries = [*_own(people), *(entry for source in _SOURCES for entry in source(people))]
    entries.reverse()  # of one moment the later is told first, too
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _own(people: Sequence[InsuredPerson]) -> Iterable[TimelineEntry]:
    workers = workers_of(people[0].household.campaign.public_id)
    yield from _files(people)
    yield from _judgements(people, workers)
    yield from _certificates(people, workers)
    notes = CallNote.objects.filter(subject__in=[person.public_id for person in people])
    for note in notes.select_related("by").order_by("pk"):
        title = _("応対記録（%(caller)s）") % {"caller": note.get_caller_display()}
        yield TimelineEntry(note.at, title, note.text, who=_name(note.by))


def _files(people: Sequence[InsuredPerson]) -> Iterable[TimelineEntry]:
    """The files the data is from: the roster with who accepted it, and losses that came later."""
    for source in {person.source_id: person.source for person in people}.values():
        read, accepted = _("加入者ファイルを取り込みました"), _("加入者ファイルを承認しました")
        yield TimelineEntry(source.imported_at, read, source.file_name, who=_name(source.imported_by))
        if source.decision == RosterImport.Decision.ACCEPTED and source.decided_by:
            assert source.decided_at is not None
            yield TimelineEntry(source.decided_at, accepted, source.file_name, who=_name(source.decided_by))
    losses = {person.later_loss_source_id: person.later_loss_source for person in people}
    for key, loss in losses.items():
        if loss is not None:
            whose = {"edaban": _edaban([one for one in people if one.later_loss_source_id == key])}
            title = _("資格喪失の届出を取り込みました（枝番 %(edaban)s）") % whose
            yield TimelineEntry(loss.imported_at, title, loss.file_name, who=_name(loss.imported_by))


def _judgements(people: Sequence[InsuredPerson], workers: Workers) -> Iterable[TimelineEntry]:
    """Who was judged how, alike ones together."""
    judged = [person for person in people if getattr(person, "selection", None)]
    for alike in _together(judged, lambda one: (one.selection.selected_at, tuple(one.selection.reasons))):
        selection = alike[0].selection
        told = {"edaban": _edaban(alike), "outcome": selection.get_outcome_display()}
        yield TimelineEntry(
            selection.selected_at,
            _("判定（枝番 %(edaban)s）：%(outcome)s") % told,
            listed(reason_labels(selection.reasons)),
            who=workers.get((WorkRun.Step.JUDGED, selection.selected_at), ""),
            tone=tone_of(selection.outcome),
        )


def _certificates(people: Sequence[InsuredPerson], workers: Workers) -> Iterable[TimelineEntry]:
    """Cards made and cards void, those of one moment together."""
    cards = list(
        Certificate.objects.filter(person__in=people)
        .select_related("person")
        .order_by("person__edaban", "pk")
    )
    moves = Transition.objects.filter(
        entity=CERTIFICATE_STATES.entity, subject_id__in=[card.pk for card in cards]
    )
    voided_by = {move.subject_id: _name(move.by) for move in moves.select_related("by")}
    for made in _together(cards, lambda card: (card.created_at, card.reissue_of_id is None)):
        again = made[0].reissue_of_id
        who = (
            voided_by.get(again, "") if again else workers.get((WorkRun.Step.PACKED, made[0].created_at), "")
        )
        words = (
            _("資格確認書を作り直しました（枝番 %(edaban)s）")
            if again
            else _("資格確認書を作成しました（枝番 %(edaban)s）")
        )
        yield TimelineEntry(made[0].created_at, words % _cards(made), _serials(made), who=who)
    void = [card for card in cards if card.voided_at]
    for gone in _together(void, lambda card: (card.voided_at, card.void_cause)):
        card = gone[0]
        assert card.voided_at is not None
        yield TimelineEntry(
            card.voided_at,
            _("資格確認書は無効になりました（枝番 %(edaban)s）：%(cause)s")
            % {**_cards(gone), "cause": card.get_void_cause_display()},
            _serials(gone),
            who=voided_by.get(card.pk, ""),
            tone=tone_of(card.state),
        )


def _together(rows: Iterable[Row], key: Callable[[Row], object]) -> Iterable[list[Row]]:
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found.values()


def _edaban(people: Iterable[InsuredPerson]) -> str:
    return "・".join(person.edaban for person in people)


def _cards(cards: Iterable[Certificate]) -> dict[str, str]:
    return {"edaban": _edaban(card.person for card in cards)}


def _serials(cards: Iterable[Certificate]) -> str:
    return "、".join(card.serial for card in cards)


def _name(user: User | None) -> str:
    return staff_name(user) if user else ""
