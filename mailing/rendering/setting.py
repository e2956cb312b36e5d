"""Setting sheets: texts become codes of the face, and with codes and art the operators of a page. The inner loop of the press.

Nearly every text stands on one line as it is, in signs with a short code. The texts of many sheets are looked at and coded all
at once, and each page is filled into its frame; only a text that is unusual goes the careful way through `typesetting`.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.compiling import number
from mailing.rendering.faces import SHORT_CODES, face, mixed_in, signs_of
from mailing.rendering.frames import LINE_BY_LINE, NotCompiled, frame_of, shown
from mailing.rendering.glance import BETWEEN, Rooms, look_at
from mailing.rendering.painting import painted
from mailing.rendering.proofreading import said_in
from mailing.rendering.typesetting import DoesNotFit, Line, set_text, slot_named, undrawable_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mailing.rendering.art import Art
    from mailing.rendering.compiling import Key, Place
    from mailing.rendering.frames import Frame
    from mailing.rendering.sheets import Form, Sheet

# What is wrong with a text: slot, code, detail.
Problem = tuple[str, str, str]
Lines = tuple[Line, ...]


class SetSheets(NamedTuple):
    """The pages of some sheets as operators, and what these need of the file they will stand in.

    A page with problems, or for which something is missing, is empty. `missing` are the forms and shapes that have to be
    compiled first: then set the sheets again. `said` is what each page has to say (`proofreading.said_by`).
    """

    pages: list[bytes]
    said: list[str]
    problems: dict[int, list[Problem]]
    missing: list[Key]
    arts: dict[str, Art]
    signs: set[str]
    mixed: set[str]


class _Layout:
    """What all sheets of the same forms have in common. `frames` are found by how their codes and slots are filled."""

    def __init__(self, forms: tuple[Form, ...]) -> None:
        self.forms = forms
        self.slots = [slot.partition(".")[0] for form in forms for slot in form.slots]
        self.codes = [name for form in forms for name in form.codes]
        self.rooms = Rooms(self.slots)
        self.bars = self.codes.index("bars") if "bars" in self.codes else len(self.codes)
        self.frames: dict[bytes, Frame] = {}

    def wanting(self, ways: Sequence[int]) -> list[Problem]:
        """The slots without a text that must not be empty."""
        filled = zip(self.slots, ways[len(self.codes) :], strict=True)
        return [(slot, "empty", "") for slot, way in filled if not way and slot_named(slot).required]


class _Layouts(dict[tuple["Form", ...], _Layout]):
    """The layouts of this process."""

    def __missing__(self, forms: tuple[Form, ...]) -> _Layout:
        layout = self[forms] = _Layout(forms)
        return layout


_layouts = _Layouts()


def set_sheets(sheets: Sequence[Sheet]) -> SetSheets:
    """Set the sheets, whole groups of texts at a time."""
    return _Setting(sheets).done()


class _Setting:
    """Sheets in the making: their texts one after another, and where those of each sheet begin."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._layouts = [_layouts[sheet.forms] for sheet in sheets]
        self._texts = list(chain.from_iterable([sheet.texts for sheet in sheets]))
        self._starts = list(accumulate([len(layout.slots) for layout in self._layouts], initial=0))
        self._starts_of_codes = list(accumulate([len(layout.codes) for layout in self._layouts], initial=0))
        self._problems: dict[int, list[Problem]] = {}
        self._missing: list[Key] = []
        self._frames: set[Frame] = set()
        self._unusual: dict[int, dict[int, Lines]] = {}

    def done(self) -> SetSheets:
        """Every page, and what the pages need."""
        signs, odd = look_at(self._texts, [layout.rooms for layout in self._layouts])
        for place in sorted(odd):
            self._take_out(place)
        joined = BETWEEN.join(self._texts)
        codes = _escaped(joined.encode(SHORT_CODES)).split(BETWEEN.encode())
        names = chain.from_iterable([layout.codes for layout in self._layouts])
        images = painted(names, list(chain.from_iterable([sheet.payloads for sheet in self._sheets])))
        are_painted, are_filled = bytes(map(bool, images)), bytes(map(bool, codes))
        ends = zip(pairwise(self._starts_of_codes), pairwise(self._starts), strict=True)
        pages = [
            self._page(
                at, are_painted[begin:stop] + are_filled[start:end], images[begin:stop], codes[start:end]
            )
            for at, ((begin, stop), (start, end)) in enumerate(ends)
        ]
        said = [self._said(at, sheet) for at, sheet in enumerate(self._sheets)]
        with_care = [line.text for one in self._unusual.values() for lines in one.values() for line in lines]
        signs = signs.union(*map(signs_of, with_care))
        arts = {art.name: art for frame in self._frames for art in frame.arts}
        mixed = set(filter(None, map(mixed_in, with_care)))
        return SetSheets(pages, said, self._problems, self._missing, arts, signs, mixed)

    def _said(self, at: int, sheet: Sheet) -> str:
        """What a page has to say."""
        _forms, texts, payloads = sheet
        lines = self._line_by_line(at) if at in self._unusual else texts
        bars = self._layouts[at].bars
        said_bars = payloads[bars] if bars < len(payloads) else ""
        return said_in(filter(None, lines), payloads[:bars] + payloads[bars + 1 :], said_bars)

    def _line_by_line(self, at: int) -> Iterator[str]:
        """The lines of a page's texts after those that needed care were set."""
        with_care = self._unusual[at]
        for slot, text in enumerate(self._sheets[at].texts):
            if slot in with_care:
                yield from (line.text for line in with_care[slot])
            else:
                yield text

    def _where(self, place: int) -> tuple[int, int]:
        """The sheet of a text, and its place there."""
        at = bisect_right(self._starts, place) - 1
        return at, place - self._starts[at]

    def _take_out(self, place: int) -> None:
        """Set one text with care; among the others stands nothing instead of it."""
        at, slot = self._where(place)
        problems: list[Problem] = []
        lines = _set(self._layouts[at].slots[slot], self._texts[place], problems)
        self._unusual.setdefault(at, {})[slot] = lines
        if problems:
            self._problems.setdefault(at, []).extend(problems)
        self._texts[place] = ""

    def _page(self, at: int, ways: bytes, images: Sequence[bytes], filling: list[bytes]) -> bytes:
        """The operators of a page, or nothing."""
        layout = self._layouts[at]
        if unusual := self._unusual.get(at):
            ways = _with_lines(ways, len(images), unusual)
        frame = None if at in self._problems else layout.frames.get(ways)
        if frame is None and (frame := self._frame(at, ways)) is None:
            return b""
        self._frames.add(frame)
        if unusual:
            for slot, lines in unusual.items():
                filling[slot] = "".join(map(_text, frame.places[slot], lines)).encode("ascii")
        return frame.operators % (*images, *filling)

    def _frame(self, at: int, ways: bytes) -> Frame | None:
        """A frame of a kind that was not needed before, or nothing where the page cannot be set."""
        layout = self._layouts[at]
        if wanting := layout.wanting(ways):
            self._problems.setdefault(at, []).extend(wanting)
        if at in self._problems:
            return None
        try:
            frame = layout.frames[ways] = frame_of(layout.forms, ways)
        except NotCompiled as error:
            self._missing += error.missing
            return None
        return frame


