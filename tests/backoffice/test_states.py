from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.db.models import DateTimeField, Value

from backoffice.models import Transition
from backoffice.states import StateMachine, move, timestamp_matches_state
from issuance.models import Campaign
from issuance.states import CERTIFICATE_STATES
from mailing.states import BATCH_STATES, ENVELOPE_STATES
from returns.models import ReturnTray
from returns.states import EXCEPTION_STATES, RETURN_STATES, TRAY_STATES
from tests.factories.backoffice import UserFactory

AT = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)
MACHINES = [CERTIFICATE_STATES, ENVELOPE_STATES, BATCH_STATES, RETURN_STATES, EXCEPTION_STATES, TRAY_STATES]


@pytest.fixture
def trays(db: None) -> list[ReturnTray]:
    campaign = Campaign.objects.create(code="T", name="T", ordinal=1, created_at=AT)
    return [
        ReturnTray.objects.create(campaign=campaign, number=n, opened_at=AT, opened_by=UserFactory.create())
        for n in (1, 2, 3)
    ]


def ids(machine: StateMachine) -> str:
    return machine.entity


@pytest.mark.parametrize("machine", MACHINES, ids=ids)
def test_every_state_can_be_reached_and_every_target_is_a_state(machine: StateMachine) -> None:
    reached = {machine.initial}
    for _ in machine.moves:
        reached |= {target for state in reached for target in machine.moves[state]}
    assert reached == set(machine.moves)


@pytest.mark.parametrize("machine", MACHINES, ids=ids)
def test_only_these_states_end_a_life(machine: StateMachine) -> None:
    assert (
        machine.final()
        == {
            "issuance.certificate": {"void"},
            "mailing.envelope": {"pulled", "rerouted", "delivered_after_all"},
            "mailing.print_batch": {"closed", "cancelled"},
            "returns.return_event": {"rerouted", "delivered_after_all"},
            "returns.delivery_exception": {"resolved"},
            "returns.return_tray": {"destroyed"},
        }[machine.entity]
    )


def test_sources_of_an_unknown_state_are_an_error() -> None:
    with pytest.raises(KeyError):
        ENVELOPE_STATES.sources("burnt")


def test_move_takes_allowed_rows_and_writes_their_history(trays: list[ReturnTray]) -> None:
    person, run = UserFactory.create(), uuid4()
    moved = move(
        ReturnTray.objects.filter(number__lte=2),
        to="closed",
        at=AT,
        by=person,
        run=run,
        reason="counted",
        closed_at=AT,
        counted=0,
    )
    assert moved == 2
    assert list(ReturnTray.objects.order_by("number").values_list("state", "closed_at")) == [
        ("closed", AT),
        ("closed", AT),
        ("open", None),
    ]
    assert list(
        Transition.objects.order_by("subject_id").values_list(
            "entity", "subject_id", "from_state", "to_state", "at", "by", "run", "reason"
        )
    ) == [
        ("returns.return_tray", tray.pk, "open", "closed", AT, person.pk, run, "counted")
        for tray in trays[:2]
    ]


def test_move_is_a_no_op_the_second_time(trays: list[ReturnTray]) -> None:
    rows = ReturnTray.objects.all()
    assert move(rows, to="closed", at=AT, by=None, closed_at=AT, counted=0) == 3
    assert move(rows, to="closed", at=AT, by=None, closed_at=AT, counted=0) == 0
    assert Transition.objects.count() == 3


def test_move_can_be_narrowed_to_some_sources(trays: list[ReturnTray]) -> None:
    assert (
        move(ReturnTray.objects.all(), to="closed", at=AT, by=None, only_from=frozenset(), closed_at=AT) == 0
    )


def test_move_of_nothing_moves_nothing(trays: list[ReturnTray]) -> None:
    assert move(ReturnTray.objects.filter(pk__in=[]), to="closed", at=AT, by=None) == 0


def test_move_accepts_a_person_as_column_value(trays: list[ReturnTray]) -> None:
    person = UserFactory.create()
    moved = move(
        ReturnTray.objects.filter(number=1),
        to="closed",
        at=AT,
        by=None,
        closed_at=AT,
        counted=0,
        opened_by=person,
    )
    assert (moved, ReturnTray.objects.get(number=1).opened_by) == (1, person)


def test_the_history_cannot_be_changed(trays: list[ReturnTray]) -> None:
    move(ReturnTray.objects.all(), to="closed", at=AT, by=None, closed_at=AT, counted=0)
    for act in (lambda: Transition.objects.update(reason="x"), lambda: Transition.objects.all().delete()):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            act()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "filled", "holds"),
    [
        (s, f, (f if s == "posted" else not f) or s == "cancelled")
        for s, f in product(["open", "posted", "cancelled"], [True, False])
    ],
)
def test_timestamp_matches_state_says_filled_exactly_in_its_states(
    state: str, *, filled: bool, holds: bool
) -> None:
    condition = timestamp_matches_state("at", frozenset({"posted"}), exempt=frozenset({"cancelled"}))
    moment = Value(AT if filled else None, output_field=DateTimeField())
    assert condition.check({"state": state, "at": moment}) is holds
