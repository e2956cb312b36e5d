"""A template that uses what the press does not repeat is refused by name, before anything is printed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pikepdf
import pytest

from mailing.rendering import pages
from mailing.rendering.art import Art, art_of
from mailing.rendering.compiling import Compiler
from mailing.rendering.documents import CannotPrint
from mailing.rendering.sheets import form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def write_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`write_card(html)`: the template of the block `card` for one test."""
    folder = tmp_path / "print"
    shutil.copytree(pages.TEMPLATES, folder)
    monkeypatch.setattr(pages, "TEMPLATES", folder)
    pages._engine.cache_clear()

    def write(html: str) -> None:
        (folder / "card.html").write_text(html, encoding="utf-8")
        pages._engine.cache_clear()

    yield write
    pages._engine.cache_clear()


def compiled(slots: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> Compiler:
    compiler = Compiler()
    compiler.compile([(form("card", (), slots, codes), bytes(len(slots) * [1]))])
    return compiler


SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9' fill-opacity='.5'/></svg>"


@pytest.mark.parametrize(
    ("html", "slots", "told"),
    [
        ("<p style='opacity:.5'>資格</p>", (), r"card: cannot_compile (transparency|Do)"),
        (f"<div>{SVG}</div>", (), r"card: cannot_compile transparency"),
        ("<p style='background:linear-gradient(red,blue)'>資格</p>", (), r"card: cannot_compile cs"),
        ("<p>資格</p>", ("card_name",), r"card: cannot_compile a slot is missing"),
        (
            "<p>{% slot 'card_name' %}{% slot 'card_name' %}</p>",
            ("card_name",),
            r"card: cannot_compile a slot is missing, doubled",
        ),
        ("<p><style>.text{color:red!important}</style>{% slot 'card_name' %}</p>", ("card_name",), r"colour"),
        ("<p>一</p></section><section class='sheet'><p>二</p>", (), r"card: cannot_compile more than a page"),
        ("<p data-bottom='5'>資格<br>確認<br>書</p>", (), r"card: does_not_fit data-bottom"),
        ("<img src='file:///nowhere.png'>", (), r"layout_warning Failed to load image"),
    ],
)
def test_what_the_press_cannot_repeat_is_refused(
    write_card: Callable[[str], None], html: str, slots: tuple[str, ...], told: str
) -> None:
    write_card(html)
    with pytest.raises(CannotPrint, match=told):
        compiled(slots)


def test_a_block_without_the_place_of_its_code_is_refused(write_card: Callable[[str], None]) -> None:
    write_card("<div>{% slot 'card_name' %}</div>")
    with pytest.raises(CannotPrint, match=r"card: cannot_compile a code is missing"):
        compiled(("card_name",), ("card_code",))


def test_a_block_is_compiled_once_and_blank_art_is_none(write_card: Callable[[str], None]) -> None:
    write_card("<div>{% slot 'card_name' %}</div>")
    compiler = compiled(("card_name",))
    [block] = compiler.known.values()
    assert (block.art, len(block.lines[0])) == (None, 1)
    write_card("<p style='opacity:.5'>would be refused</p>")
    compiler.compile([(form("card", (), ("card_name",)), b"\x01")])
    assert list(compiler.known.values()) == [block]


def art_from(operators: bytes, resources: str) -> Art | None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.obj.Contents = pdf.make_stream(operators)
        page.obj.Resources = pikepdf.Object.parse(resources.encode())
        return art_of(page, "card")


NOTO = "<</Font<</AAAAAA<</BaseFont/AAAAAA+Noto-Sans-CJK-JP>>/BBBBBB<</BaseFont/BBBBBB+Noto-Sans-CJK-JP-Bold>>>>>>"


def test_art_names_the_glyphs_of_both_faces() -> None:
    art = art_from(b"BT\n/AAAAAA 9 Tf\n[<00010002>0<0003>] TJ\n/BBBBBB 9 Tf\n[<0004>] TJ\nET\n", NOTO)
    assert art is not None
    assert (art.regular, art.bold) == ((1, 2, 3), (4,))
    assert b"/F0 9 Tf" in art.content


@pytest.mark.parametrize(
    ("operators", "resources", "told"),
    [
        (
            b"BT\n/AAAAAA 9 Tf\n[<0001>] TJ\nET\n",
            NOTO.replace("Noto-Sans-CJK-JP", "DejaVu-Sans"),
            "font DejaVu-Sans",
        ),
        (b"/a1 gs\n0 0 9 9 re\nf\n", "<</ExtGState<</a1<</ca .5>>>>>>", "transparency"),
        (b"/a1 gs\n0 0 9 9 re\nf\n", "<</ExtGState<</a1<</SMask/None>>>>>>", "transparency"),
        (b"/x1 Do\n", "<<>>", "Do"),
        (b"/s1 sh\n", "<<>>", "sh"),
        (b"/p1 scn\n", "<<>>", "scn"),
    ],
)
def test_art_of_anything_else_is_refused(operators: bytes, resources: str, told: str) -> None:
    with pytest.raises(CannotPrint, match=f"card: cannot_compile {told}"):
        art_from(operators, resources)
