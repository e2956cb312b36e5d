from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from employers.models import Branch
from returns.models import RerouteHold, ReturnEvent
from returns.queries import RerouteCounts
from returns.services import (
    hold_branch,
    hold_return,
    lift_hold,
    record_return,
    reroute,
    undo_return,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, staff, supervisor
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, counted_lines, desk, post_all

if TYPE_CHECKING:
    from backoffice.models import User
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(db: None) -> list[ReturnEvent]:
    """Two returns of 東京 that go to their employers, and one of 大阪."""
    campaign = a_campaign()
    for branch in ("13", "13", "27"):
        a_household(campaign, "00", branch=branch, employer=an_employer(branch))
    return [come_back(envelope) for envelope in post_all(campaign)]


@pytest.fixture
def campaign(events: list[ReturnEvent]) -> Campaign:
    return events[0].envelope.campaign


def run(campaign: Campaign, expected: int | None = None) -> RerouteCounts:
    return reroute(
        campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None, expected=expected
    )


def tokyo(campaign: Campaign, by: User | None = None, reason: str = "住所を確認中") -> RerouteHold:
    branch = Branch.objects.get(code="13")
    return hold_branch(campaign=campaign, branch=branch, reason=reason, at=MORNING, by=by or supervisor())


def test_a_held_branch_waits_until_the_hold_is_lifted(campaign: Campaign) -> None:
    held = tokyo(campaign)
    lines = counted_lines(campaign)
    assert [(line.branch_id, line.held, line.envelopes) for line in lines] == [
        ("13", True, 2),
        ("27", False, 1),
    ]
    assert run(campaign) == RerouteCounts(1, 0, 1)
    lift_hold(hold=held, at=MORNING, by=supervisor())
    assert run(campaign) == RerouteCounts(2, 0, 2)
    with pytest.raises(Refused, match="すでに解除"):
        lift_hold(hold=held, at=MORNING, by=supervisor())


def test_a_held_envelope_waits_while_its_neighbours_go(events: list[ReturnEvent], campaign: Campaign) -> None:
    held = hold_return(event=events[0], reason="本人から電話", at=MORNING, by=supervisor())
    assert run(campaign) == RerouteCounts(2, 0, 2)
    assert [event.pk for event in ReturnEvent.objects.filter(state="waiting")] == [events[0].pk]
    lift_hold(hold=held, at=MORNING, by=supervisor())
    assert run(campaign) == RerouteCounts(1, 0, 1)


def test_a_hold_of_another_campaign_holds_nothing_here(campaign: Campaign) -> None:
    tokyo(a_campaign("R8"))
    assert run(campaign) == RerouteCounts(3, 0, 3)


def test_a_hold_needs_a_reason_and_stands_once(events: list[ReturnEvent], campaign: Campaign) -> None:
    with pytest.raises(Refused, match="保留の理由"):
        tokyo(campaign, reason=" ")
    tokyo(campaign)
    with pytest.raises(Refused, match="すでに保留"):
        tokyo(campaign)
    hold_return(event=events[2], reason="確認中", at=MORNING, by=supervisor())
    with pytest.raises(Refused, match="すでに保留"):
        hold_return(event=events[2], reason="確認中", at=MORNING, by=supervisor())
    assert RerouteHold.objects.count() == 2


def test_what_no_longer_waits_cannot_be_held(campaign: Campaign) -> None:
    person = desk()
    a_household(campaign, "00")
    piece = post_all(campaign)[-1]
    answer = record_return(
        campaign=campaign,
        scanned=piece.piece_no,
        reason="moved",
        returned_on=RETURNED_ON,
        at=MORNING,
        by=person,
    )
    assert answer.event is not None
    undo_return(event=answer.event, at=MORNING, by=person)
    run(campaign)
    for event in ReturnEvent.objects.all():
        with pytest.raises(Refused, match="待っていません"):
            hold_return(event=event, reason="確認中", at=MORNING, by=supervisor())


def test_only_who_runs_the_cycle_holds_and_only_their_own_branch(
    events: list[ReturnEvent], campaign: Campaign
) -> None:
    held = tokyo(campaign)
    clerk = staff(Role.CLERK)
    for work in (
        lambda: tokyo(campaign, by=clerk),
        lambda: hold_return(event=events[0], reason="x", at=MORNING, by=clerk),
        lambda: lift_hold(hold=held, at=MORNING, by=clerk),
    ):
        with pytest.raises(PermissionDenied):
            work()
    with pytest.raises(Refused, match="ほかの支部"):
        tokyo(campaign, by=staff(Role.SUPERVISOR, branch_code="27"))


def test_a_run_that_is_not_what_was_previewed_is_refused(
    events: list[ReturnEvent], campaign: Campaign
) -> None:
    tokyo(campaign)
    with pytest.raises(Refused, match="もう一度件数を確認"):
        run(campaign, expected=3)
    assert run(campaign, expected=1) == RerouteCounts(1, 0, 1)
    assert run(campaign, expected=1) == RerouteCounts(0, 0, 0)


def test_a_hold_calls_itself_by_numbers_alone(events: list[ReturnEvent], campaign: Campaign) -> None:
    one = hold_return(event=events[0], reason="確認中", at=MORNING, by=supervisor())
    assert [str(tokyo(campaign)), str(one)] == ["13", str(events[0].pk)]
