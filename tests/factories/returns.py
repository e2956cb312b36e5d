"""Envelopes that were posted and came back, without the printing in between."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from backoffice.roles import Role
from backoffice.states import move
from issuance.models import Campaign, Certificate
from mailing.models import Envelope
from mailing.services import pack_envelopes
from returns.services import preview_reroute, record_return
from tests.factories.mailing import MORNING, staff

if TYPE_CHECKING:
    from pathlib import Path

    from backoffice.models import User
    from returns.models import PreviewLine, ReturnEvent, ReturnTray

POSTED_ON, RETURNED_ON, CUTOFF = date(2025, 8, 21), date(2025, 9, 3), date(2025, 9, 30)


def desk() -> User:
    """Somebody at the returns desk."""
    return staff(Role.RETURNS)


def post_all(campaign: Campaign, at: datetime = MORNING) -> list[Envelope]:
    """Pack whoever is not packed yet and post every envelope that is not posted yet; all of them in order."""
    pack_envelopes(campaign=campaign, at=at, by=None)
    rows = Envelope.objects.filter(campaign=campaign)
    move(rows, to="released", at=at, by=None, released_at=at)
    move(rows, to="inserted", at=at, by=None)
    move(rows, to="posted", at=at, by=None, only_from=frozenset({"inserted"}), posted_on=POSTED_ON)
    return list(rows.order_by("ordinal"))


def come_back(
    envelope: Envelope,
    reason: str = "unknown_address",
    by: User | None = None,
    tray: ReturnTray | None = None,
) -> ReturnEvent:
    """A posted envelope, scanned at the desk."""
    answer = record_return(
        campaign=envelope.campaign,
        scanned=envelope.piece_no,
        reason=reason,
        returned_on=RETURNED_ON,
        at=MORNING,
        by=by or desk(),
        tray=tray,
    )
    assert answer.event is not None
    return answer.event


def counted_lines(campaign: Campaign, cutoff: date = CUTOFF, at: datetime = MORNING) -> list[PreviewLine]:
    """What a cycle with this cut-off would do, counted now."""
    preview = preview_reroute(campaign=campaign, cutoff=cutoff, at=at, by=None)
    return list(preview.lines.order_by("branch", "held", "code"))


def returns_file(path: Path, *rows: tuple[str, str, str], header: str = "封筒番号,還付理由,還付日") -> Path:
    """What the returns contractor sends."""
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


def live_edabans(envelope: Envelope) -> list[str]:
    """The 枝番 of the live cards in an envelope."""
    cards = Certificate.objects.filter(pk__in=envelope.cards.values("certificate"), state="live")
    return sorted(cards.values_list("person__edaban", flat=True))
