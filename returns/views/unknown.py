from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.listing import ListPageView
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact
from backoffice.roles import Permission
from backoffice.staff import staff_name
from backoffice.templatetags.backoffice import piece
from issuance.queries import current_campaign
from returns.filters import UnknownFilterForm
from returns.forms import BulkWorkForm, UnknownResolveForm
from returns.models import UnknownReturn
from returns.services import resolve_unknown, work_in_bulk
from returns.states import UnknownKind, UnknownState
from returns.tables import UnknownReturnTable
from returns.views.work import (
    AssignView,
    CommentView,
    DueView,
    TakeView,
    with_age,
    work_actions,
    work_done,
    work_tiles,
    workers_for,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    _View = ActionView
else:
    _View = object


def unknown_pieces() -> QuerySet[UnknownReturn]:
    """The current campaign's; they tell nothing of any person, so every branch sees them all."""
    return UnknownReturn.objects.filter(campaign=current_campaign()).select_related("owner")


NEXT_STEPS = {
    UnknownKind.UNKNOWN: gettext_lazy(
        "封筒の番号を目で確かめてください。番号が読めたら還付受付で受け付け、読めなければ印刷会社に調査を依頼してください。"
    ),
    UnknownKind.OTHER_CAMPAIGN: gettext_lazy(
        "別の一括発行の封筒です。その一括発行の担当に引き渡してください。"
    ),
    UnknownKind.NOT_POSTED: gettext_lazy(
        "差出の記録がない封筒が戻りました。差出の記録漏れか、引き抜くはずの封筒かを印刷会社に確認してください。"
        "差出を記録したあとは、還付受付で受け付けられます。"
    ),
    UnknownKind.SUPERSEDED: gettext_lazy(
        "作り直す前の封筒が戻りました。廃棄されたはずのものです。印刷会社に原因を確認し、中身を数えて廃棄してください。"
    ),
    UnknownKind.NEVER_ORDERED: gettext_lazy(
        "印刷会社に注文したことのない作成回の封筒です。本物かどうかから調べる必要があります。開封せずに保管し、上長と印刷会社に確認してください。"
    ),
}


class UnknownReturnListView(ListPageView[UnknownReturn]):
    permission = Permission.WORK_EXCEPTIONS
    title = gettext_lazy("不明の還付")
    template_name = "returns/exception_list.html"
    table_class = UnknownReturnTable
    filter_form_class = UnknownFilterForm
    empty_title = gettext_lazy("不明の還付はありません")
    empty_hint = gettext_lazy("差し出した封筒に当たらない番号が読み取られると、ここに残ります。")

    def queryset(self) -> QuerySet[UnknownReturn]:
        rows = with_age(unknown_pieces(), since="recorded_at", at=self.at)
        return rows.order_by("state", "due_on", "recorded_at", "pk")

    def filter_options(self) -> dict[str, Any]:
        return {"reader": self.staff, "today": timezone.localdate(self.at)}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("例外"), reverse("returns:exception-list"))]

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        here = reverse("returns:unknown-list")
        tiles = work_tiles(unknown_pieces(), since="recorded_at", here=here, at=self.at, reader=self.staff)
        form = BulkWorkForm(staff=workers_for(self.staff), rows=unknown_pieces(), auto_id="bulk_%s")
        page = {"tiles": tiles, "bulk_form": form, "bulk_url": reverse("returns:unknown-bulk")}
        return super().get_context_data(data=data, **kwargs) | page


class UnknownReturnDetailView(DetailPageView[UnknownReturn]):
    permission = Permission.WORK_EXCEPTIONS
    template_name = "returns/exception_detail.html"
    logged_as = "unknown-return-detail"

    def queryset(self) -> QuerySet[UnknownReturn]:
        return unknown_pieces().select_related("owner", "envelope", "recorded_by", "resolved_by")

    def page_title(self) -> str:
        return _("不明の還付 %(number)s") % {"number": piece(self.object.scanned_text)}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("不明の還付"), reverse("returns:unknown-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "next_step": NEXT_STEPS[UnknownKind(self.object.kind)],
            "timeline": work_done(self.object),
        }

    def facts(self) -> list[Fact]:
        """What is known of the piece."""
        found = self.object
        return [
            Fact(_("区分"), found.get_kind_display()),
            Fact(_("封筒の状態"), found.envelope.get_state_display() if found.envelope else None),
            Fact(_("読み取った作成回"), found.make_no),
            Fact(_("今の作成回"), found.envelope.make_no if found.envelope else None),
            Fact(_("受付"), found.recorded_at),
            Fact(_("受付者"), staff_name(found.recorded_by)),
            Fact(_("備考"), found.note),
            Fact(_("期限"), found.due_on),
            Fact(_("担当"), staff_name(found.owner)),
            Fact(_("結果"), found.get_outcome_display()),
            Fact(_("経過"), found.answer),
            Fact(_("完了"), found.resolved_at),
            Fact(_("完了者"), staff_name(found.resolved_by)),
        ]

    def actions(self) -> list[Action]:
        """What can be done while it is open."""
        if self.object.state != UnknownState.OPEN:
            return []
        url = reverse("returns:unknown-resolve", kwargs={"public_id": self.object.public_id})
        form = UnknownResolveForm(auto_id="resolve_%s")
        resolve = Action(_("対応を完了する"), url, form=form, primary=True)
        return work_actions(self.object, self.staff, "unknown", lambda: [resolve])


class _OfUnknown(_View):
    def exception(self) -> UnknownReturn:
        """The piece the button belongs to."""
        return get_object_or_404(unknown_pieces(), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:unknown-detail", kwargs=self.kwargs)


class UnknownTakeView(_OfUnknown, TakeView):
    pass


class UnknownAssignView(_OfUnknown, AssignView):
    pass


class UnknownDueView(_OfUnknown, DueView):
    pass


class UnknownCommentView(_OfUnknown, CommentView):
    pass


class UnknownResolveView(_OfUnknown, ActionView):
    permission = Permission.WORK_EXCEPTIONS
    form_class = UnknownResolveForm

    def act(self) -> str:
        resolve_unknown(piece=self.exception(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("対応を完了しました。")


class UnknownBulkView(ActionView):
    """The same step for every ticked piece."""

    permission = Permission.WORK_EXCEPTIONS
    form_class = BulkWorkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"staff": workers_for(self.staff), "rows": unknown_pieces()}

    def act(self) -> str:
        given = dict(self.cleaned_data)
        changed = work_in_bulk(exceptions=given.pop("picked"), at=self.at, by=self.staff, **given)
        return _("%(count)d件を変更しました。") % {"count": changed}

    def next_url(self) -> str:
        return reverse("returns:unknown-list")