def _escaped(codes: bytes) -> bytes:
    """Codes as they stand in a string of a page. The second byte of a sign may look like a backslash, never like a parenthesis."""
    return codes.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _with_lines(ways: bytes, before: int, unusual: Mapping[int, Lines]) -> bytes:
    """The ways in which a page is filled with these slots line by line; `before` them stand those of the page's codes."""
    changed = bytearray(ways)
    for slot, lines in unusual.items():
        changed[before + slot] = LINE_BY_LINE + max(1, len(lines))
    return bytes(changed)


def _set(slot: str, text: str, problems: list[Problem]) -> Lines:
    """The lines of a text; one that cannot be set exactly goes to the problems."""
    if undrawable := undrawable_in(text):
        problems.append((slot, *undrawable))
        return ()
    try:
        return set_text(text, slot_named(slot))
    except DoesNotFit as error:
        problems.append((slot, "does_not_fit", str(error)))
        return ()


def _text(place: Place, line: Line) -> str:
    text, squeeze = line
    operators = shown(place, *face().coded(text))
    return operators if squeeze == 1 else _squeezed(operators, place, squeeze)


def _squeezed(operators: str, place: Place, squeeze: float) -> str:
    """The same, scaled about the line's left end in a matrix of its own, as the layout engine does it: put into the text
    matrix, the scale would be rounded elsewhere and move a glyph by a hair."""
    return f"ET q {number(squeeze)} 0 0 1 {number(place.left * (1 - squeeze))} 0 cm BT\n{operators}ET Q BT\n"
