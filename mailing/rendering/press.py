"""The press itself: WeasyPrint lays the sheets out and writes the PDF. Same documents in, same bytes out."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailing.rendering.checks import check
from mailing.rendering.documents import CannotPrint, EnvelopeSheets, PrintStop, RenderedFile
from mailing.rendering.pages import document_html, sheet_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def render(envelopes: Sequence[EnvelopeSheets]) -> RenderedFile:
    """One PDF of all sheets of the envelopes, in order.

    :raises CannotPrint: some text cannot be set exactly, or the layout complained (missing glyph, failed image) or came
        out with another number of pages than the sheets have. Nothing is made then.
    """
    import weasyprint
    from weasyprint.urls import URLFetcher

    stops = tuple(stop for envelope in envelopes for stop in check(envelope))
    if stops:
        raise CannotPrint(stops)
    only_files = URLFetcher(allowed_protocols={"file"})  # nothing on a page comes from the network
    with complaints_stop():
        laid_out = weasyprint.HTML(string=document_html(tuple(envelopes)), url_fetcher=only_files).render()
        counts = tuple(sheet_count(envelope) for envelope in envelopes)
        if len(laid_out.pages) != sum(counts):
            raise CannotPrint((PrintStop("", "page", "page_count", f"{len(laid_out.pages)}≠{sum(counts)}"),))
        return RenderedFile(laid_out.write_pdf(pdf_identifier=b"todoke"), counts)


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def complaints_stop() -> Iterator[None]:
    """A warning of the layout engine is an error here: it means a page that is not what was asked for."""
    handler = _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    if handler.messages:
        raise CannotPrint((PrintStop("", "layout", "layout_warning", handler.messages[0]),))
