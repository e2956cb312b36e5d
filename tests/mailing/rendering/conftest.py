from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from mailing.rendering.press import render

if TYPE_CHECKING:
    from mailing.rendering.documents import EnvelopeSheets

Open = Callable[..., Any]


@pytest.fixture
def open_pdf() -> Iterator[Open]:
    """`open_pdf(envelope, …)`: the rendered file, opened by an independent reader."""
    opened: list[Any] = []

    def make(*envelopes: EnvelopeSheets) -> Any:
        document = pypdfium2.PdfDocument(render(envelopes).pdf)
        opened.append(document)
        return document

    yield make
    for document in opened:
        document.close()


def text_of(document: Any, page: int = 0) -> str:
    """The text of a page without any blanks, so that the layout does not matter."""
    return squeezed(str(document[page].get_textpage().get_text_bounded()))


def squeezed(text: str) -> str:
    """A text without blanks of any kind."""
    return "".join(text.split())
