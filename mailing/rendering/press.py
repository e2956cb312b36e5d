"""The press: sheets of envelopes become pages, pages a sheaf, sheaves one file. Same documents in, same bytes out."""

from __future__ import annotations

import gc
import hashlib
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.art import BOLD, REGULAR
from mailing.rendering.checks import SetEnvelope, set_envelope
from mailing.rendering.documents import CannotPrint, EnvelopeSheets, PrintStop, RenderedFile
from mailing.rendering.embedding import add_fonts
from mailing.rendering.faces import has_specials, mixed_in, signs_of
from mailing.rendering.pdf_file import PdfFile, deflated
from mailing.rendering.setting import PAGE_HEIGHT, compile_sheets, page_of
from mailing.rendering.sheaf import Sheaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailing.rendering.art import Art
    from mailing.rendering.setting import SetBlock

PAGE_WIDTH = 595.275591
BOX = f"0 0 {PAGE_WIDTH} {PAGE_HEIGHT}"
TITLE = "資格確認書"
_GROUP = 250
_BETWEEN = frozenset("\x1e\x1f")


class Printed(NamedTuple):
    """What became of a range of envelopes: the pages of those that could be printed, and why the others could not.

    `content_hashes` are SHA-256 over everything that was set for each printed envelope, in order.
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
    with _collector_at_rest():
        for group in _groups(envelopes):
            ready = [set_envelope(envelope) for envelope in group]
            compile_sheets(sheet for done in ready for sheet in done.sheets)
            for done in ready:
                made.add(done)
    return made.printed()


class _Making:
    """A sheaf in the making."""

    def __init__(self) -> None:
        self.pages: list[bytes] = []
        self.counts: list[int] = []
        self.hashes: list[str] = []
        self.stops: list[PrintStop] = []
        self.arts: set[Art] = set()
        self.signs: set[str] = set()
        self.mixed: set[str] = set()

    def add(self, envelope: SetEnvelope) -> None:
        if envelope.stops:
            self.stops.extend(envelope.stops)
            return
        self.counts.append(len(envelope.sheets))
        said = _said(envelope.sheets)
        self.hashes.append(hashlib.sha256(said.encode()).hexdigest())
        self.signs.update(signs_of(said))
        if has_specials(said):
            lines = (
                line.text
                for sheet in envelope.sheets
                for done in sheet
                for text in done.lines
                for line in text
            )
            self.mixed.update(filter(None, map(mixed_in, lines)))
        for sheet in envelope.sheets:
            content, called = page_of(sheet)
            self.pages.append(deflated(content.encode("ascii")))
            self.arts.update(called)

    def printed(self) -> Printed:
        signs, mixed = frozenset(self.signs - _BETWEEN), frozenset(self.mixed)
        sheaf = Sheaf(tuple(self.pages), tuple(self.counts), signs, mixed, frozenset(self.arts))
        return Printed(sheaf, self.hashes, self.stops)


def _groups(envelopes: Iterable[EnvelopeSheets]) -> Iterator[list[EnvelopeSheets]]:
    """Few enough to be held set in memory, many enough that new shapes are compiled together."""
    left = iter(envelopes)
    while group := list(islice(left, _GROUP)):
        yield group


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Setting makes many small objects and no cycle: looking for cycles meanwhile would cost half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _said(sheets: Sequence[Sequence[SetBlock]]) -> str:
    """Everything that is set for an envelope: templates, texts and codes, with marks between them that stand in no text."""
    return "\x1e".join(
        [
            "\x1f".join([block.template, *block.texts, *[payload for _name, payload in block.codes]])
            for sheet in sheets
            for block, _lines, _shape in sheet
        ]
    )


def bind(sheaves: Iterable[Sheaf]) -> bytes:
    """One PDF with the pages of the sheaves in order: each font and each art in it once."""
    file = PdfFile()
    contents: list[int] = []
    signs: set[str] = set()
    mixed: set[str] = set()
    arts: dict[str, Art] = {}
    for sheaf in sheaves:
        contents += [file.deflated(page) for page in sheaf.pages]
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
