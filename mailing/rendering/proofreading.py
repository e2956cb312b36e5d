"""Proofreading: what a page says, read from the file's bytes, against what it has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.rendering.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailing.rendering.setting import SetBlock


def expected_of(sheet: Sequence[SetBlock]) -> Reading:
    """What a sheet has to say: its texts line by line, its 2D codes, its bars."""
    texts = [line.text for _block, lines, _shape in sheet for said in lines for line in said]
    codes = [code for block, _lines, _shape in sheet for code in block.codes]
    bars = "".join(payload for name, payload in codes if name == "bars")
    return Reading(texts, [payload for name, payload in codes if name != "bars"], bars)


def wrong_pages(read: Iterator[Reading], sheets: Iterable[Sequence[SetBlock]]) -> list[int]:
    """The numbers (from 0) of the next pages that do not say what these sheets say; missing pages are wrong, too."""
    return [number for number, sheet in enumerate(sheets) if next(read, None) != expected_of(sheet)]
