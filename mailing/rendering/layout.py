"""The layout engine: WeasyPrint, used for the reference print and for compiling blocks, and never silent about a problem."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mailing.rendering.documents import CannotPrint, PrintStop

if TYPE_CHECKING:
    from collections.abc import Iterator


def laid_out(html: str) -> Any:
    """The laid-out document.

    :raises CannotPrint: the layout complained (missing glyph, failed image).
    """
    import weasyprint
    from weasyprint.urls import URLFetcher

    nearby = URLFetcher(allowed_protocols={"data", "file"})  # nothing on a page comes from the network
    with complaints_stop():
        return weasyprint.HTML(string=html, url_fetcher=nearby).render()


def pdf_of(document: Any) -> bytes:
    """The PDF of a laid-out document.

    :raises CannotPrint: the layout engine complained while it drew.
    """
    with complaints_stop():
        return bytes(document.write_pdf(pdf_identifier=b"todoke"))


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
