from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.pages import ActionView
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.queries import current_campaign
from returns.forms import ScanForm, TrayCloseForm
from returns.models import ReturnEvent, ReturnTray
from returns.services import ScanAnswer, close_tray, open_tray, record_return, undo_return
from returns.states import ReturnReason, TrayState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class DeskView(PermittedView, TemplateView):
    """還付受付: one field for the scanner, one key for the reason, an answer in big words."""

    permission = Permission.LOG_RETURNS
    template_name = "returns/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = current_campaign()
        tray = ReturnTray.objects.filter(
            campaign=campaign, opened_by=self.staff, state=TrayState.OPEN
        ).first()
        mine = ReturnEvent.objects.filter(
            envelope__campaign=campaign, recorded_by=self.staff, undone_at__isnull=True
        )
        return super().get_context_data(**kwargs) | {
            "title": _("還付受付"),
            "campaign": campaign,
            "reasons": list(enumerate(ReturnReason, 1)),
            "tray": tray,
            "tray_form": TrayCloseForm() if tray else None,
            "today": timezone.localdate(self.at),
            "nonce": uuid4(),
            "recent": mine.select_related("envelope").order_by("-pk")[:8],
        }


class ScanView(PermittedView):
    """One scan, answered with the panel alone (htmx) or the whole page."""

    permission = Permission.LOG_RETURNS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ScanForm(request.POST)
        campaign = current_campaign()
        context: dict[str, Any] = {"nonce": uuid4()}
        if not form.is_valid():
            context["problem"] = " ".join(str(error) for errors in form.errors.values() for error in errors)
        else:
            tray = ReturnTray.objects.filter(
                campaign=campaign, opened_by=self.staff, state=TrayState.OPEN
            ).first()
            try:
                context["answer"] = self.record(form, tray)
            except Refused as refusal:
                context["problem"] = refusal.message
            context["tray"] = ReturnTray.objects.get(pk=tray.pk) if tray else None
        return render(request, "returns/_answer.html", context)

    def record(self, form: ScanForm, tray: ReturnTray | None) -> ScanAnswer:
        """Record the valid form's scan."""
        data = form.cleaned_data
        return record_return(
            campaign=current_campaign(),
            scanned=data["scanned"],
            reason=data["reason"],
            returned_on=data["returned_on"],
            note=data["note"],
            nonce=data["nonce"],
            tray=tray,
            at=self.at,
            by=self.staff,
        )


class _DeskAction(ActionView):
    permission = Permission.LOG_RETURNS

    def next_url(self) -> str:
        return reverse("returns:desk")


class ScanUndoView(_DeskAction):
    """Take back the last scan."""

    def act(self) -> str:
        event = get_object_or_404(ReturnEvent, public_id=self.kwargs["public_id"])
        undo_return(event=event, at=self.at, by=self.staff)
        return _("最後の読み取りを取り消しました。")


class TrayOpenView(_DeskAction):
    """Open a tray."""

    def act(self) -> str:
        tray = open_tray(campaign=current_campaign(), at=self.at, by=self.staff)
        return _("トレー %(number)s を開きました。") % {"number": tray.number}


class TrayCloseView(_DeskAction):
    """Close a counted tray."""

    form_class = TrayCloseForm

    def act(self) -> str:
        tray = get_object_or_404(ReturnTray, public_id=self.kwargs["public_id"], opened_by=self.staff)
        close_tray(tray=tray, counted=self.cleaned_data["counted"], at=self.at, by=self.staff)
        return _("トレー %(number)s を閉じました。") % {"number": tray.number}
