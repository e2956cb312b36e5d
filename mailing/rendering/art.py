"""Fixed art: what the layout engine drew of a block, as a Form XObject whose fonts are ours. What we cannot repeat is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailing.rendering.documents import CannotPrint, PrintStop
from mailing.rendering.faces import FAMILY

if TYPE_CHECKING:
    from collections.abc import Callable

    import pikepdf

# The names of the font resources the art is drawn with; codes are glyph ids.
REGULAR, BOLD = "F0", "B0"
_FACES = {FAMILY.replace(" ", "-"): REGULAR, f"{FAMILY.replace(' ', '-')}-Bold": BOLD}

_FONT = re.compile(rb"/(\S+) ([-\d.]+) Tf")
_STATE = re.compile(rb"^/(\S+) gs\n", re.MULTILINE)
_SHOWN = re.compile(rb"/(F0|B0) [-\d.]+ Tf|<([0-9a-f]+)>")
_PAINTED = re.compile(rb"^(?:f\*?|F|S|s|B\*?|b\*?|.* T[jJ])$", re.MULTILINE)
_FOREIGN = re.compile(rb"^(?:.* )?(Do|sh|BI|cs|CS|scn|SCN|Tr|BDC|BMC|d0|d1)$", re.MULTILINE)
# Blocks leave empty groups behind where their invisible texts were.
_EMPTY = re.compile(rb"^q\n(?:[-\d. ]+ cm\n)?Q\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Art:
    """A Form XObject's content, and the glyph ids it draws in the regular and the bold face; `name` depends on it alone."""

    name: str
    content: bytes
    regular: tuple[int, ...]
    bold: tuple[int, ...]

    @staticmethod
    def name_of(content: bytes) -> str:
        """The name of an art with this content."""
        return f"A{hashlib.sha256(content).hexdigest()[:12]}"


def art_of(page: pikepdf.Page, block: str) -> Art | None:
    """The art of a page on which the layout engine drew one block, or nothing if nothing is painted.

    :raises CannotPrint: the block uses what the press does not repeat: another face, transparency, images, patterns.
    """
    page.contents_coalesce()
    content = bytes(page.obj.Contents.read_bytes()) + b"\n"
    content = _FONT.sub(_renamed(page, block), content)
    content = _STATE.sub(_opaque(page, block), content)
    if foreign := _FOREIGN.search(content):
        raise refused(block, foreign.group(1).decode())
    shorter = _EMPTY.sub(b"", content)
    while shorter != content:
        content, shorter = shorter, _EMPTY.sub(b"", shorter)
    if not _PAINTED.search(content):
        return None
    glyphs: dict[str, set[int]] = {REGULAR: set(), BOLD: set()}
    face = REGULAR
    for font, codes in _SHOWN.findall(content):
        face = font.decode() or face
        glyphs[face].update(int(codes[at : at + 4], 16) for at in range(0, len(codes), 4))
    return Art(Art.name_of(content), content, tuple(sorted(glyphs[REGULAR])), tuple(sorted(glyphs[BOLD])))


def refused(block: str, what: str) -> CannotPrint:
    """The refusal of a template that the press cannot repeat exactly."""
    return CannotPrint((PrintStop("", block, "cannot_compile", what),))


def _renamed(page: pikepdf.Page, block: str) -> Callable[[re.Match[bytes]], bytes]:
    fonts = {
        str(name)[1:].encode(): str(font.BaseFont).partition("+")[2]
        for name, font in page.resources.get("/Font", {}).items()
    }

    def rename(match: re.Match[bytes]) -> bytes:
        family = fonts.get(match.group(1), "?")
        if family not in _FACES:
            raise refused(block, f"font {family}")
        return b"/%s %s Tf" % (_FACES[family].encode(), match.group(2))

    return rename


def _opaque(page: pikepdf.Page, block: str) -> Callable[[re.Match[bytes]], bytes]:
    states: Any = page.resources.get("/ExtGState", {})

    def drop(match: re.Match[bytes]) -> bytes:
        state: Any = states.get("/" + match.group(1).decode(), {})
        if any(key not in {"/ca", "/CA"} or float(value) != 1 for key, value in state.items()):
            raise refused(block, "transparency")
        return b""

    return drop
