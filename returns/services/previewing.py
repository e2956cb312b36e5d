"""What a monthly cycle would do, and what has changed about its envelopes; nothing is changed by a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from returns.sql import rerouting as sql

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from issuance.models import Campaign


@dataclass(frozen=True, slots=True)
class BranchPreview:
    """What a cycle would do in one branch, for one exception code (empty: to the employer); `held` ones stay where they
    are."""

    branch_code: str
    code: str
    held: bool
    envelopes: int
    employers: int


@dataclass(frozen=True, slots=True)
class EmployerPreview:
    """What one employer would receive."""

    public_id: UUID
    branch_code: str
    insurer_no: str
    symbol: str
    name: str
    envelopes: int
    cards: int


@dataclass(frozen=True, slots=True)
class Change:
    """Something about a waiting envelope that is not as it was when it was posted: `lost` (everybody in it), `lost_in_part`,
    `employer_closed`, `nondisclosure`."""

    what: str
    event: UUID
    piece_no: str
    branch_code: str
    since: date | None


def preview_reroute(*, campaign: Campaign, cutoff: date) -> list[BranchPreview]:
    """What a cycle with this cut-off would do, by branch and exception."""
    return [BranchPreview(*row) for row in sql.preview_counts(campaign_id=campaign.pk, cutoff=cutoff)]


def preview_employers(*, campaign: Campaign, cutoff: date) -> list[EmployerPreview]:
    """The employers a cycle with this cut-off would write to, the one with most envelopes first."""
    return [EmployerPreview(*row) for row in sql.preview_employers(campaign_id=campaign.pk, cutoff=cutoff)]


def reroute_changes(*, campaign: Campaign, cutoff: date) -> list[Change]:
    """What has changed since the posting about the envelopes that wait for a cycle with this cut-off: losses of eligibility,
    employers whose coverage ended, 不開示 (domain.md §3.2, §3.7)."""
    return [Change(*row) for row in sql.preview_changes(campaign_id=campaign.pk, cutoff=cutoff)]
