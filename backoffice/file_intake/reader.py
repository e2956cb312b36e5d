"""Streaming through a file: every data row once, as text, with the line it starts on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from backoffice.file_intake.columns import Column, RefusedFile, read_header
from japan.blanks import trim
from japan.encoding import UndecodableFile, detect_encoding

MOST_LINE_CHARACTERS = 1 << 20
_BLOCK = 1 << 20
_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: the physical line it starts on (the header is line 1) and its trimmed cells by column name."""

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
                    yield self._row(lines.read, text, order, absent)

    def check_header(self) -> None:
        """
        :raises RefusedFile: the file has no header row, or not the documented columns.
        """
        with self._open() as file:
            self._header(_Lines(file))

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")

    def _header(self, lines: Iterator[str]) -> list[str]:
        try:
            cells = _cells(next(lines))
        except StopIteration:
            raise RefusedFile("empty_file", _("ファイルが空です。")) from None
        except csv.Error:
            raise RefusedFile("broken_header", _("1行目: 見出しの引用符の使い方が正しくありません。")) from None
        return read_header(cells, self._columns)

    @staticmethod
    def _row(line: int, text: str, order: list[str], absent: dict[str, str]) -> Row | BrokenRow:
        if "\0" in text:
            return BrokenRow(line, "nul_character", _("使用できない制御文字（NUL）が含まれています。"))
        try:
            cells = _cells(text)
        except csv.Error:
            return BrokenRow(line, "broken_quotes", _("引用符（\"）の使い方が正しくありません。"))
        if len(cells) != len(order):
            message = _("列の数が見出しと合いません（見出し%(expected)d列、この行%(found)d列）。")
            return BrokenRow(line, "column_count", message % {"expected": len(order), "found": len(cells)})
        return Row(line, {**dict(zip(order, map(trim, cells), strict=True)), **absent})


def _cells(text: str) -> list[str]:
    """The cells of one physical line. No documented field holds a line break, so a quote left open breaks its own row
    only and never swallows its neighbours."""
    return next(csv.reader([text], strict=True), [])


class _Lines:
    """Physical lines, counted; a line over the limit refuses the file instead of filling the memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MOST_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.read += 1
        if len(line) >= MOST_LINE_CHARACTERS:
            raise RefusedFile("line_too_long", _("%(line)d行目: 1行が長すぎます。") % {"line": self.read})
        return line


def open_table(path: Path, columns: Sequence[Column]) -> Table:
    """Open a file whose bytes are valid in a documented encoding and whose header holds the documented columns.

    :raises RefusedFile: `missing_file`, `undecodable`, `empty_file`, `broken_header`, `unknown_column`,
        `repeated_column`, `missing_column`.
    """
    if not path.is_file():
        raise RefusedFile("missing_file", _("ファイルが見つかりません。"))
    try:
        encoding = detect_encoding(path)
    except UndecodableFile:
        raise RefusedFile(
            "undecodable", _("文字コードがUTF-8でもCP932（Shift_JIS）でもないため、ファイル全体を受け付けません。")
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
