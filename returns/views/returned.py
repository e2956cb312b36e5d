from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact, Link, TimelineEntry
from backoffice.roles import Permission
from backoffice.staff import staff_name
from issuance.queries import current_campaign
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.eligibility import RULE_VERSION
from returns.filters import ReturnFilterForm
from returns.forms import HoldForm, NoteForm, ReturnReasonForm
from returns.models import ReasonCorrection, RerouteHold, ReturnEvent
from returns.queries import made_again
from returns.services import (
    correct_reason,
    deliver_after_all,
    hold_return,
    lift_hold,
    reroute_reasons,
    valid_one,
)
from returns.states import ReturnEnd
from returns.tables import ReturnTable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User


def events_for(user: User) -> QuerySet[ReturnEvent]:
    """The standing returns of the current campaign the user may see."""
    rows = ReturnEvent.objects.filter(envelope__campaign=current_campaign(), undone_at__isnull=True)
    return in_branch(rows.select_related("envelope__branch"), user, "envelope__branch_id")


def _envelope(envelope: Envelope) -> str:
    return reverse("mailing:envelope-detail", kwargs={"piece_no": envelope.piece_no})


class ReturnListView(ListPageView[ReturnEvent]):
    permission = Permission.VIEW_RETURNS
    title = gettext_lazy("還付一覧")
    table_class = ReturnTable
    filter_form_class = ReturnFilterForm
    empty_title = gettext_lazy("還付はまだありません")
    empty_hint = gettext_lazy("「還付受付」で読み取るか、還付ファイルを取り込むと表示されます。")

    def queryset(self) -> QuerySet[ReturnEvent]:
        return events_for(self.staff).order_by("-recorded_at", "-pk")

    def links(self) -> list[Link]:
        wanted = (
            (Permission.VIEW_RETURNS, _("還付ファイル"), "returns:returns-import-list"),
            (Permission.WORK_EXCEPTIONS, _("不明の還付"), "returns:unknown-list"),
        )
        links = [Link(label, reverse(url)) for permission, label, url in wanted if self.staff.may(permission)]
        return [*links, Link(_("トレー"), reverse("returns:tray-list"))]


class ReturnDetailView(DetailPageView[ReturnEvent]):
    permission = Permission.VIEW_RETURNS
    template_name = "returns/return_detail.html"
    logged_as = "return-detail"

    def queryset(self) -> QuerySet[ReturnEvent]:
        return events_for(self.staff).select_related("envelope__employer", "recorded_by", "cycle")

    def page_title(self) -> str:
        return _("還付 %(piece_no)s") % {"piece_no": grouped(self.object.envelope.piece_no)}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("還付一覧"), reverse("returns:return-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "corrections": self.corrections(),
            "valid": valid_one(self.object) if made_again(self.object) else "",
            "reasons": reroute_reasons(
                self.object, tells_nondisclosure=self.staff.may(Permission.VIEW_NONDISCLOSED)
            ),
            "rule_version": RULE_VERSION,
        }

    def corrections(self) -> list[TimelineEntry]:
        """Which reasons it had before, who changed them and why; newest first."""
        rows = (
            ReasonCorrection.objects.filter(event=self.object).select_related("corrected_by").order_by("-pk")
        )
        return [
            TimelineEntry(
                row.corrected_at,
                f"{row.get_was_display()} → {row.get_became_display()}",
                row.note,
                staff_name(row.corrected_by),
            )
            for row in rows
        ]

    def facts(self) -> list[Fact]:
        """What is known of the return."""
        event, newer = self.object, Envelope.objects.filter(parent=self.object.envelope_id).first()
        return [
            Fact(_("封筒番号"), grouped(event.envelope.piece_no), _envelope(event.envelope)),
            Fact(_("支部"), event.envelope.branch.name),
            Fact(_("還付理由"), event.get_reason_display()),
            Fact(_("還付日"), event.returned_on),
            Fact(_("受付"), event.recorded_at),
            Fact(_("受付者"), staff_name(event.recorded_by)),
            Fact(_("備考"), event.note),
            Fact(_("保留"), self.hold.reason if self.hold else None),
            Fact(_("再送付回"), event.cycle.number if event.cycle else None),
            Fact(
                _("再作成した封筒"),
                grouped(newer.piece_no) if newer else None,
                _envelope(newer) if newer else "",
            ),
        ]

    def actions(self) -> list[Action]:
        """What can be done while nothing has followed from it."""
        keys, offered = {"public_id": self.object.public_id}, []
        if self.object.state != ReturnEnd.WAITING:
            return []
        if self.staff.may(Permission.LOG_RETURNS):
            form = ReturnReasonForm(initial={"reason": self.object.reason}, auto_id="reason_%s")
            offered.append(
                Action(_("理由を訂正する"), reverse("returns:return-reason", kwargs=keys), form=form)
            )
        if self.staff.may(Permission.WORK_EXCEPTIONS):
            form_after = NoteForm(auto_id="delivered_%s")
            url = reverse("returns:return-delivered", kwargs=keys)
            offered.append(Action(_("後日届いたと記録する"), url, form=form_after))
        if self.staff.may(Permission.REROUTE):
            offered.append(self.hold_action(keys))
        return offered

    def hold_action(self, keys: dict[str, Any]) -> Action:
        """Hold the envelope back from the cycle, or let it go again."""
        if self.hold:
            return Action(_("保留を解除する"), reverse("returns:return-hold-lift", kwargs=keys))
        form = HoldForm(auto_id="hold_%s")
        return Action(_("再送付を保留する"), reverse("returns:return-hold", kwargs=keys), form=form)

    @cached_property
    def hold(self) -> RerouteHold | None:
        """The hold that keeps it out of the cycle."""
        return RerouteHold.objects.filter(event=self.object, lifted_at__isnull=True).first()


class _ReturnAction(ActionView):
    def event(self) -> ReturnEvent:
        """The return the button belongs to."""
        return get_object_or_404(events_for(self.staff), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:return-detail", kwargs=self.kwargs)


class ReturnReasonView(_ReturnAction):
    permission = Permission.LOG_RETURNS
    form_class = ReturnReasonForm

    def act(self) -> str:
        if correct_reason(event=self.event(), at=self.at, by=self.staff, **self.cleaned_data):
            return _("還付理由を訂正しました。")
        return _("還付理由は変わっていません。")


class ReturnDeliveredView(_ReturnAction):
    permission = Permission.WORK_EXCEPTIONS
    form_class = NoteForm

    def act(self) -> str:
        deliver_after_all(event=self.event(), note=self.cleaned_data["note"], at=self.at, by=self.staff)
        return _("後日届いたものとして記録しました。")


class ReturnHoldView(_ReturnAction):
    permission = Permission.REROUTE
    form_class = HoldForm

    def act(self) -> str:
        hold_return(event=self.event(), reason=self.cleaned_data["reason"], at=self.at, by=self.staff)
        return _("再送付を保留しました。")


class ReturnHoldLiftView(_ReturnAction):
    permission = Permission.REROUTE

    def act(self) -> str:
        held = get_object_or_404(RerouteHold, event=self.event(), lifted_at__isnull=True)
        lift_hold(hold=held, at=self.at, by=self.staff)
        return _("保留を解除しました。")
