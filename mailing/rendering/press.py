"""The press: sheets of envelopes become pages, pages a sheaf, sheaves one file. Same documents in, same bytes out."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering import pdf_file
from mailing.rendering.art import BOLD, REGULAR
from mailing.rendering.checks import set_envelopes
from mailing.rendering.codes import qr_picture, sheet_payload
from mailing.rendering.compiling import compiler
from mailing.rendering.documents import CannotPrint, EnvelopeSheets, Piece, PrintStop, RenderedFile
from mailing.rendering.embedding import add_fonts
from mailing.rendering.faces import face
from mailing.rendering.frames import PAGE_HEIGHT
from mailing.rendering.pdf_file import PdfFile
from mailing.rendering.proofreading import content_hash
from mailing.rendering.sheaf import Sheaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailing.rendering.art import Art

PAGE_WIDTH = 595.275591
BOX = f"0 0 {PAGE_WIDTH} {PAGE_HEIGHT}"
TITLE = "資格確認書"
PIECE_DIGITS = 12
_GROUP = 250


class Printed(NamedTuple):
    """What became of a range of envelopes: the pages of those that could be printed, and why the others could not.

    `content_hashes` are those of what each printed envelope's pages have to say (`proofreading.content_hash`).
    """

    sheaf: Sheaf
    content_hashes: list[str]
    stops: list[PrintStop]


def render(envelopes: Sequence[EnvelopeSheets]) -> RenderedFile:
    """One PDF of all sheets of the envelopes, in order.

    :raises CannotPrint: some text cannot be set exactly, or a template uses what the press cannot repeat. Nothing is made
        then.
    """
    printed = print_sheaf(envelopes)
    if printed.stops:
        raise CannotPrint(tuple(printed.stops))
    return RenderedFile(bind([printed.sheaf]), printed.sheaf.page_counts)


def print_sheaf(envelopes: Iterable[EnvelopeSheets]) -> Printed:
    """The pages of a range of envelopes, without those that cannot be printed exactly; their neighbours are not touched.

    :raises CannotPrint: `cannot_compile` or `does_not_fit` names the block of a template that cannot be printed as it is.
    """
    made = _Making()
    with collector_at_rest():
        for group in _groups(envelopes):
            made.add(group)
    return made.printed()


def get_ready() -> None:
    """Read the face and make the tables of the usual codes, about half a second of work that a process does once."""
    face().is_short(TITLE)
    piece = Piece("0" * PIECE_DIGITS, 1, 1, 1, 1)
    qr_picture(sheet_payload(piece, 1, 1))
    qr_picture(f"C{piece.piece_no}")


class _Making:
    """A sheaf in the making."""

    def __init__(self) -> None:
        self._pages: list[bytes] = []
        self._counts: list[int] = []
        self._hashes: list[str] = []
        self._stops: list[PrintStop] = []
        self._arts: dict[str, Art] = {}
        self._signs: set[str] = set()
        self._mixed: set[str] = set()

    def add(self, group: Sequence[EnvelopeSheets]) -> None:
        """Set and deflate the pages of these envelopes; what they need is compiled first, in one pass."""
        done = set_envelopes(group)
        while any(done.stops) or done.needs.missing:
            if any(done.stops):
                self._stops += [stop for stops in done.stops for stop in stops]
                group = [one for one, stops in zip(group, done.stops, strict=True) if not stops]
            else:
                compiler().compile(done.needs.missing)
            done = set_envelopes(group)
        self._counts += map(len, done.pages)
        self._hashes += map(content_hash, done.said)
        self._pages += [pdf_file.deflated(page) for pages in done.pages for page in pages]
        self._arts |= done.needs.arts
        self._signs |= done.needs.signs
        self._mixed |= done.needs.mixed

    def printed(self) -> Printed:
        """What has become of the envelopes."""
        needs = frozenset(self._signs), frozenset(self._mixed), frozenset(self._arts.values())
        return Printed(Sheaf(tuple(self._pages), tuple(self._counts), *needs), self._hashes, self._stops)


def _groups(envelopes: Iterable[EnvelopeSheets]) -> Iterator[list[EnvelopeSheets]]:
    """Few enough to be held set in memory, many enough that new shapes are compiled together."""
    left = iter(envelopes)
    while group := list(islice(left, _GROUP)):
        yield group


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Printing and proofreading make many small objects and no cycle: looking for cycles meanwhile would cost half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def bind(sheaves: Iterable[Sheaf]) -> bytes:
    """One PDF with the pages of the sheaves in order: each font and each art in it once."""
    file = PdfFile()
    contents: list[int] = []
    signs: set[str] = set()
    mixed: set[str] = set()
    arts: dict[str, Art] = {}
    for sheaf in sheaves:
        contents += file.deflated(sheaf.pages)
        signs |= sheaf.signs
        mixed |= sheaf.mixed
        arts |= {art.name: art for art in sheaf.arts}
    glyphs = {
        REGULAR: {glyph for art in arts.values() for glyph in art.regular},
        BOLD: {glyph for art in arts.values() for glyph in art.bold},
    }
    fonts = f"/Font<<{add_fonts(file, signs=signs, mixed=mixed, art=glyphs)}>>"
    forms = {
        name: file.stream(art.content, f"/Type/XObject/Subtype/Form/BBox[{BOX}]/Resources<<{fonts}>>")
        for name, art in sorted(arts.items())
    }
    named = " ".join(f"/{name} {number} 0 R" for name, number in forms.items())
    return file.finish(contents, resources=f"{fonts}/XObject<<{named}>>", box=BOX, title=TITLE)
