"""Looking at what is printed: pages cut from the real file, or an envelope drawn now where there is none yet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
from django.utils.translation import gettext as _

from backoffice.languages import listed
from backoffice.refusal import Refused
from mailing.models import Envelope
from mailing.rendering.documents import CannotPrint
from mailing.rendering.press import render
from mailing.services.documents import drafts_of
from mailing.services.file_store import ARTIFACTS, stored
from mailing.services.finishing import BATCH_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from mailing.models import PrintBatch

SCREEN_DPI = 110
_POINTS_PER_INCH = 72


def batch_file_path(batch: PrintBatch) -> Path:
    """Where the file of the batch's present revision lies.

    :raises Refused: `no_file`: it is not rendered, or the file is gone.
    """
    artifact = batch.artifacts.filter(revision=batch.revision, name=BATCH_FILE).first()
    path = stored(ARTIFACTS, artifact.sha256) if artifact else None
    if path is None or not path.is_file():
        raise Refused(
            "no_file", _("バッチ %(number)s の印刷ファイルはまだありません。") % {"number": batch.number}
        )
    return path


def page_picture(batch: PrintBatch, *, page: int) -> bytes:
    """One page of the batch's file, counted from 1, as a PNG for the screen.

    :raises Refused: `no_file`; `no_page`.
    """
    with pypdfium2.PdfDocument(batch_file_path(batch)) as pdf:
        if not 1 <= page <= len(pdf):
            raise Refused("no_page", _("このページはありません。"))
        picture = pdf[page - 1].render(scale=SCREEN_DPI / _POINTS_PER_INCH).to_pil()
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def envelope_pages(envelope: Envelope) -> bytes:
    """The sheets of one envelope as a PDF: out of its batch's file, or drawn now where there is none.

    :raises Refused: `cannot_print`: it cannot be drawn exactly; the reasons are in the message.
    """
    batch = envelope.batch
    if batch is not None and batch.rendered_at and envelope.first_page and envelope.pages:
        return _cut(batch_file_path(batch), envelope.first_page, envelope.pages)
    [draft] = drafts_of(Envelope.objects.filter(pk=envelope.pk))
    try:
        return render([draft.sheets]).pdf
    except CannotPrint as complaint:
        slots = listed(sorted({f"{stop.slot}（{stop.code}）" for stop in complaint.stops}))
        raise Refused(
            "cannot_print", _("この封筒はこのままでは印刷できません：%(slots)s") % {"slots": slots}
        ) from None


def _cut(path: Path, first_page: int, pages: int) -> bytes:
    written = io.BytesIO()
    with pikepdf.open(path) as whole, pikepdf.new() as part:
        part.pages.extend(whole.pages[first_page - 1 : first_page - 1 + pages])
        part.save(written)
    return written.getvalue()
