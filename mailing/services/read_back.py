"""Reading a finished file back: every text and code on every page is what the tables say now (design §4.5). What cannot be read
counts as wrong."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from mailing.rendering.proofreading import content_hash, said_by, wrong_pages
from mailing.rendering.reading import read_pages
from mailing.rendering.sheets import sheets_of
from mailing.rendering.typesetting import DoesNotFit
from mailing.services.chunks import envelopes_of
from mailing.services.documents import drafts_of, facts_of
from mailing.states import StopCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailing.models import RenderChunk
    from mailing.rendering.reading import Reading
    from mailing.services.documents import Draft


class Misprint(NamedTuple):
    """The first page (from 1) that does not say what it has to, whose envelope it is and in which chunk it was made."""

    chunk_id: int
    piece_no: str
    page: int


def misprinted(content: bytes, chunks: Iterable[RenderChunk]) -> Misprint | None:
    """Compare a file page by page with the envelopes of the chunks, in order; the first difference, or nothing.

    What is read from the bytes has to be what each envelope has on record as its content (`content_sha256`). Where the tables no
    longer say what they said when the record was made, or a page differs, the chunk is laid out again from the tables and
    compared text by text. One page too many at the end is a difference, too.
    """
    pages, page = read_pages(content), 1
    chunk = None
    for chunk in chunks:
        read = _next(pages, chunk.pages or 0)
        if wrong := _first_wrong(chunk, read, page):
            return wrong
        page += len(read)
    if chunk and _next(pages, 1):
        last = envelopes_of(chunk).order_by("-position").values_list("piece_no", flat=True)[0]
        return Misprint(chunk.pk, last, page)
    return None


def _next(pages: Iterator[Reading], count: int) -> list[Reading]:
    """The next pages of a file; fewer where one cannot be read or none is left."""
    read: list[Reading] = []
    with suppress(pikepdf.PdfError, LookupError, ValueError):
        read.extend(islice(pages, count))
    return read


def _first_wrong(chunk: RenderChunk, read: list[Reading], page: int) -> Misprint | None:
    """The first page of a chunk that is wrong; the pages read for it begin at `page` of the file."""
    envelopes = envelopes_of(chunk).order_by("position", "pk")
    contents = envelopes.values_list("pk", "pages", "content_sha256")
    recorded = {pk: (pages or 0, content) for pk, pages, content in contents}
    left = iter(read)
    if (
        len(read) == chunk.pages
        and all(
            content_hash(map(said_by, islice(left, pages))) == content for pages, content in recorded.values()
        )
        and chunk.facts
        and chunk.facts == facts_of(envelopes, list(recorded))
    ):
        return None
    left = iter(read)
    for draft in drafts_of(envelopes):
        pages, content = recorded[draft.pk]
        wrong = _wrong_page(draft, list(islice(left, pages)), content)
        if wrong is not None:
            return Misprint(chunk.pk, draft.sheets.piece_no, page + wrong)
        page += pages
    return None


def _wrong_page(draft: Draft, read: list[Reading], content: str) -> int | None:
    """The first page (from 0) of an envelope that does not say what the tables say now, or nothing. A held person's is wrong."""
    try:
        wrong = wrong_pages(iter(read), sheets_of(draft.sheets))
    except DoesNotFit:
        return 0
    if wrong or draft.stop == StopCode.HELD_PERSON:
        return wrong[0] if wrong else 0
    return None if content == content_hash(map(said_by, read)) else 0
