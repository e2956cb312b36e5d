"""Streaming through a file: every data row once, as text, with the line it starts on."""

from __future__ import annotations

import csv
import hashlib
import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from django.utils.translation import gettext as _

from backoffice.file_intake.columns import Column, RefusedFile, read_header
from japan.blanks import trim
from japan.encoding import UndecodableFile, detect_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_LINE_CHARACTERS = 1 << 20
MOST_LINES_OF_A_ROW = 20
_BLOCK = 1 << 20
_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: the physical line it starts on (the header is line 1), its trimmed cells by column name."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A data row that cannot be cut into its cells: `rule` is a stable code."""

    line: int
    rule: str
    message: str


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
        with self._open() as file:
            lines = _Lines(file)
            order = self._header(lines)
            absent = {column.name: "" for column in self._columns if column.name not in order}
            for text in lines:
                if lines.read % _TELL_EVERY == 0:
                    self.bytes_read = file.buffer.tell()
                if text.strip("\r\n"):
                    yield _row(lines, text, order, absent)
            self.bytes_read = self.size

    def check_header(self) -> None:
        """
        :raises RefusedFile: the file has no header row, or not the documented columns.
        """
        with self._open() as file:
            self._header(_Lines(file))

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")

    def _header(self, lines: _Lines) -> list[str]:
        try:
            cells = next(csv.reader([next(lines)], strict=True), [])
        except StopIteration:
            raise RefusedFile("empty_file", _("ファイルが空です。")) from None
        except csv.Error:
            raise RefusedFile(
                "broken_header", _("1行目: 見出しの引用符の使い方が正しくありません。")
            ) from None
        return read_header(cells, self._columns)


class _Lines:
    """Physical lines, counted; a line over the limit refuses the file instead of filling the memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._file.readline(MOST_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.read += 1
        if len(line) >= MOST_LINE_CHARACTERS:
            raise RefusedFile("line_too_long", _("%(line)d行目: 1行が長すぎます。") % {"line": self.read})
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        """These were the last lines read; they are read again."""
        self._returned.extendleft(reversed(lines))
        self.read -= len(lines)


def _row(lines: _Lines, text: str, order: list[str], absent: dict[str, str]) -> Row | BrokenRow:
    start = lines.read
    cells = _cells(lines, text, len(order))
    if cells is None:
        return BrokenRow(start, "broken_quotes", _('引用符（"）の使い方が正しくありません。'))
    if any("\0" in cell for cell in cells):
        return BrokenRow(start, "nul_character", _("使用できない制御文字（NUL）が含まれています。"))
    if len(cells) != len(order):
        message = _("列の数が見出しと合いません（見出し%(expected)d列、この行%(found)d列）。")
        return BrokenRow(start, "column_count", message % {"expected": len(order), "found": len(cells)})
    return Row(start, {**dict(zip(order, map(trim, cells), strict=True)), **absent})


def _cells(lines: _Lines, text: str, width: int) -> list[str] | None:
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
