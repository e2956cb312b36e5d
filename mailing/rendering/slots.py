"""The places on the sheets that are filled from data: how wide, how large, and how far a long text may be squeezed.

One table for the measuring and for the page: the templates take width and size from here. Lengths in mm, sizes in pt.
長体 (squeeze) goes down to `LEAST_SQUEEZE`; then two lines where the slot has them; then the envelope stops.
"""

from __future__ import annotations

from dataclasses import dataclass

MM_PER_PT = 25.4 / 72
LEAST_SQUEEZE = 0.6


@dataclass(frozen=True, slots=True)
class Slot:
    """A box for one text: `width` in mm for each of `lines` lines at `size` pt; with `hug` what follows stands close by."""

    width: float
    size: float
    lines: int = 1
    hug: bool = False


SLOTS: dict[str, Slot] = {
    "postal_code": Slot(40, 11),
    "address1": Slot(84, 10, 2),
    "address2": Slot(84, 10, 2),
    "addressee": Slot(76, 13, 2, hug=True),
    "contact": Slot(84, 10),
    "employer_name": Slot(84, 13, 2),
    "list_employer_name": Slot(110, 11, 2),
    "insured_name": Slot(76, 14, 2, hug=True),
    "sender_address": Slot(64, 7.5, 2),
    "return_address": Slot(64, 7.5, 2),
    "card_name": Slot(58, 11, 2),
    "card_kana": Slot(58, 6),
    "card_insured_name": Slot(44, 7.5),
    "card_insurer_address": Slot(54, 5.6),
    "card_remarks": Slot(76, 8, 2),
    "line_name": Slot(90, 9.5),
}
