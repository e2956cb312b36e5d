"""What somebody does at the desk, and what it answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from japan.piece_number import damm_digit
from returns.services import open_tray
from tests.factories.mailing import MORNING
from tests.factories.returns import RETURNED_ON

if TYPE_CHECKING:
    from issuance.models import Campaign
    from returns.models import ReturnEvent, ReturnTray
    from tests.conftest import StaffClient

DESK, SCAN, OPEN = reverse("returns:desk"), reverse("returns:scan"), reverse("returns:tray-open")
IN_PLACE = {"HX-Request": "true"}


def scan(client: StaffClient, number: str, *, in_place: bool = True, **entered: Any) -> Any:
    """What the desk answers to a scan, in place (htmx) or as a page."""
    data = {"scanned": number, "reason": "moved", "returned_on": RETURNED_ON.isoformat(), **entered}
    return client.post(SCAN, data, headers=IN_PLACE if in_place else {})


def absent(place: int) -> str:
    """A right number that no envelope has."""
    return f"{place:011d}{damm_digit(f'{place:011d}')}"


def word_of(answer: Any) -> str:
    """The one big word of an answer."""
    (word,) = re.findall(r'<p class="scan-word">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]*>|\s", "", word)


def nonce_of(answer: Any) -> str:
    (nonce,) = re.findall(r'name="nonce" value="([0-9a-f-]{36})"', answer.content.decode())
    return str(nonce)


def undo(event: ReturnEvent) -> str:
    return reverse("returns:scan-undo", kwargs={"public_id": event.public_id})


def close(tray: ReturnTray) -> str:
    return reverse("returns:tray-close", kwargs={"public_id": tray.public_id})


def a_tray(client: StaffClient, campaign: Campaign) -> ReturnTray:
    return open_tray(campaign=campaign, at=MORNING, by=client.staff)
