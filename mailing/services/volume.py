"""Volume pre-advice: what the vendor has to print, insert and bring to the post, before the package arrives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import PrintBatch

AREA_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Volume:
    """Counts and weights (g) of a batch; `areas` are (first three digits of the postal code, pieces) in the file's
    order, which is the order of posting (区分); `over_limit` counts envelopes heavier than the campaign allows."""

    pieces: int
    sheets: int
    cards: int
    grams: Decimal
    heaviest_grams: Decimal
    limit_grams: Decimal
    over_limit: int
    areas: tuple[tuple[str, int], ...]

    @property
    def kilograms(self) -> Decimal:
        """The weight of the whole batch in kg."""
        return (self.grams / 1000).quantize(Decimal("0.1"))

    def as_json(self) -> dict[str, Any]:
        """What stands in the package's manifest; weights as decimal text."""
        return {
            "pieces": self.pieces,
            "sheets": self.sheets,
            "cards": self.cards,
            "grams": str(self.grams),
            "heaviest_grams": str(self.heaviest_grams),
            "limit_grams": str(self.limit_grams),
            "over_limit": self.over_limit,
            "sequence": "postal_code",
            "areas": [{"area": area, "pieces": pieces} for area, pieces in self.areas],
        }


def volume_of(batch: PrintBatch) -> Volume:
    """The volume of a rendered batch's present revision; pulled pieces are still in the file and count."""
    rows = list(batch.envelopes.order_by("position").values_list("pages", "card_count", "postal_code"))
    weights = [_grams(batch.campaign, batch.kind, pages or 0, cards) for pages, cards, _code in rows]
    limit = batch.campaign.weight_limit_grams
    return Volume(
        pieces=len(rows),
        sheets=sum(pages or 0 for pages, _cards, _code in rows),
        cards=sum(cards for _pages, cards, _code in rows),
        grams=sum(weights, Decimal(0)),
        heaviest_grams=max(weights, default=Decimal(0)),
        limit_grams=limit,
        over_limit=sum(weight > limit for weight in weights),
        areas=tuple(Counter(code[:AREA_DIGITS] for _pages, _cards, code in rows).items()),
    )


def _grams(campaign: Campaign, kind: str, pages: int, cards: int) -> Decimal:
    bare = campaign.envelope_grams + pages * campaign.sheet_grams + cards * campaign.card_grams
    if kind == EnvelopeKind.TARGET_LIST:
        return bare
    return bare + campaign.leaflet_grams + campaign.sticker_grams + campaign.return_envelope_grams
