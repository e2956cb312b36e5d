"""CSV files as an answer to the browser: streamed row by row, formulas neutralised."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse

from backoffice.csv_export import neutralised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A download `name`.csv in UTF-8 with a byte order mark, as spreadsheets want it.

    `name` is an opaque number or a word, never a person.
    """

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line(), lineterminator="\r\n")
        yield "\ufeff" + writer.writerow(header)
        for row in rows:
            yield writer.writerow([neutralised("" if cell is None else str(cell)) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
