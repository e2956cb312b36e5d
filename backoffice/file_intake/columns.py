"""The columns of a file and how its header row is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from japan.blanks import trim

if TYPE_CHECKING:
    from collections.abc import Sequence


class RefusedFile(Refused):
    """The whole file was refused; nothing of it was taken in."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its English name, its Japanese header, whether the file may come without it."""

    name: str
    header: str
    optional: bool = False


def read_header(cells: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The column name of each cell of the header row, in the file's order.

    :raises RefusedFile: `unknown_column`, `repeated_column` or `missing_column`, naming the column.
    """
    names = {heading: column.name for column in columns for heading in (column.name, column.header)}
    order: list[str] = []
    for cell in cells:
        name = names.get(trim(cell))
        if name is None:
            raise RefusedFile(
                "unknown_column",
                _("1行目: 列「%(column)s」は定められた列ではありません。") % {"column": trim(cell)[:40]},
            )
        if name in order:
            raise RefusedFile(
                "repeated_column", _("1行目: 列「%(column)s」が2回以上あります。") % {"column": trim(cell)}
            )
        order.append(name)
    for column in columns:
        if column.name not in order and not column.optional:
            raise RefusedFile(
                "missing_column", _("1行目: 列「%(column)s」がありません。") % {"column": column.header}
            )
    return order
