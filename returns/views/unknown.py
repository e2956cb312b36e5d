from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.listing import ListPageView
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact
from backoffice.roles import Permission
from backoffice.staff import staff_name
from issuance.queries import current_campaign
from returns.filters import UnknownFilterForm
from returns.forms import UnknownResolveForm
from returns.models import UnknownReturn
from returns.services import resolve_unknown, take_unknown
from returns.states import UnknownKind, UnknownState
from returns.tables import UnknownReturnTable

if TYPE_CHECKING:
    from django.db.models import QuerySet


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
}


class UnknownReturnListView(ListPageView[UnknownReturn]):
    permission = Permission.WORK_EXCEPTIONS
    title = gettext_lazy("不明の還付")
    table_class = UnknownReturnTable
    filter_form_class = UnknownFilterForm
    empty_title = gettext_lazy("不明の還付はありません")
    empty_hint = gettext_lazy("差し出した封筒に当たらない番号が読み取られると、ここに残ります。")

    def queryset(self) -> QuerySet[UnknownReturn]:
        return unknown_pieces().order_by("state", "recorded_at", "pk")


class UnknownReturnDetailView(DetailPageView[UnknownReturn]):
    permission = Permission.WORK_EXCEPTIONS
    template_name = "returns/exception_detail.html"
    logged_as = "unknown-return-detail"

    def queryset(self) -> QuerySet[UnknownReturn]:
        return unknown_pieces().select_related("owner", "envelope", "recorded_by", "resolved_by")

    def page_title(self) -> str:
        return _("不明の還付 %(number)s") % {"number": self.object.scanned_text}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("不明の還付"), reverse("returns:unknown-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "next_step": NEXT_STEPS[UnknownKind(self.object.kind)],
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
        keys = {"public_id": self.object.public_id}
        form = UnknownResolveForm(auto_id="resolve_%s")
        resolve = Action(
            _("対応を完了する"), reverse("returns:unknown-resolve", kwargs=keys), form=form, primary=True
        )
        if self.object.owner_id == self.staff.pk:
            return [resolve]
        return [Action(_("自分が担当する"), reverse("returns:unknown-take", kwargs=keys)), resolve]


class _UnknownAction(ActionView):
    permission = Permission.WORK_EXCEPTIONS

    def piece(self) -> UnknownReturn:
        """The piece the button belongs to."""
        return get_object_or_404(unknown_pieces(), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:unknown-detail", kwargs=self.kwargs)


class UnknownTakeView(_UnknownAction):
    def act(self) -> str:
        take_unknown(piece=self.piece(), by=self.staff)
        return _("担当になりました。")


class UnknownResolveView(_UnknownAction):
    form_class = UnknownResolveForm

    def act(self) -> str:
        resolve_unknown(piece=self.piece(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("対応を完了しました。")
