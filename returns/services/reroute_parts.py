"""The parts of a monthly cycle: some branches each, all of their waiting returns in one transaction (ADR 12)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Max

from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.lanes import side_by_side
from backoffice.states import move
from issuance.models import Certificate
from mailing.models import Envelope
from mailing.services import Share, mark_exception, reroute_envelopes
from returns.models import ReturnEvent
from returns.services.exception_work import first_due
from returns.services.running_numbers import RunningNumbers
from returns.sql import rerouting as sql
from returns.states import ReturnEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from backoffice.models import User
    from issuance.models import Campaign
    from returns.models import RerouteCycle

# Fewer returns than this are not worth a transaction of their own.
LEAST_OF_PART = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """What a cycle shall do: every return of the campaign up to the cut-off, in batches of no more than `per_batch`."""

    campaign: Campaign
    cutoff: date
    per_batch: int
    at: datetime
    by: User | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some branches and the keys of the returns that wait in them."""

    branches: tuple[str, ...]
    returns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the returns of a part: envelopes re-made, exceptions opened, and the keys of the employers."""

    rerouted: int
    exceptions: int
    employers: frozenset[int]


def in_parts(waiting: Iterable[tuple[str, Sequence[int]]]) -> list[Part]:
    """The branches with the returns that wait in each, cut in their order into parts of not much less than `LEAST_OF_PART` returns."""
    parts: list[Part] = []
    branches: list[str] = []
    returns: list[int] = []
    for branch, keys in waiting:
        branches.append(branch)
        returns += keys
        if len(returns) >= LEAST_OF_PART:
            parts.append(Part(tuple(branches), tuple(returns)))
            branches, returns = [], []
    if branches:
        parts.append(Part(tuple(branches), tuple(returns)))
    return parts


def judge(*, order: Order, part: Part | None = None) -> tuple[int, int]:
    """Lock and judge what waits (of this part) as it is now; return how many go to their employers and how many to a person."""
    bulk_settings()
    sql.lock_waiting(
        campaign_id=order.campaign.pk,
        cutoff=order.cutoff,
        branches=part.branches if part else None,
        returns=part.returns if part else None,
    )
    sql.stage_classified(campaign_id=order.campaign.pk, cutoff=order.cutoff)
    return sql.staged_counts()


def carry_out(*, order: Order, cycle: RerouteCycle, share: Share | None = None) -> Done:
    """Re-make what was judged to go to an employer, cut it into batches with whatever else waits for one, and hand the rest to people.

    :raises Refused: an envelope cannot be re-routed; nothing was changed.
    """
    made = reroute_envelopes(
        campaign=order.campaign,
        envelopes=Envelope.objects.filter(pk__in=sql.staged_envelopes(to_employer=True)),
        cycle_no=cycle.number,
        run=cycle.run,
        at=order.at,
        by=order.by,
        per_batch=order.per_batch,
        share=share,
    )
    _end_events(order, cycle, ReturnEnd.REROUTED)
    opened = sql.open_exceptions(at=order.at, due=first_due(order.at))
    _end_events(order, cycle, ReturnEnd.EXCEPTION)
    mark_exception(
        envelopes=Envelope.objects.filter(pk__in=sql.staged_envelopes(to_employer=False)),
        at=order.at,
        by=order.by,
        run=cycle.run,
    )
    return Done(made, opened, sql.staged_employers())


def carry_out_side_by_side(
    *,
    order: Order,
    cycle: RerouteCycle,
    parts: list[Part],
    told: Callable[[list[Done]], None],
) -> list[Done]:
    """Judge and carry out each part in a transaction of its own; the caller has locked the campaign. The numbers of what is made are
    those that one transaction would have given.
    """
    numbers = RunningNumbers(
        certificates=_last_number(Certificate, order.campaign),
        envelopes=_last_number(Envelope, order.campaign),
        parts=len(parts),
    )
    work = [partial(_one, order, cycle, part, place, numbers) for place, part in enumerate(parts)]
    return side_by_side(work, by=order.by, told=told)


def _one(order: Order, cycle: RerouteCycle, part: Part, place: int, numbers: RunningNumbers) -> Done:
    try:
        sql.enter_part(campaign_id=order.campaign.pk)
        judge(order=order, part=part)
        done = carry_out(order=order, cycle=cycle, share=Share(part.branches, partial(numbers.take, place)))
    except BaseException as failure:
        numbers.give_up(failure)
        raise
    numbers.takes_none(place)
    return done


def _last_number(model: type[Certificate | Envelope], campaign: Campaign) -> int:
    return model._default_manager.filter(campaign=campaign).aggregate(last=Max("ordinal"))["last"] or 0


def _end_events(order: Order, cycle: RerouteCycle, end: ReturnEnd) -> None:
    keys = sql.staged_events(to_employer=end == ReturnEnd.REROUTED)
    move(
        ReturnEvent.objects.filter(pk__in=keys),
        to=end.value,
        at=order.at,
        by=order.by,
        run=cycle.run,
        cycle=cycle,
    )
