from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.background import Stopped
from backoffice.refusal import Refused
from backoffice.roles import Role
from employers.models import Employer, EmployerImport
from returns.models import RerouteCycle, ReroutePreview, ReturnEvent
from returns.queries import RerouteCounts, facts_moved_on
from returns.services import collect_card, correct_reason, hold_return, preview_reroute, reroute, undo_return
from tests.factories.issuance import LossImportFactory
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, staff, supervisor
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, desk, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def look(campaign: Campaign, cutoff: date = CUTOFF, **more: Any) -> ReroutePreview:
    values = {"at": MORNING, "by": None, **more}
    return preview_reroute(campaign=campaign, cutoff=cutoff, **values)


def test_employers_are_listed_with_what_they_would_receive(campaign: Campaign) -> None:
    big, small, ended = an_employer(), an_employer("27"), an_employer(status="2", ended_on=RETURNED_ON)
    a_household(campaign, "00", "01", "02", employer=big)
    leaver = a_household(campaign, "00", "01", employer=big)
    a_household(campaign, "00", branch="27", employer=small)
    a_household(campaign, "00", employer=ended)
    a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    lose(leaver.people.get(edaban="01"))
    rows = look(campaign).employers.order_by("pk").values_list("employer", "envelopes", "cards")
    assert list(rows) == [(big.pk, 2, 4), (small.pk, 1, 1)]


def test_what_changed_since_the_posting_is_named(campaign: Campaign) -> None:
    employer, other = an_employer(), an_employer()
    whole = a_household(campaign, "00", employer=employer)
    part = a_household(campaign, "00", "01", employer=employer)
    hidden = a_household(campaign, "00", employer=employer)
    closing = a_household(campaign, "00", employer=other)
    long_closed = a_household(campaign, "00", employer=an_employer(status="2", ended_on=date(2025, 6, 1)))
    same = a_household(campaign, "00", employer=employer)
    events = {envelope.household_id: come_back(envelope) for envelope in post_all(campaign)}
    lose(*whole.people.all())
    lose(part.people.get(edaban="01"))
    hidden.people.update(nondisclosure=True)
    Employer.objects.filter(pk=other.pk).update(status="2", ended_on=RETURNED_ON)
    lost_on = date(2025, 7, 1)
    changes = look(campaign).changes.order_by("pk").values_list("what", "event", "since")
    assert list(changes) == [
        (what, events[household.pk].pk, since)
        for what, household, since in (
            ("employer_closed", closing, RETURNED_ON),
            ("lost", whole, lost_on),
            ("lost_in_part", part, lost_on),
            ("nondisclosure", hidden, None),
        )
    ]
    assert {long_closed.pk, same.pk} <= set(events)
    assert look(campaign, date(2025, 9, 2)).changes.count() == 0


def test_a_second_look_takes_the_place_of_the_first(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    first = look(campaign)
    other = look(campaign, date(2025, 9, 2))
    for envelope in post_all(campaign):
        come_back(envelope)
    told: list[tuple[int, int]] = []
    second = look(campaign, report=lambda done, total: told.append((done, total)))
    kept = ReroutePreview.objects.order_by("pk")
    assert (list(kept), [line.envelopes for line in second.lines.all()]) == ([other, second], [1])
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert first.cutoff == second.cutoff


def test_a_look_changes_nothing_but_what_is_kept(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    look(campaign)
    event.refresh_from_db()
    assert (event.state, event.envelope.state, RerouteCycle.objects.count()) == ("waiting", "returned", 0)


def test_a_look_that_is_stopped_leaves_the_one_before(campaign: Campaign) -> None:
    before = look(campaign)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        look(campaign, report=stop)
    assert list(ReroutePreview.objects.all()) == [before]


def test_a_cycle_ends_every_look(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    look(campaign)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    assert ReroutePreview.objects.count() == 0


def test_only_who_re_routes_may_look(campaign: Campaign) -> None:
    with pytest.raises(PermissionDenied):
        look(campaign, by=staff(Role.CLERK))


LATER = MORNING + timedelta(hours=1)


def corrected(event: ReturnEvent) -> None:
    correct_reason(event=event, reason="expired", at=LATER, by=desk())


def undone(event: ReturnEvent) -> None:
    assert event.recorded_by is not None
    undo_return(event=event, at=LATER, by=event.recorded_by)


def held(event: ReturnEvent) -> None:
    hold_return(event=event, reason="確認中", at=LATER, by=supervisor())


def lost(event: ReturnEvent) -> None:
    LossImportFactory.create(campaign=event.envelope.campaign, imported_at=LATER)


def collected(event: ReturnEvent) -> None:
    card = event.envelope.cards.get().certificate
    collect_card(
        campaign=event.envelope.campaign,
        serial=card.serial,
        reason="other",
        collected_on=MORNING.date(),
        at=LATER,
        by=desk(),
    )


def scanned(event: ReturnEvent) -> None:
    ReturnEvent.objects.filter(pk=event.pk).update(recorded_at=LATER)


def closing(_event: ReturnEvent) -> None:
    EmployerImport.objects.update(imported_at=LATER)


@pytest.mark.parametrize("change", [corrected, undone, held, lost, collected, scanned, closing])
def test_facts_that_came_after_a_look_are_noticed(
    campaign: Campaign, change: Callable[[ReturnEvent], None]
) -> None:
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    preview = look(campaign)
    EmployerImport.objects.update(imported_at=MORNING)
    assert not facts_moved_on(preview)
    change(event)
    assert facts_moved_on(preview)


@pytest.mark.parametrize("change", [corrected, lost, collected, closing])
def test_a_cycle_that_was_confirmed_before_others_would_go_is_refused(
    campaign: Campaign, change: Callable[[ReturnEvent], None]
) -> None:
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    look(campaign)
    EmployerImport.objects.update(imported_at=MORNING)
    change(event)
    order: dict[str, Any] = {
        "campaign": campaign,
        "cutoff": CUTOFF,
        "max_envelopes": None,
        "at": LATER,
        "by": None,
    }
    with pytest.raises(Refused) as refusal:
        reroute(**order, expected=1)
    assert refusal.value.code == "preview_stale"
    assert RerouteCycle.objects.count() == 0
    done = reroute(**order)  # a command says no number
    assert done.rerouted + done.exceptions == 1


def test_a_cycle_runs_as_the_preview_that_was_shown_has_split_it(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    hidden = a_household(campaign, "00", employer=an_employer())
    for envelope in post_all(campaign):
        come_back(envelope)
    EmployerImport.objects.update(imported_at=MORNING)

    def order(preview: ReroutePreview) -> RerouteCounts:
        return reroute(
            campaign=campaign,
            cutoff=CUTOFF,
            max_envelopes=None,
            at=LATER,
            by=None,
            expected=2,
            preview=preview.pk,
        )

    first = look(campaign)
    hidden.people.update(nondisclosure=True)  # comes with no file of its own, and as many wait
    with pytest.raises(Refused) as refusal:
        order(first)
    assert refusal.value.code == "preview_stale"
    second = look(campaign)  # somebody else counts: the first one's reader has not seen that
    assert first.pk != second.pk
    with pytest.raises(Refused) as refusal:
        order(first)
    assert refusal.value.code == "preview_stale"
    assert RerouteCycle.objects.count() == 0
    assert order(second) == RerouteCounts(1, 1, 1)
