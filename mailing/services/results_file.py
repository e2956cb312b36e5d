"""Reading a vendor's results file: row by row against what was ordered; what cannot be trusted refuses the whole file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.file_intake import BrokenRow, Column, RefusedFile, open_table
from japan.piece_number import is_piece_number
from japan.tracking_number import parse_tracking_number
from mailing.models import Envelope
from mailing.states import VendorOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailing.models import PrintBatch

PIECE, MAKE, OUTCOME = Column("piece_no", "封筒番号"), Column("make_no", "作成回"), Column("outcome", "結果")
# Where the vendor hands the pieces to the post itself, its file may say under which number each was accepted.
TRACKING = Column("tracking_no", "引受番号", optional=True)
COLUMNS = (PIECE, MAKE, OUTCOME, TRACKING)
MOST_MAKES = 999
# A file may hold some pieces nobody ordered, but not another batch's worth of them.
SPARE_ROWS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """One row: what is said about one make of one piece."""

    line: int
    piece_no: str
    make_no: int
    outcome: VendorOutcome
    tracking_no: str = ""


@dataclass(slots=True)
class ResultsFile:
    """What a file says: fresh answers with their envelopes, and the rows that no answer can come of."""

    said: Counter[VendorOutcome] = field(default_factory=Counter)
    fresh: list[tuple[Answer, Envelope]] = field(default_factory=list)
    tracked: list[tuple[Answer, Envelope]] = field(default_factory=list)
    repeated: int = 0
    duplicate: list[tuple[Answer, Envelope]] = field(default_factory=list)
    surplus: list[tuple[Answer, Envelope]] = field(default_factory=list)
    unknown: list[Answer] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.said.total()


def read_results(path: Path, *, file_name: str, batch: PrintBatch) -> ResultsFile:
    """Read a results file against what was ordered with the batch.

    :raises RefusedFile: naming file, line, column and rule: what `open_table` refuses; `broken_row`, `broken_piece_no`, `broken_tracking_no`, `repeated_tracking_no`,
        `broken_make_no`, `unknown_outcome`, `repeated_piece` (another outcome for a make in the same file), `contradicts`
        (another outcome or 引受番号 than was recorded before), `foreign_piece` (of another batch), `foreign_file` (nothing in it was
        ordered), `too_many_rows`.
    """
    return _Reader(path, file_name, batch).read()


class _Reader:
    def __init__(self, path: Path, file_name: str, batch: PrintBatch) -> None:
        self._path = path
        self._file_name = file_name
        self._most = max(2 * (batch.ordered or 0), (batch.ordered or 0) + SPARE_ROWS)
        inside = batch.envelopes.in_bulk(field_name="piece_no")
        results = list(batch.results.select_related("envelope"))
        self._ours = {result.envelope.piece_no: result.envelope for result in results} | inside
        self._ordered = {(number, envelope.make_no) for number, envelope in inside.items()}
        self._known = {(result.envelope.piece_no, result.make_no): result.outcome for result in results}

    def read(self) -> ResultsFile:
        found, seen, accepted = ResultsFile(), dict[tuple[str, int], Answer](), dict[str, Answer]()
        for answer in self._answers():
            found.said[answer.outcome] += 1
            if found.rows > self._most:
                message = _("発注より行数が多すぎます（発注%(most)d通）。") % {"most": len(self._ours)}
                raise self._refused("too_many_rows", answer.line, message)
            first = seen.setdefault((answer.piece_no, answer.make_no), answer)
            self._sort(found, answer, first)
            self._track(found, answer, accepted)
        strangers = len(found.unknown)
        if strangers and strangers == found.rows:
            raise self._refused("foreign_file", 2, _("このバッチの封筒が1通もありません。"), PIECE)
        self._refuse_foreign(found.unknown)
        return found

    def _sort(self, found: ResultsFile, answer: Answer, first: Answer) -> None:
        key = (answer.piece_no, answer.make_no)
        envelope, recorded = self._ours.get(answer.piece_no), self._known.get(key)
        if first.outcome != answer.outcome:
            message = _("%(line)d行目と結果が異なります。") % {"line": first.line}
            raise self._refused("repeated_piece", answer.line, message, OUTCOME)
        if envelope is None:
            found.unknown.append(answer)
        elif first is not answer:
            found.duplicate.append((answer, envelope))
        elif recorded is not None and recorded != answer.outcome:
            message = _("すでに別の結果が記録されています。")
            raise self._refused("contradicts", answer.line, message, OUTCOME)
        elif recorded is not None:
            found.repeated += 1
        elif key in self._ordered:
            found.fresh.append((answer, envelope))
        else:
            found.surplus.append((answer, envelope))

    def _track(self, found: ResultsFile, answer: Answer, accepted: dict[str, Answer]) -> None:
        """Keep the number under which the post accepted a piece of this batch; one number is one piece."""
        envelope = self._ours.get(answer.piece_no)
        if not answer.tracking_no or envelope is None:
            return
        first = accepted.setdefault(answer.tracking_no, answer)
        if first.piece_no != answer.piece_no:
            message = _("%(line)d行目と同じ引受番号です。") % {"line": first.line}
            raise self._refused("repeated_tracking_no", answer.line, message, TRACKING)
        if envelope.tracking_no not in {"", answer.tracking_no}:
            message = _("すでに別の引受番号が記録されています。")
            raise self._refused("contradicts", answer.line, message, TRACKING)
        if not envelope.tracking_no:
            found.tracked.append((answer, envelope))

    def _refuse_foreign(self, unknown: list[Answer]) -> None:
        numbers = {answer.piece_no: answer for answer in reversed(unknown)}
        elsewhere = Envelope.objects.filter(piece_no__in=numbers).values_list("piece_no", flat=True)
        lines = sorted(numbers[number].line for number in elsewhere)
        if lines:
            raise self._refused("foreign_piece", lines[0], _("このバッチの封筒ではありません。"), PIECE)

    def _answers(self) -> Iterator[Answer]:
        try:
            table = open_table(self._path, COLUMNS)
        except RefusedFile as refusal:
            raise RefusedFile(refusal.code, self._named(refusal.message, refusal.code)) from None
        for row in table:
            if isinstance(row, BrokenRow):
                raise self._refused("broken_row", row.line, row.message)
            piece_no, make_no, outcome, written = (row.values[column.name] for column in COLUMNS)
            if not is_piece_number(piece_no):
                message = _("封筒番号の形または検査数字が正しくありません。")
                raise self._refused("broken_piece_no", row.line, message, PIECE)
            if not (make_no.isascii() and make_no.isdecimal() and 1 <= int(make_no[:9]) <= MOST_MAKES):
                raise self._refused("broken_make_no", row.line, _("作成回が数字ではありません。"), MAKE)
            if outcome not in VendorOutcome.values:
                raise self._refused("unknown_outcome", row.line, _("結果の値が正しくありません。"), OUTCOME)
            tracking_no = parse_tracking_number(written) if written else ""
            if tracking_no is None:
                message = _("引受番号の形または検査数字が正しくありません。")
                raise self._refused("broken_tracking_no", row.line, message, TRACKING)
            yield Answer(row.line, piece_no, int(make_no), VendorOutcome(outcome), tracking_no)

    def _refused(self, code: str, line: int, message: str, column: Column | None = None) -> RefusedFile:
        place = _("%(line)d行目") % {"line": line}
        if column:
            place += _(" 列「%(column)s」") % {"column": column.header}
        return RefusedFile(code, self._named(f"{place}: {message}", code))

    def _named(self, message: str, code: str) -> str:
        return f"{self._file_name} {message}［{code}］"
