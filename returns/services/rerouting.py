"""月次再送付: once a month everything that can go to an employer goes, re-made, and everything else to a person (R28)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.lanes import apart
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign
from mailing.services import most_per_batch, plan_batches
from returns.queries import RerouteCounts
from returns.services.reroute_cycles import end_cycle, end_interrupted_cycle, is_what_was_shown, open_cycle
from returns.services.reroute_parts import Order, carry_out, carry_out_side_by_side, in_parts, judge
from returns.sql import rerouting as sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from backoffice.models import User
    from returns.models import RerouteCycle
    from returns.services.reroute_parts import Done, Part


def reroute(
    *,
    campaign: Campaign,
    cutoff: date,
    max_envelopes: int | None,
    at: datetime,
    by: User | None,
    expected: int | None = None,
    preview: int | None = None,
    report: Callable[[int, int], None] | None = None,
) -> RerouteCounts:
    """Run the monthly cycle over every undelivered envelope recorded up to the cut-off and not yet re-routed; return what this run
    did.

    Eligibility, employer and 不開示 are judged as they are now; what is held back waits. The new employer envelopes are cut
    into batches, and what was previewed is over. With nothing to do no cycle is recorded and all counts are 0. `expected` is how many
    envelopes were shown to whoever runs it, and `preview` the key of the preview that showed them.

    Within somebody else's transaction, and where few returns wait, all of it is one transaction. Otherwise branches are done side by
    side, each group of them whole (`report` hears how many returns of how many are done): interrupted, what has been done stays, and
    the rest waits for the next run (ADR 12).

    :raises PermissionDenied: `by` may not re-route.
    :raises Refused: `preview_stale`: by now it would be other envelopes than shown, or another split of them; `one_branch_only`: `by` belongs to a branch,
        and a cycle is everybody's.
    """
    if by is not None:
        by.require(Permission.REROUTE)
        if by.branch_code:
            raise one_branch_only()
    order = Order(campaign, cutoff, most_per_batch(campaign, max_envelopes), at, by)
    within_another = connection.in_atomic_block
    with transaction.atomic():
        # Parts store what refers to the campaign: its key may be read meanwhile, nothing of it changed.
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        sql.wait_for_parts(campaign_id=campaign.pk)
        parts = in_parts(sql.waiting_by_branch(campaign_id=campaign.pk, cutoff=cutoff))
        whole = within_another or len(parts) < 2
        found = sum(judge(order=order)) if whole else sum(len(part.returns) for part in parts)
        if not found:
            end_interrupted_cycle(campaign=campaign, at=at)
            return RerouteCounts(0, 0, 0)
        if expected is not None and not is_what_was_shown(
            campaign=campaign, cutoff=cutoff, expected=expected, waiting=found, preview=preview
        ):
            raise Refused(
                "preview_stale",
                _(
                    "確認のあとに、数え直されたか、還付の受付・保留・返納・資格喪失・事業所のいずれかが変わりました。もう一度件数を確認してから実行してください。"
                ),
            )
        opened = partial(open_cycle, campaign=campaign, cutoff=cutoff, found=found, at=at, by=by)
        if whole:
            cycle = opened()
            done = [carry_out(order=order, cycle=cycle)]
        else:
            cycle = apart(opened, by=by)
            done = _in_lanes(order, cycle, parts, found, report)
        if not (whole and done[0].rerouted):  # else all that waited has been cut along with what was made
            plan_batches(campaign=campaign, max_envelopes=max_envelopes, at=at, by=None)
        counts = _together(done)
        end_cycle(cycle=cycle, at=at, done=counts)
    return counts


def one_branch_only() -> Refused:
    """What somebody of one branch is told."""
    message = _("月次再送付は、全支部をまとめて行います。支部に属さない承認者が実行してください。")
    return Refused("one_branch_only", message)


def _in_lanes(
    order: Order,
    cycle: RerouteCycle,
    parts: list[Part],
    found: int,
    report: Callable[[int, int], None] | None,
) -> list[Done]:
    def told(done: list[Done]) -> None:
        if report is not None:
            report(sum(part.rerouted + part.exceptions for part in done), found)

    told([])
    return carry_out_side_by_side(order=order, cycle=cycle, parts=parts, told=told)


def _together(parts: list[Done]) -> RerouteCounts:
    employers = frozenset[int]().union(*(part.employers for part in parts))
    return RerouteCounts(
        sum(part.rerouted for part in parts), sum(part.exceptions for part in parts), len(employers)
    )
