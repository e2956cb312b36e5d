"""A large cycle goes branch by branch, two at a time; `LEAST_OF_PART` makes every pile a large one here."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from backoffice.background import Stopped
from backoffice.refusal import Refused
from employers.apps import ensure_branches
from employers.models import EmployerImport
from issuance.models import Campaign, Certificate, Household
from mailing.models import EnclosedCard, Envelope, PrintBatch
from mailing.services import mark_exception, pack_envelopes
from returns.models import DeliveryException, RerouteCycle, ReroutePreview, ReturnEvent
from returns.queries import RerouteCounts, check_integrity
from returns.services import reroute, reroute_parts, rerouting
from returns.services.reroute_parts import Part, in_parts
from returns.sql import rerouting as sql
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    later,
    lose,
    supervisor,
)
from tests.factories.returns import CUTOFF, come_back, counted_lines, desk, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)
BRANCHES = ("01", "13", "14", "27", "40")


@pytest.fixture(autouse=True)
def every_pile_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_branches("default")
    monkeypatch.setattr(reroute_parts, "LEAST_OF_PART", 1)


@pytest.fixture
def campaign() -> Campaign:
    """In each branch three envelopes that came back: one to go to an employer whole, one in part, one that goes to a person; one more
    waits for its first batch."""
    campaign = a_campaign()
    leavers = []
    for branch in BRANCHES:
        employer = an_employer(branch)
        a_household(campaign, "00", "01", employer=employer, branch=branch)
        leavers.append(a_household(campaign, "00", "01", employer=employer, branch=branch))
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    for household in leavers:
        lose(household.people.get(edaban="01"))
    a_household(campaign, "00", branch="13")
    a_household(campaign, "00", branch="47")  # where nothing came back
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    return campaign


def run(campaign: Campaign, **changes: object) -> RerouteCounts:
    values = {"cutoff": CUTOFF, "max_envelopes": None, "at": MORNING, "by": None, **changes}
    return reroute(campaign=campaign, **values)  # type: ignore[arg-type]


def elsewhere(work: Callable[[], object]) -> None:
    """On a connection of its own."""
    try:
        work()
    finally:
        connection.close()


def made() -> list[object]:
    """All that a cycle leaves behind, without the keys that a sequence gives."""
    return [
        *Envelope.objects.order_by("ordinal").values_list(
            "ordinal", "piece_no", "kind", "cycle_no", "household", "parent", "seq", "of", "card_count",
            "state", "batch__number", "position", "postal_code", "addressee",
        ),
        *Certificate.objects.order_by("ordinal").values_list(
            "ordinal", "serial", "person", "reissue_of", "state", "void_cause"
        ),
        *EnclosedCard.objects.order_by("envelope__ordinal", "position").values_list(
            "envelope__ordinal", "certificate__ordinal", "position"
        ),
        *PrintBatch.objects.order_by("number").values_list("number", "envelope_count", "card_count"),
        *ReturnEvent.objects.order_by("pk").values_list("pk", "state", "cycle__number"),
        *DeliveryException.objects.order_by("event").values_list("event", "code", "due_on"),
        *RerouteCycle.objects.values_list("number", "found", "rerouted", "exceptions", "employers"),
    ]  # fmt: skip


def wrong(campaign: Campaign) -> set[str]:
    """What the proofs find, without what no cycle has done: people of no file, and a loss that no file of losses has brought."""
    found = {detail.partition("=")[0] for one in check_integrity(campaign) for detail in one.details}
    return found - {"accepted_rows_are_not_people", "live_after_loss"}


def broken(**_values: object) -> int:
    """A step that fails."""
    raise Refused("broken", "broken")


def dying_in(branch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the part of one branch fail when all of it is done but its exceptions."""

    def failing(**values: object) -> int:
        if Envelope.objects.filter(pk__in=values["envelopes"], branch=branch).exists():  # type: ignore[misc]
            broken()
        return mark_exception(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(reroute_parts, "mark_exception", failing)


def test_side_by_side_the_very_same_is_made_as_in_one_transaction(campaign: Campaign) -> None:
    with transaction.atomic():
        whole = run(campaign)
        expected = made()
        transaction.set_rollback(True)
    assert RerouteCycle.objects.count() == 0
    told: list[tuple[int, int]] = []
    counts = run(campaign, report=lambda done, total: told.append((done, total)))
    assert (counts, whole) == (RerouteCounts(10, 5, 5), RerouteCounts(10, 5, 5))
    assert made() == expected
    assert (told[0], told[-1], told) == ((0, 15), (15, 15), sorted(told))
    assert RerouteCycle.objects.get().ended_at == MORNING
    assert Envelope.objects.filter(state="planned", batch=None).count() == 0
    assert wrong(campaign) == set()


def test_a_part_that_fails_stays_undone_and_the_next_run_does_the_rest(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_lines(campaign)
    with monkeypatch.context() as patch:
        dying_in("14", patch)
        with pytest.raises(Refused) as refused:
            run(campaign, expected=15)
    cycle = RerouteCycle.objects.get()
    handled = ReturnEvent.objects.filter(cycle=cycle).count()
    assert (refused.value.code, cycle.found, cycle.ended_at) == ("broken", 15, None)
    assert 6 <= handled <= 12  # two branches before it, and whatever was being done beside it
    assert set(ReturnEvent.objects.filter(envelope__branch="14").values_list("state", flat=True)) == {
        "waiting"
    }
    assert ReroutePreview.objects.count() == 0
    assert wrong(campaign) == set()
    with pytest.raises(Refused) as stale:
        run(campaign, expected=14)
    assert stale.value.code == "preview_stale"
    rest = run(campaign, expected=15, at=later(days=1))
    first, second = RerouteCycle.objects.order_by("number")
    assert rest.rerouted + rest.exceptions == 15 - handled == second.found
    assert (first.rerouted + first.exceptions, first.ended_at) == (handled, later(days=1))
    assert first.employers + second.employers == 5
    assert Envelope.objects.filter(kind="employer").count() == 10
    assert wrong(campaign) == set()
    assert run(campaign) == RerouteCounts(0, 0, 0)


def test_side_by_side_only_what_was_shown_is_begun(campaign: Campaign) -> None:
    counted_lines(campaign)
    shown = ReroutePreview.objects.get()
    EmployerImport.objects.update(imported_at=MORNING)
    going = ReturnEvent.objects.filter(envelope__household__employer__isnull=False).earliest("pk")
    ReturnEvent.objects.filter(pk=going.pk).update(reason="refused")
    with pytest.raises(Refused) as stale:
        run(campaign, expected=15, preview=shown.pk)
    assert (stale.value.code, RerouteCycle.objects.count()) == ("preview_stale", 0)
    ReturnEvent.objects.filter(pk=going.pk).update(reason=going.reason)
    assert run(campaign, expected=15, preview=shown.pk) == RerouteCounts(10, 5, 5)


def test_the_worker_of_a_cycle_that_was_interrupted_at_its_very_end_finds_nothing_to_do(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rerouting, "plan_batches", broken)
        with pytest.raises(Refused):
            run(campaign)
    assert RerouteCycle.objects.get().ended_at is None
    assert run(campaign) == RerouteCounts(0, 0, 0)
    cycle = RerouteCycle.objects.get()
    assert (cycle.rerouted, cycle.exceptions, cycle.employers, cycle.ended_at) == (10, 5, 5, MORNING)


def test_what_is_scanned_once_the_returns_are_locked_waits_for_the_next_cycle(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_household(campaign, "00", employer=an_employer("01"), branch="01")
    late = post_all(campaign)[-1]
    lock, at_the_desk = sql.lock_waiting, desk()

    def locked_and_scanned(**values: Any) -> None:
        lock(**values)
        if values["branches"] == ("01",):
            scan = Thread(target=elsewhere, args=(lambda: come_back(late, by=at_the_desk),))
            scan.start()
            scan.join()

    monkeypatch.setattr(sql, "lock_waiting", locked_and_scanned)
    assert run(campaign) == RerouteCounts(10, 5, 5)
    assert ReturnEvent.objects.get(state="waiting").envelope == late


def test_the_returns_of_a_household_that_moves_while_a_cycle_begins_wait_for_the_next(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    mover = ReturnEvent.objects.filter(envelope__branch="13").earliest("pk")
    household = mover.envelope.household
    assert household is not None
    lock = sql.lock_waiting

    def moved_and_locked(**values: Any) -> None:
        if values["branches"] == ("13",):
            Household.objects.filter(pk=household.pk).update(branch="27")
        lock(**values)

    monkeypatch.setattr(sql, "lock_waiting", moved_and_locked)
    done = run(campaign)
    assert done.rerouted + done.exceptions == 14
    assert ReturnEvent.objects.get(state="waiting") == mover
    assert wrong(campaign) == set()


def test_a_cycle_waits_for_the_parts_that_a_dead_process_has_left_to_the_server(campaign: Campaign) -> None:
    left, over = Event(), Event()

    def part() -> None:
        with transaction.atomic():
            sql.enter_part(campaign_id=campaign.pk)
            left.set()
            over.wait(30)

    counts: list[RerouteCounts] = []
    threads = [
        Thread(target=elsewhere, args=(work,)) for work in (part, lambda: counts.append(run(campaign)))
    ]
    threads[0].start()
    left.wait(30)
    threads[1].start()
    threads[1].join(1)
    assert (counts, RerouteCycle.objects.count()) == ([], 0)
    over.set()
    for thread in threads:
        thread.join(30)
    assert counts == [RerouteCounts(10, 5, 5)]


def test_the_envelopes_of_a_household_that_has_moved_are_one_and_two_of_two(campaign: Campaign) -> None:
    household = a_household(
        campaign, *(f"{n:02d}" for n in range(6)), employer=an_employer("01"), branch="01"
    )
    first, second = [envelope for envelope in post_all(campaign) if envelope.household == household]
    for envelope in (first, second):
        come_back(envelope)
    household.branch_id = "27"
    household.save()
    Envelope.objects.filter(pk=second.pk).update(branch="27")
    assert run(campaign) == RerouteCounts(12, 5, 6)
    made = Envelope.objects.filter(kind="employer", household=household).order_by("seq")
    assert list(made.values_list("seq", "of", "parent", "branch")) == [
        (1, 2, first.pk, "27"),
        (2, 2, second.pk, "27"),
    ]
    assert wrong(campaign) == set()


def test_asked_to_stop_it_ends_between_two_parts(campaign: Campaign) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        run(campaign, report=stop)
    handled = ReturnEvent.objects.exclude(cycle=None).count()
    assert 3 <= handled < 15
    assert handled % 3 == 0
    assert run(campaign).rerouted == 10 - handled * 2 // 3


def test_two_cycles_at_once_do_everything_once(campaign: Campaign) -> None:
    counts: list[RerouteCounts] = []
    by = supervisor()

    def one() -> None:
        counts.append(run(campaign, by=by))

    both = [Thread(target=elsewhere, args=(one,)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(count.rerouted for count in counts) == [0, 10]
    assert Envelope.objects.filter(kind="employer").count() == 10
    assert RerouteCycle.objects.count() == 1


@pytest.mark.parametrize(
    ("waiting", "parts"),
    [
        ([], []),
        ([("01", [1, 2, 3])], [(("01",), (1, 2, 3))]),
        (
            [("01", [2, 9]), ("02", [5]), ("13", [1, 3, 4, 6]), ("14", [7])],
            [(("01", "02"), (2, 9, 5)), (("13",), (1, 3, 4, 6)), (("14",), (7,))],
        ),
    ],
)
def test_small_branches_are_done_together(
    monkeypatch: pytest.MonkeyPatch,
    waiting: list[tuple[str, list[int]]],
    parts: list[tuple[tuple[str, ...], tuple[int, ...]]],
) -> None:
    monkeypatch.setattr(reroute_parts, "LEAST_OF_PART", 3)
    assert in_parts(waiting) == [Part(*part) for part in parts]
