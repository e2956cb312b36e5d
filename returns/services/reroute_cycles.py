"""A cycle's record: opened, ended, or interrupted and ended by whoever comes next (ADR 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from backoffice.file_intake.heavy_load import bulk_settings
from returns.models import RerouteCycle, ReroutePreview
from returns.queries import done_in, handled_in, judgement_moved_on, kept_preview, unfinished_cycle
from returns.sql.previewing import split_now

if TYPE_CHECKING:
    from datetime import date, datetime

    from backoffice.models import User
    from issuance.models import Campaign
    from returns.queries import RerouteCounts


def open_cycle(
    *, campaign: Campaign, cutoff: date, found: int, at: datetime, by: User | None
) -> RerouteCycle:
    """A new cycle for so many returns. One that was interrupted has come to its end; what was previewed is over."""
    end_interrupted_cycle(campaign=campaign, at=at)
    ReroutePreview.objects.filter(campaign=campaign).delete()
    last = RerouteCycle.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    cycle = RerouteCycle.objects.create(
        campaign=campaign, number=last + 1, cutoff=cutoff, found=found, run_at=at, run_by=by
    )
    cycle.refresh_from_db(fields=["run"])
    return cycle


def end_cycle(*, cycle: RerouteCycle, at: datetime, done: RerouteCounts) -> None:
    """Record what the cycle has done, and that it does no more."""
    cycle.rerouted, cycle.exceptions, cycle.employers = done.rerouted, done.exceptions, done.employers
    cycle.ended_at = max(at, cycle.run_at)
    cycle.save(update_fields=["rerouted", "exceptions", "employers", "ended_at"])


def end_interrupted_cycle(*, campaign: Campaign, at: datetime) -> None:
    """End the cycle that has no end, if there is one; the caller holds the campaign's lock, so that nobody is at work on it."""
    cycle = unfinished_cycle(campaign)
    if cycle is not None:
        end_cycle(cycle=cycle, at=at, done=done_in(cycle))


def is_what_was_shown(
    *, campaign: Campaign, cutoff: date, expected: int, waiting: int, preview: int | None = None
) -> bool:
    """Whether somebody who was shown `expected` returns, as that preview has split them, knows of those that wait now.

    They do where the preview stands, they would be split now as it says, and nothing was entered since that would send others of them
    to the employers; or where they are the rest of as many that an interrupted cycle began with. Somebody who names no preview knows
    their number only.
    """
    kept = ReroutePreview.objects.filter(campaign=campaign, cutoff=cutoff)
    shown = None if preview is None else kept.filter(pk=preview).first()
    if shown is not None:
        bulk_settings()
        return not judgement_moved_on(shown) and _split_of(shown) == split_now(
            campaign_id=campaign.pk, cutoff=cutoff
        )
    if _is_the_rest(campaign, cutoff, expected, waiting):
        return True
    last = kept_preview(campaign, cutoff)
    return preview is None and expected == waiting and not (last and judgement_moved_on(last))


def _split_of(preview: ReroutePreview) -> set[tuple[str, str, int, int]]:
    lines = preview.lines.filter(held=False)
    return set(lines.values_list("branch_id", "code", "envelopes", "employers"))


def _is_the_rest(campaign: Campaign, cutoff: date, expected: int, waiting: int) -> bool:
    cycle = unfinished_cycle(campaign)
    if cycle is None or cycle.cutoff != cutoff:
        return False
    return (expected, waiting) == (cycle.found, cycle.found - handled_in(cycle))
