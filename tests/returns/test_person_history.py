from __future__ import annotations

import pytest

from backoffice.tones import Tone
from issuance.models import Certificate, InsuredPerson
from returns.models import DeliveryException
from returns.queries import return_entries
from returns.services import assign_exception, collect_card, reroute, resolve_exception, undo_return
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk, later
from tests.factories.returns import CUTOFF, come_back, desk, post_all

pytestmark = pytest.mark.django_db


def told(person: InsuredPerson) -> list[tuple[str, str, Tone]]:
    return [(str(entry.title), str(entry.detail), entry.tone) for entry in return_entries(person)]


def test_a_persons_history_tells_what_came_back_and_how_it_ended() -> None:
    campaign = a_campaign()
    household = a_household(campaign, *(f"{place:02d}" for place in range(5)))
    first, _second = post_all(campaign)
    event = come_back(first)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    exception = DeliveryException.objects.get(event=event)
    person, other = household.people.get(edaban="00"), household.people.get(edaban="04")
    returned = (f"封筒 {first.piece_no} が還付されました", "あて所に尋ねあたりません", Tone.WAITING)
    opened = ("個別対応になりました：事業所が不明", "", Tone.DANGER)
    assert (told(person), told(other)) == ([returned, opened], [])
    by = clerk()
    assign_exception(exception=exception, owner=by, by=by, at=MORNING)
    resolve_exception(exception=exception, resolution="handed_over", note="窓口", at=later(days=1), by=by)
    assert told(person) == [
        returned,
        opened,
        ("個別対応が完了しました：支部窓口で手渡し", "", Tone.SUCCESS),
    ]


def test_an_undone_scan_is_no_history_and_a_collected_card_is() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    by = desk()
    event = come_back(post_all(campaign)[0], by=by)
    undo_return(event=event, at=MORNING, by=by)
    serial = Certificate.objects.get().serial
    collect_card(campaign=campaign, serial=serial, reason="lost", collected_on=CUTOFF, at=MORNING, by=by)
    assert told(household.people.get()) == [
        (f"資格確認書 {serial} が返納されました", "資格喪失", Tone.NEUTRAL)
    ]
