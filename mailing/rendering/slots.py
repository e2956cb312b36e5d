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
    """A box for one text: `width` in mm for each of `lines` lines at `size` pt.

    `repeats` says that few values fill it over and over, so that the press may keep them set; `required` that a page on
    which it is empty must not be printed; `numbers` that digits fill it, as far as anybody knows.
    """

    width: float
    size: float
    lines: int = 1
    repeats: bool = False
    required: bool = False
    numbers: bool = False

    @property
    def room(self) -> float:
        """The width of a line in thousandths of an em of its size."""
        return 1000 * self.width / (self.size * MM_PER_PT)


SLOTS: dict[str, Slot] = {
    "postal_code": Slot(40, 11, required=True),
    "address1": Slot(84, 10, 2, required=True),
    "address2": Slot(84, 10, 2),
    "addressee": Slot(84, 13, 2, required=True),
    "contact": Slot(84, 10, required=True),
    "piece_no": Slot(60, 7.5, numbers=True),
    "employer_name": Slot(84, 13, 2, required=True),
    "handover_symbol": Slot(26, 12),
    "handover_number": Slot(26, 12),
    "insured_name": Slot(84, 14, 2, required=True),
    "machine_piece": Slot(28, 6.5, numbers=True),
    "machine_sheet": Slot(28, 6.5, repeats=True),
    "machine_seq": Slot(28, 6.5, repeats=True),
    "machine_cards": Slot(28, 6.5, repeats=True),
    "card_symbol": Slot(18, 8.5, repeats=True, numbers=True),
    "card_number": Slot(18, 8.5, numbers=True),
    "card_edaban": Slot(10, 8.5, repeats=True),
    "card_kana": Slot(58, 6, required=True),
    "card_name": Slot(58, 11, 2, required=True),
    "card_sex": Slot(13, 6.8, repeats=True),
    "card_birth": Slot(30, 6.8, repeats=True),
    "card_qualified": Slot(30, 6.8, repeats=True),
    "card_insured_name": Slot(46, 7, required=True),
    "card_issued": Slot(21, 6.8, repeats=True),
    "card_expires": Slot(20, 6.8, repeats=True),
    "card_insurer_no": Slot(12, 5.8, repeats=True, numbers=True),
    "card_insurer_name": Slot(27, 5.8, repeats=True),
    "card_insurer_address": Slot(50, 5.8, repeats=True, required=True),
    "card_serial": Slot(16, 4.6, numbers=True),
    "back_serial": Slot(16, 4.6, numbers=True),
    "card_remarks": Slot(76, 8, 2),
    "inner": Slot(36, 9, numbers=True),
    "list_symbol": Slot(40, 10, repeats=True),
    "list_employer_name": Slot(110, 11, 2),
    "line_number": Slot(24, 9.5),
    "line_name": Slot(104, 9.5, required=True),
    "line_cards": Slot(16, 9.5, repeats=True),
    "list_total": Slot(100, 9.5),
    "page_no": Slot(40, 8, repeats=True),
}
