"""引抜きリスト as a file: what must not be posted though it stands in the printed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.queries import pull_list
from mailing.queries.parcels import parcels_of
from mailing.rendering.sheets import MOST_INNER
from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from mailing.models import PrintBatch

PULL_LIST_HEADER = ("piece_no", "make_no", "pages", "first_page", "letter_piece_no", "letter_page")


def pull_list_rows(batch: PrintBatch) -> list[tuple[str | int | None, ...]]:
    """The pull list below `PULL_LIST_HEADER`, in the file's order.

    The last two columns say where the letter to an employer lies that names the piece, so that its line is struck out and, where
    the letter lies before the pulled piece itself, the letter stays with the rest; they are empty for a piece to somebody's home.
    """
    pulled = list(pull_list(batch))
    parcels = parcels_of([one for one in pulled if one.kind == EnvelopeKind.EMPLOYER], most=MOST_INNER)
    letters = {piece: begins for begins, pieces in parcels.items() for piece in pieces}
    pages = dict(batch.envelopes.filter(pk__in=parcels).values_list("pk", "first_page"))
    rows: list[tuple[str | int | None, ...]] = []
    for one in pulled:
        begins = letters.get(one.piece_no)
        letter = (parcels[begins][0], pages[begins]) if begins else ("", "")
        rows.append((one.piece_no, one.make_no, one.pages, one.first_page, *letter))
    return rows
