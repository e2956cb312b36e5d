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
from backoffice.templatetags.backoffice import piece as as_printed
from issuance.queries import current_campaign
from japan.piece_number import grouped
from returns.forms import ScanForm, TrayCloseForm
from returns.models import ReturnEvent, ReturnTray, UnknownReturn
from returns.queries import latest_scans
from returns.services import ScanAnswer, close_tray, open_tray, record_return, undo_return, undo_unknown
from returns.states import ReturnEnd, ReturnReason, TrayState
from returns.views.trays import trays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from backoffice.models import User
    from issuance.models import Campaign


def desk_context(campaign: Campaign, user: User) -> dict[str, Any]:
    """What the desk shows besides the answer: the campaign, the user's tray and last scans, and a nonce for the next scan."""
    recent = latest_scans(campaign, user)
    tray = open_tray_of(campaign, user)
    return {
        "campaign": campaign,
        "nonce": uuid4(),
        "tray": tray,
        "tray_form": TrayCloseForm() if tray else None,
        "recent": recent,
        "undo": undo_of(recent),
    }


def undo_of(recent: Sequence[ReturnEvent | UnknownReturn]) -> dict[str, str] | None:
    """How the newest scan is taken back. A piece that is worked on by others, or is suspicious, stays where it is and does not stand in
    the way of the return before it, which is then named.
    """
    for place, scan in enumerate(recent):
        if isinstance(scan, ReturnEvent):
            if scan.state != ReturnEnd.WAITING:
                return None
            name, number = "scan-undo", str(scan.envelope)
        elif scan.is_undoable:
            name, number = "unknown-scan-undo", scan.number
        else:
            continue
        url = reverse(f"returns:{name}", kwargs={"public_id": scan.public_id})
        return {"url": url, "number": number if place else ""}
    return None


def page_context(*, chosen: str, returned_on: date) -> dict[str, Any]:
    """What the page keeps from one scan to the next: the reason and the day."""
    return {
        "title": _("還付受付"),
        "reasons": list(enumerate(ReturnReason, 1)),
        "chosen": chosen,
        "returned_on": returned_on,
    }


def open_tray_of(campaign: Campaign, user: User) -> ReturnTray | None:
    """The tray the user is filling."""
    return ReturnTray.objects.filter(campaign=campaign, opened_by=user, state=TrayState.OPEN).first()


class DeskView(PermittedView, TemplateView):
    """還付受付: one field for the scanner, one key for the reason, an answer in big words."""

    permission = Permission.LOG_RETURNS
    template_name = "returns/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = current_campaign()
        page = page_context(chosen=ReturnReason.values[0], returned_on=timezone.localdate(self.at))
        return super().get_context_data(**kwargs) | page | desk_context(campaign, self.staff)


class ScanView(PermittedView):
    """One scan, answered with the parts that changed (htmx) or the whole page."""

    permission = Permission.LOG_RETURNS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form, campaign = ScanForm(request.POST), current_campaign()
        outcome = self.outcome(form, campaign)
        context = desk_context(campaign, self.staff) | outcome
        if request.headers.get("HX-Request"):
            return render(request, "returns/_scanned.html", context | {"swapped": True})
        page = page_context(
            chosen=form.cleaned_data.get("reason", ReturnReason.values[0]),
            returned_on=form.cleaned_data.get("returned_on", timezone.localdate(self.at)),
        )
        return render(request, "returns/desk.html", context | page)

    def outcome(self, form: ScanForm, campaign: Campaign) -> dict[str, Any]:
        """The answer to the scan, or the problem with it."""
        if not form.is_valid():
            problems = [str(error) for errors in form.errors.values() for error in errors]
            return {"problem": " ".join(problems), "scanned": form.data.get("scanned", "")}
        try:
            return {"answer": self.record(form, campaign)}
        except Refused as refusal:
            return {"problem": refusal.message, "scanned": form.cleaned_data["scanned"]}

    def record(self, form: ScanForm, campaign: Campaign) -> ScanAnswer:
        """Record the valid form's scan."""
        data = form.cleaned_data
        return record_return(
            campaign=campaign,
            scanned=data["scanned"],
            reason=data["reason"],
            returned_on=data["returned_on"],
            note=data["note"],
            nonce=data["nonce"],
            tray=open_tray_of(campaign, self.staff),
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
        return _("最後の読み取りを取り消しました（封筒 %(piece_no)s）。") % {
            "piece_no": grouped(event.envelope.piece_no)
        }


class UnknownScanUndoView(_DeskAction):
    """Take back the scan of a piece that is no return."""

    def act(self) -> str:
        piece = get_object_or_404(UnknownReturn, public_id=self.kwargs["public_id"])
        undo_unknown(piece=piece, at=self.at, by=self.staff)
        return _("読み取りを取り消しました（%(number)s）。") % {"number": as_printed(piece.number)}


class TrayOpenView(_DeskAction):
    """Open a tray."""

    def act(self) -> str:
        tray = open_tray(campaign=current_campaign(), at=self.at, by=self.staff)
        return _("トレー %(number)s を開きました。") % {"number": tray.number}


class TrayCloseView(_DeskAction):
    """Close a counted tray: one's own, or somebody's who is not there."""

    form_class = TrayCloseForm
    stays = False

    def act(self) -> str:
        tray = get_object_or_404(trays(), public_id=self.kwargs["public_id"])
        self.stays = tray.opened_by != self.staff
        try:
            close_tray(tray=tray, counted=self.cleaned_data["counted"], at=self.at, by=self.staff)
        except Refused as refusal:
            self.stays |= refusal.code == "tray_count_differs"
            raise
        return _("トレー %(number)s を閉じました。") % {"number": tray.number}

    def next_url(self) -> str:
        """The tray's list of envelopes where the counts differ, to compare it with what lies in the tray, and where it is somebody
        else's; else back to one's own pile."""
        return reverse("returns:tray-detail", kwargs=self.kwargs) if self.stays else super().next_url()
