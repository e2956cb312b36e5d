"""The press against the reference: the same envelopes both ways are the same picture, pixel by pixel."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from PIL import ImageChops

from mailing.rendering.press import render
from mailing.rendering.reference import print_reference
from tests.factories.pages import HARDEST, an_envelope

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVELOPES = [*HARDEST.values(), *(an_envelope(seed) for seed in range(20))]


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


@pytest.fixture(scope="module")
def printed() -> tuple[bytes, bytes]:
    """The envelopes as the press and as the layout engine print them."""
    pressed, laid_out = render(ENVELOPES), print_reference(ENVELOPES)
    assert pressed.page_counts == laid_out.page_counts
    return pressed.pdf, laid_out.pdf


def difference(one: Any, other: Any, dpi: int) -> tuple[int, int, int, int] | None:
    """The box around everything that two pages draw differently."""
    pictures = [page.render(scale=dpi / 72).to_pil() for page in (one, other)]
    return ImageChops.difference(*pictures).getbbox()


# At 600 dpi the hardest are looked at; they come first.
@pytest.mark.parametrize(("dpi", "pages"), [(150, None), (300, None), (600, 15)])
def test_every_page_is_the_same_picture(printed: tuple[bytes, bytes], dpi: int, pages: int | None) -> None:
    with opened(printed[0]) as one, opened(printed[1]) as other:
        assert len(one) == len(other) > 30
        looked_at = range(pages or len(one))
        assert [page for page in looked_at if difference(one[page], other[page], dpi)] == []


def test_a_difference_would_be_seen() -> None:
    with (
        opened(render([an_envelope(1)]).pdf) as one,
        opened(render([an_envelope(2)]).pdf) as other,
    ):
        assert difference(one[0], other[0], 150) is not None
