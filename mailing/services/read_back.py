"""Reading a finished file back: every text and code on every page is what the tables say now (design §4.5). What cannot be read
counts as wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from mailing.rendering.press import collector_at_rest
from mailing.rendering.proofreading import wrong_pages
from mailing.rendering.reading import read_pages
from mailing.rendering.sheets import sheets_of
from mailing.services.chunks import envelopes_of
from mailing.services.documents import drafts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailing.models import RenderChunk
    from mailing.rendering.reading import Reading


class Misprint(NamedTuple):
    """The first page (from 1) that does not say what it has to, whose envelope it is and in which chunk it was made."""

    chunk_id: int
    piece_no: str
    page: int


def misprinted(content: bytes, chunks: Iterable[RenderChunk]) -> Misprint | None:
    """Compare a file page by page with the envelopes of the chunks, in order; the first difference, or nothing.

    One page too many at the end is a difference, too.
    """
    with collector_at_rest():
        return _first_misprint(read_pages(content), chunks)


def _first_misprint(pages: Iterator[Reading], chunks: Iterable[RenderChunk]) -> Misprint | None:
    page, last = 1, (0, "")
    try:
        for chunk in chunks:
            for draft in drafts_of(envelopes_of(chunk)):
                sheets = sheets_of(draft.sheets)
                last = (chunk.pk, draft.sheets.piece_no)
                if draft.held:
                    return Misprint(*last, page)
                if wrong := wrong_pages(pages, sheets):
                    return Misprint(*last, page + wrong[0])
                page += len(sheets)
        return Misprint(*last, page) if next(pages, None) else None
    except (pikepdf.PdfError, LookupError, ValueError):
        return Misprint(*last, page)
