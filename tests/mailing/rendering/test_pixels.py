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

    from mailing.rendering.documents import EnvelopeSheets


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def differing_pages(envelopes: list[EnvelopeSheets], dpi: int) -> list[int]:
    """The pages (from 0) on which the press and the layout engine draw anything differently."""
    pressed, laid_out = render(envelopes), print_reference(envelopes)
    assert pressed.page_counts == laid_out.page_counts
    with opened(pressed.pdf) as one, opened(laid_out.pdf) as other:
        assert len(one) == len(other) == sum(pressed.page_counts)
        return [page for page in range(len(one)) if _difference(one[page], other[page], dpi)]


def _difference(one: Any, other: Any, dpi: int) -> tuple[int, int, int, int] | None:
    pictures = [page.render(scale=dpi / 72).to_pil() for page in (one, other)]
    return ImageChops.difference(*pictures).getbbox()


@pytest.mark.parametrize("dpi", [150, 300, 600])
@pytest.mark.parametrize("which", HARDEST)
def test_the_hardest_envelopes_are_the_same_picture(which: str, dpi: int) -> None:
    assert differing_pages([HARDEST[which]], dpi) == []


@pytest.mark.parametrize("dpi", [150, 300])
def test_envelopes_of_any_kind_are_the_same_picture(dpi: int) -> None:
    assert differing_pages([an_envelope(seed) for seed in range(20)], dpi) == []


def test_a_difference_would_be_seen() -> None:
    with (
        opened(render([an_envelope(1)]).pdf) as one,
        opened(render([an_envelope(2)]).pdf) as other,
    ):
        assert _difference(one[0], other[0], 150) is not None
