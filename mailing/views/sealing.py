"""The encrypted package: sealing it, and showing its password once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.models import AccessLog
from backoffice.parts import Crumb
from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.services import seal_package, sealed_file
from mailing.views.printed import OfBatch

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class BatchSealView(OfBatch):
    """Encrypt the package; the password stands in this one answer and nowhere else."""

    permission = Permission.RELEASE_BATCH
    needs_fresh_login = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page with the password, or the way back with the reason why there is none."""
        back = reverse("mailing:batch-detail", kwargs={"number": self.batch.number})
        try:
            password = seal_package(batch=self.batch, by=self.staff, at=self.at)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(back)
        self.note(AccessLog.Action.EXPORT, "package-password", self.batch.number)
        page = {
            "title": _("引渡し一式のパスワード"),
            "crumbs": [Crumb(_("印刷バッチ"), reverse("mailing:batch-list")), Crumb(self.batch.number, back)],
            "password": password,
            "back": back,
        }
        return render(request, "mailing/sealed_package.html", page)


class BatchSealedPackageView(OfBatch):
    """The encrypted package, for somebody who was not shown its password."""

    permission = Permission.RELEASE_BATCH

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file."""
        try:
            path = sealed_file(batch=self.batch, by=self.staff)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("mailing:batch-detail", number=self.batch.number)
        self.note(AccessLog.Action.EXPORT, "sealed-package", self.batch.number)
        name = f"{self.batch.number}-r{self.batch.revision}-sealed.zip"
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
