"""Proofreading: what a page says, read from the file's bytes, against what it has to say."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mailing.rendering.reading import Reading
from mailing.rendering.typesetting import set_text, slot_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailing.rendering.sheets import Sheet

# Between items, groups and pages of what is said; no text holds a control character.
_ITEM, _GROUP, _PAGE = "\x1f", "\x1e", "\x1d"


def expected_of(sheet: Sheet) -> Reading:
    """What a sheet has to say: its texts line by line, its 2D codes, its bars.

    :raises DoesNotFit: a text is too long for its slot, so that it can stand on no page.
    """
    texts = [
        line.text
        for block in sheet.blocks()
        for slot, text in zip(block.form.slots, block.texts, strict=True)
        if text
        for line in set_text(text, slot_named(slot))
    ]
    return _with_codes(sheet, texts)


def whole_of(sheet: Sheet) -> Reading:
    """What a sheet has to say if every text stands on one line, as nearly all do: nothing has to be measured."""
    return _with_codes(sheet, list(filter(None, sheet.texts)))


def said_by(page: Reading) -> str:
    """What a page says in one text."""
    return said_in(*page)


def said_in(texts: Iterable[str], codes: Iterable[str], bars: str) -> str:
    """The same, from the texts, the payloads of the 2D codes and the bars of a page."""
    return _GROUP.join((_ITEM.join(texts), _ITEM.join(codes), bars))


def content_hash(said: Iterable[str]) -> str:
    """SHA-256 over what pages say: the same for what they have to say and for what is read from a file that says it."""
    return hashlib.sha256(_PAGE.join(said).encode()).hexdigest()


def says(page: Reading | None, sheet: Sheet) -> bool:
    """Whether a page says exactly what a sheet has to say."""
    return page is not None and (page == whole_of(sheet) or page == expected_of(sheet))


def wrong_pages(read: Iterator[Reading], sheets: Iterable[Sheet]) -> list[int]:
    """The numbers (from 0) of the next pages that do not say what these sheets say; missing pages are wrong, too."""
    return [number for number, sheet in enumerate(sheets) if not says(next(read, None), sheet)]


def _with_codes(sheet: Sheet, texts: list[str]) -> Reading:
    names = [name for form in sheet.forms for name in form.codes]
    codes = [payload for name, payload in zip(names, sheet.payloads, strict=True) if name != "bars"]
    bars = [payload for name, payload in zip(names, sheet.payloads, strict=True) if name == "bars"]
    return Reading(texts, codes, "".join(bars))
