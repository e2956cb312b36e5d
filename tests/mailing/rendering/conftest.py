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


def text_between(document: Any, page: int, left: float, top: float, right: float, bottom: float) -> str:
    """The text in a part of a page, given in mm from its top left, without any blanks."""
    points = 72 / 25.4
    height = document[page].get_height()
    box = {"left": left * points, "top": height - top * points}
    box |= {"right": right * points, "bottom": height - bottom * points}
    return squeezed(str(document[page].get_textpage().get_text_bounded(**box)))
