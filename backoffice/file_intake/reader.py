"""Streaming through a file: every data row once, as text, with the line it starts on."""

from __future__ import annotations

import csv
import hashlib
import os
from operator import attrgetter
from typing import TYPE_CHECKING, TextIO, TypeVar

from django.utils.translation import gettext as _

from backoffice.file_intake.columns import Column, RefusedFile, read_header
from backoffice.file_intake.cutting import Cut
from backoffice.file_intake.lines import Lines
from backoffice.file_intake.parts import BrokenRow, Row, Stretch
from japan.blanks import trim
from japan.encoding import UndecodableFile, detect_encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

Whole = TypeVar("Whole")
MOST_LINES_OF_A_ROW = 20
_BLOCK = 1 << 20


class Table:
    """An opened file whose encoding and header are right; iterate for its rows. Memory stays flat.

    `bytes_read` tells roughly how far an iteration is within `size`.
    """

    def __init__(self, path: Path, encoding: str, sha256: str, columns: Sequence[Column]) -> None:
        self.path = path
        self.encoding = encoding
        self.sha256 = sha256
        self.size = path.stat().st_size
        self.bytes_read = 0
        self._columns = columns

    def __iter__(self) -> Iterator[Row | BrokenRow]:
        for part in self.stretches():
            if isinstance(part, Stretch):
                yield from _rows_of(part)
            else:
                yield part

    def stretches(self) -> Iterator[Stretch | Row | BrokenRow]:
        """The same rows in their order, but those that are easily cut many at a time, for work column by column.

        A row that is hard to cut (a line break within quotes) comes by itself.
        """
        return self.parts(_leave_it)

    def parts(
        self, cut_whole: Callable[[str, int, Cut], Whole | None]
    ) -> Iterator[Whole | Stretch | Row | BrokenRow]:
        """As `stretches`, but `cut_whole` is shown each text of whole lines first, with the number of its first line; what it
        makes nothing of is cut here."""
        with self._open() as file:
            lines = Lines(file)
            cut = Cut(self._header(lines), self._columns)
            part: Whole | Stretch | Row | BrokenRow | None
            while True:
                if whole := _whole(lines, cut, cut_whole):
                    self.bytes_read = file.buffer.tell()
                    yield whole
                    continue
                part = None if lines.singly() else cut.block(lines)
                if part is None:
                    text = next(lines, None)
                    if text is None:
                        break
                    part = _row(lines, text, cut) if text.strip("\r\n") else None
                self.bytes_read = file.buffer.tell()
                if part is not None:
                    yield part
            self.bytes_read = self.size

    def check_header(self) -> None:
        """
        :raises RefusedFile: the file has no header row, or not the documented columns.
        """
        with self._open() as file:
            self._header(Lines(file))

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")

    def _header(self, lines: Lines) -> list[str]:
        try:
            cells = next(csv.reader([next(lines)], strict=True), [])
        except StopIteration:
            raise RefusedFile("empty_file", _("ファイルが空です。")) from None
        except csv.Error:
            raise RefusedFile(
                "broken_header", _("1行目: 見出しの引用符の使い方が正しくありません。")
            ) from None
        return read_header(cells, self._columns)


def _leave_it(_text: str, _first: int, _cut: Cut) -> None:
    """For those who take everything as it is cut here."""


def _whole(lines: Lines, cut: Cut, cut_whole: Callable[[str, int, Cut], Whole | None]) -> Whole | None:
    text = lines.text()
    if text is None:
        return None
    whole = cut_whole(text, lines.read + 1, cut)
    if whole is None:
        lines.not_taken(text)
    else:
        lines.taken(text)
    return whole


def trimmed_row(stretch: Stretch, place: int) -> Row:
    """One row of a stretch, by its place in it."""
    values = {name: trim(cells[place]) for name, cells in stretch.cells.items()}
    return Row(stretch.lines[place], values)


def _rows_of(stretch: Stretch) -> Iterator[Row | BrokenRow]:
    names = tuple(stretch.cells)
    rows: list[Row | BrokenRow] = [
        Row(line, dict(zip(names, map(trim, cells), strict=True)))
        for line, cells in zip(stretch.lines, zip(*stretch.cells.values(), strict=True), strict=True)
    ]
    return iter(sorted([*rows, *stretch.broken], key=attrgetter("line")) if stretch.broken else rows)


def _row(lines: Lines, text: str, cut: Cut) -> Row | BrokenRow:
    start = lines.read
    cells = _cells(lines, text, cut.width)
    if cells is None:
        return BrokenRow(start, "broken_quotes", _('引用符（"）の使い方が正しくありません。'))
    if any("\0" in cell for cell in cells):
        return BrokenRow(start, "nul_character", _("使用できない制御文字（NUL）が含まれています。"))
    if len(cells) != cut.width:
        return cut.uncountable(start, len(cells))
    return Row(start, {**dict(zip(cut.order, map(trim, cells), strict=True)), **cut.absent})


def _cells(lines: Lines, text: str, width: int) -> list[str] | None:
    """The cells of the row that starts with this line; nothing where its quotes do not come out.

    A cell may hold a line break; but a quote left open breaks its own row only and never swallows its
    neighbours: what was read on is taken only if it makes up a row of the right width, and given back
    otherwise.
    """
    taken: list[str] = []

    def feed() -> Iterable[str]:
        yield text
        while len(taken) < MOST_LINES_OF_A_ROW - 1 and (line := next(lines, None)) is not None:
            taken.append(line)
            yield line

    try:
        cells = next(csv.reader(feed(), strict=True))
    except csv.Error:
        cells = None
    if taken and (cells is None or len(cells) != width):
        lines.give_back(taken)
        return None
    return cells


def open_table(path: Path, columns: Sequence[Column]) -> Table:
    """Open a file whose bytes are valid in a documented encoding and whose header has the documented columns.

    :raises RefusedFile: `missing_file`, `undecodable`, `empty_file`, `broken_header`, `unknown_column`,
        `repeated_column`, `missing_column`.
    """
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise RefusedFile("missing_file", _("ファイルが見つからないか、読み取れません。"))
    try:
        encoding = detect_encoding(path)
    except UndecodableFile:
        raise RefusedFile(
            "undecodable",
            _("文字コードがUTF-8でもCP932でもないため、ファイル全体を受け付けません。"),
        ) from None
    table = Table(path, encoding, _sha256(path), columns)
    table.check_header()
    return table


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
