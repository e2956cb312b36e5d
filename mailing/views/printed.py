"""Looking at printed pages and taking files away; each look is written to the access log."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.csv_response import csv_response
from backoffice.models import AccessLog
from backoffice.parts import Crumb
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from issuance.queries import current_campaign
from mailing.queries import envelopes_for, envelopes_out_of_sight, people_inside
from mailing.services import (
    PULL_LIST_HEADER,
    batch_file_path,
    envelope_pages,
    evidence_of,
    package_path,
    page_picture,
    pull_list_rows,
)
from mailing.views.batches import batches_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase

    from mailing.models import Envelope, PrintBatch


class _Logged(PermittedView):
    permission = Permission.VIEW_PRINTED_PAGES
    http_method_names = ["get"]

    def note(
        self, action: AccessLog.Action, screen: str, subject: str, people: Iterable[object] = ()
    ) -> None:
        """Write the look to the access log."""
        log_access(user=self.staff, action=action, screen=screen, subject=subject, people=people, at=self.at)


class OfBatch(_Logged):
    """A page about one batch of those the reader may know of."""

    @cached_property
    def batch(self) -> PrintBatch:
        """The batch in the address."""
        return get_object_or_404(batches_for(self.staff), number=self.kwargs["number"])

    def envelope_on(self, page: int) -> Envelope | None:
        """The envelope that a page of the batch's file belongs to."""
        return self.batch.envelopes.filter(first_page__lte=page).order_by("-first_page").first()

    def may_see(self, envelope: Envelope | None) -> bool:
        """Whether the reader may see what is printed there: a 不開示 household's pages are for permitted staff only."""
        return envelope is None or not self.hidden_envelopes.filter(pk=envelope.pk).exists()

    @property
    def hidden_envelopes(self) -> QuerySet[Envelope]:
        """The envelopes in the batch that the reader may not see."""
        return envelopes_out_of_sight(self.staff, self.batch.campaign).filter(batch=self.batch)

    def people_in(self, envelope: Envelope | None) -> Iterable[object]:
        """Whom the pages of an envelope show."""
        if envelope is None:
            return []
        return people_inside(envelope).values_list("certificate__person__public_id", flat=True)


class BatchFileView(OfBatch):
    """The file of a batch, opened in the browser."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The very bytes that are or will be approved."""
        if self.hidden_envelopes.exists():
            raise PermissionDenied(
                _(
                    "このバッチには、権限のある職員の画面にだけ表示される封筒が含まれているため、ファイルを開けません。"
                )
            )
        try:
            path = batch_file_path(self.batch)
        except Refused as refusal:
            raise Http404(refusal.message) from None
        self.note(AccessLog.Action.PRINT_VIEW, "batch-file", self.batch.number)
        return FileResponse(
            path.open("rb"), content_type="application/pdf", filename=f"{self.batch.number}.pdf"
        )


class BatchPageView(OfBatch, TemplateView):
    """One page of a batch as a picture, with the way to the next."""

    template_name = "mailing/batch_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch, page = self.batch, self.kwargs["page"]
        pages = batch.page_count or 0
        if not 1 <= page <= pages:
            raise Http404(_("このページはありません。"))
        envelope = self.envelope_on(page)
        may_see = self.may_see(envelope)
        self.note(AccessLog.Action.PRINT_VIEW, "batch-page", f"{batch.number}/{page}")
        return super().get_context_data(**kwargs) | {
            "title": _("印刷イメージ %(number)s") % {"number": batch.number},
            "crumbs": [
                Crumb(_("印刷バッチ"), reverse("mailing:batch-list")),
                Crumb(batch.number, reverse("mailing:batch-detail", kwargs={"number": batch.number})),
            ],
            "batch": batch,
            "envelope": envelope if may_see else None,
            "may_see": may_see,
            "page": page,
            "pages": pages,
            "previous": self.address(page - 1) if page > 1 else "",
            "next": self.address(page + 1) if page < pages else "",
        }

    def address(self, page: int) -> str:
        """The same page of another number."""
        return reverse("mailing:batch-page", kwargs={"number": self.batch.number, "page": page})


class BatchPagePictureView(OfBatch):
    """The picture itself, which is what shows somebody: the look at them is logged here."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A PNG; kept by the reader's browser only, and not for long."""
        page = self.kwargs["page"]
        envelope = self.envelope_on(page)
        if not self.may_see(envelope):
            raise Http404(_("このページはありません。"))
        try:
            picture = page_picture(self.batch, page=page)
        except Refused as refusal:
            raise Http404(refusal.message) from None
        people = self.people_in(envelope)
        self.note(AccessLog.Action.PRINT_VIEW, "batch-page-picture", f"{self.batch.number}/{page}", people)
        return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, no-store"})


class EnvelopePagesView(_Logged):
    """The sheets of one envelope as a PDF in the browser."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Cut from the real file, or drawn now."""
        rows = envelopes_for(self.staff, current_campaign()).select_related("batch")
        envelope: Envelope = get_object_or_404(rows, piece_no=self.kwargs["piece_no"])
        try:
            content = envelope_pages(envelope)
        except Refused as refusal:
            return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
        people = people_inside(envelope).values_list("certificate__person__public_id", flat=True)
        self.note(AccessLog.Action.PRINT_VIEW, "envelope-pages", envelope.piece_no, people)
        name = f'inline; filename="{envelope.piece_no}.pdf"'
        return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})


class BatchPackageView(OfBatch):
    """The package for the vendor as one ZIP file, as it was put together at the release."""

    permission = Permission.RELEASE_BATCH

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        """The files of the package, unchanged."""
        folder = package_path(self.batch)
        if not folder.is_dir():
            raise Http404(_("引渡し一式はまだ作成されていません。"))
        if self.batch.campaign.seal_packages:
            raise Http404(_("引渡し一式は、暗号化したものだけを保存できます。"))
        whole = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as packed:
            for path in sorted(folder.iterdir()):
                packed.write(path, f"{folder.name}/{path.name}")
        whole.seek(0)
        self.note(AccessLog.Action.EXPORT, "batch-package", self.batch.number)
        return FileResponse(whole, as_attachment=True, filename=f"{folder.name}.zip")


class BatchEvidenceView(OfBatch):
    """証跡ファイル: what became of the batch and who answers for it, as one ZIP file named by its own hash."""

    permission = Permission.VIEW_AUDIT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The file as the tables stand now."""
        content = evidence_of(self.batch)
        sha256 = hashlib.sha256(content).hexdigest()
        self.note(AccessLog.Action.EXPORT, "batch-evidence", self.batch.number)
        name = f'attachment; filename="{self.batch.number}-evidence-{sha256[:16]}.zip"'
        headers = {
            "Content-Disposition": name,
            "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:",
        }
        return HttpResponse(content, content_type="application/zip", headers=headers)


class BatchPullListView(OfBatch):
    """The pull list as it stands now."""

    permission = Permission.VIEW_BATCHES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A CSV file of opaque numbers."""
        self.note(AccessLog.Action.EXPORT, "pull-list", self.batch.number)
        rows = pull_list_rows(self.batch)
        return csv_response(f"pull_list-{self.batch.number}", PULL_LIST_HEADER, rows)
