from __future__ import annotations

import pytest

from backoffice.staff import staff_name
from backoffice.tones import Tone
from issuance.models import Certificate, InsuredPerson
from japan.piece_number import grouped
from returns.models import CollectedCard, DeliveryException
from returns.queries import return_entries
from returns.services import (
    answer_question,
    assign_exception,
    collect_card,
    correct_reason,
    reroute,
    resolve_exception,
    undo_return,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk, later
from tests.factories.returns import CUTOFF, come_back, desk, post_all

pytestmark = pytest.mark.django_db


def told(person: InsuredPerson) -> list[tuple[str, str, Tone]]:
    return [(str(entry.title), str(entry.detail), entry.tone) for entry in return_entries([person])]


def test_a_persons_history_tells_what_came_back_and_how_it_ended() -> None:
    campaign = a_campaign()
    household = a_household(campaign, *(f"{place:02d}" for place in range(5)))
    first, _second = post_all(campaign)
    event = come_back(first)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    exception = DeliveryException.objects.get(event=event)
    person, other = household.people.get(edaban="00"), household.people.get(edaban="04")
    returned = (f"封筒 {grouped(first.piece_no)} が還付されました", "あて所に尋ねあたりません", Tone.WAITING)
    opened = ("個別対応になりました：事業所が不明", "", Tone.DANGER)
    assert (told(person), told(other)) == ([returned, opened], [])
    by = clerk()
    assign_exception(exception=exception, owner=by, by=by, at=MORNING)
    resolve_exception(exception=exception, resolution="handed_over", note="窓口", at=later(days=1), by=by)
    assert told(person) == [
        returned,
        opened,
        ("個別対応：担当の変更", "", Tone.NEUTRAL),
        ("個別対応が完了しました：支部窓口で手渡し", "", Tone.SUCCESS),
    ]


def test_undone_and_corrected_scans_and_collected_cards_are_told() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    by = desk()
    [envelope] = post_all(campaign)
    piece = grouped(envelope.piece_no)
    undo_return(event=come_back(envelope, by=by), at=MORNING, by=by)
    event = come_back(envelope, by=by)
    correct_reason(event=event, reason="moved", note="", at=MORNING, by=by)
    card = Certificate.objects.get()
    collect_card(campaign=campaign, serial=card.serial, reason="lost", collected_on=CUTOFF, at=MORNING, by=by)
    collected = CollectedCard.objects.get()
    answer_question(card=collected, answer="喪失を確認", at=later(days=1), by=by)
    entries = list(return_entries(list(household.people.all())))
    assert [(str(entry.title), str(entry.detail)) for entry in entries] == [
        (f"封筒 {piece} が還付されました", "あて所に尋ねあたりません"),
        (f"封筒 {piece} の還付の読取りを取り消しました", ""),
        (f"封筒 {piece} が還付されました", "転居先不明"),
        (f"封筒 {piece} の還付理由を訂正しました", "あて所に尋ねあたりません → 転居先不明"),
        (f"資格確認書 {card.serial}（枝番 00）が返納されました", "資格喪失"),
        (f"資格確認書 {card.serial}（枝番 00）の返納を確認しました", ""),
    ]
    assert {entry.who for entry in entries} == {staff_name(by)}
