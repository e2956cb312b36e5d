"""The reference: the layout engine prints every sheet itself. Slow, and the measure of what the press has to look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.rendering.checks import check
from mailing.rendering.documents import CannotPrint, EnvelopeSheets, PrintStop, RenderedFile
from mailing.rendering.layout import laid_out, pdf_of
from mailing.rendering.pages import sheets_html
from mailing.rendering.sheets import sheets_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_reference(envelopes: Sequence[EnvelopeSheets]) -> RenderedFile:
    """One PDF of all sheets of the envelopes, in order, laid out from HTML.

    :raises CannotPrint: some text cannot be set exactly, or the layout complained or came out with another number of
        pages than there are sheets. Nothing is made then.
    """
    if stops := tuple(stop for envelope in envelopes for stop in check(envelope)):
        raise CannotPrint(stops)
    sheets = [sheets_of(envelope) for envelope in envelopes]
    document = laid_out(sheets_html(sheet for pages in sheets for sheet in pages))
    counts = tuple(map(len, sheets))
    if len(document.pages) != sum(counts):
        raise CannotPrint((PrintStop("", "page", "page_count", f"{len(document.pages)}≠{sum(counts)}"),))
    return RenderedFile(pdf_of(document), counts)
