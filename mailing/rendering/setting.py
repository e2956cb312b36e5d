"""Setting sheets: texts become codes of the face, and with codes and art the operators of a page. The inner loop of the press.

Nearly every text stands on one line as it is, in signs that code themselves. A page of such texts is filled into its frame, all
at once; a page with any other text takes the careful way through `typesetting`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.codes import image_of
from mailing.rendering.compiling import number
from mailing.rendering.faces import face, mixed_in, signs_of
from mailing.rendering.frames import ABSENT, AS_IT_IS, LINE_BY_LINE, NotCompiled, frame_of, shown
from mailing.rendering.typesetting import DoesNotFit, Line, set_text, slot_named, undrawable_in

if TYPE_CHECKING:
    from mailing.rendering.art import Art
    from mailing.rendering.compiling import Key, Place
    from mailing.rendering.frames import Frame
    from mailing.rendering.sheets import Form, Sheet
    from mailing.rendering.slots import Slot

_MOST_KEPT = 5_000

# What is wrong with a text: slot, code, detail.
Problem = tuple[str, str, str]
Lines = tuple[Line, ...]


class _Unusual(Exception):
    """A text that does not stand on one line as it is."""


class _Codes(dict[str, str]):
    """Of one slot: texts that stand on one line as they are, and their codes in hexadecimal digits.

    :raises _Unusual: on looking up any other text.
    """

    def __init__(self, slot: Slot) -> None:
        super().__init__({"": ""})
        self._is_plain = face().is_plain
        self._room = slot.room
        # No plain sign is wider than an em.
        self._surely_fits = int(slot.room // 1000)
        self._repeats = slot.repeats

    def __missing__(self, text: str) -> str:
        if not self._is_plain(text):
            raise _Unusual
        if len(text) > self._surely_fits and (face().plain_width(text) or 0) > self._room:
            raise _Unusual
        codes = text.encode("utf-16-be").hex()
        if self._repeats and len(self) < _MOST_KEPT:
            self[text] = codes
        return codes


@cache
def _codes_for(slot: str) -> _Codes:
    return _Codes(slot_named(slot))


class _Columns(NamedTuple):
    """The slots of a page with their codes, and the names of the page's codes."""

    slots: list[str]
    codes: list[_Codes]
    names: list[str]


@cache
def _columns(forms: tuple[Form, ...]) -> _Columns:
    slots = [slot.partition(".")[0] for form in forms for slot in form.slots]
    return _Columns(slots, list(map(_codes_for, slots)), [name for form in forms for name in form.codes])


_frames: dict[tuple[tuple[Form, ...], bytes], Frame] = {}


class Setter:
    """Sets the pages of an envelope, and gathers what they need from the file they will stand in.

    `missing` are the forms and shapes that have to be compiled first: then set the envelope again.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.missing: list[Key] = []
        self.arts: list[tuple[Art, ...]] = []
        self.plain: list[str] = []
        self.unusual: list[str] = []

    def page_of(self, sheet: Sheet) -> str:
        """The operators of a page. They are whole only if there are no problems and nothing is missing."""
        forms = tuple([block.form for block in sheet])
        texts = [text for block in sheet for text in block.texts]
        payloads = [payload for block in sheet for payload in block.payloads]
        columns = _columns(forms)
        try:
            filling = [codes[text] for codes, text in zip(columns.codes, texts, strict=True)]
        except _Unusual:
            return self._with_unusual(forms, texts, payloads)
        if "" in texts:
            self.problems += _empty(columns.slots, texts)
        self.plain += texts
        frame = self._frame(forms, payloads, bytes(map(bool, texts)))
        return frame.operators % (*map(image_of, columns.names, payloads), *filling) if frame else ""

    def _with_unusual(self, forms: tuple[Form, ...], texts: list[str], payloads: list[str]) -> str:
        """The same where a text does not stand on one line as it is."""
        slots, known, names = _columns(forms)
        filling, ways, unusual = [], [], {}
        for place, (slot, codes, text) in enumerate(zip(slots, known, texts, strict=True)):
            try:
                filling.append(codes[text])
                ways.append(AS_IT_IS if text else ABSENT)
                self.plain.append(text)
            except _Unusual:
                unusual[place] = lines = _set(slot, text, self.problems)
                filling.append("")
                ways.append(LINE_BY_LINE + len(lines) if lines else ABSENT)
                self.unusual += [line.text for line in lines]
        self.problems += _empty(slots, texts)
        frame = self._frame(forms, payloads, bytes(ways))
        if frame is None:
            return ""
        for place, lines in unusual.items():
            filling[place] = "".join(map(_text, frame.places[place], lines))
        return frame.operators % (*map(image_of, names, payloads), *filling)

    def _frame(self, forms: tuple[Form, ...], payloads: list[str], ways: bytes) -> Frame | None:
        there = bytes(map(bool, payloads))
        frame = _frames.get((forms, there + ways))
        if frame is None:
            try:
                frame = _frames[forms, there + ways] = frame_of(forms, there, ways)
            except NotCompiled as error:
                self.missing += error.missing
                return None
        self.arts.append(frame.arts)
        return frame


def _empty(slots: list[str], texts: list[str]) -> list[Problem]:
    """The slots without a text that must not be empty."""
    return [
        (slot, "empty", "")
        for slot, text in zip(slots, texts, strict=True)
        if not text and slot_named(slot).required
    ]


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


def signs_in(plain: set[str], unusual: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The signs of texts, and the special signs of each that needs a font resource of its own."""
    signs = set("".join(plain))
    for text in unusual:
        signs.update(signs_of(text))
    return frozenset(signs), frozenset(filter(None, map(mixed_in, unusual)))
