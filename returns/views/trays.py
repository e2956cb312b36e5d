from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import segno
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact, Link
from backoffice.roles import Permission
from backoffice.staff import staff_name
from issuance.queries import current_campaign
from returns.filters import TrayFilterForm
from returns.forms import DestructionForm, ShownDestructionForm, TrayCloseForm, TrayStoreForm
from returns.models import ReturnEvent, ReturnTray
from returns.services import confirm_destruction, enter_destruction, store_tray, why_still_needed
from returns.states import TrayState
from returns.tables import TrayTable

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString


def trays() -> QuerySet[ReturnTray]:
    """The current campaign's; a tray holds what came off the lorry, whichever branch it belongs to."""
    return ReturnTray.objects.filter(campaign=current_campaign()).select_related("opened_by")


class TrayListView(ListPageView[ReturnTray]):
    permission = Permission.VIEW_RETURNS
    title = gettext_lazy("還付トレー")
    table_class = TrayTable
    filter_form_class = TrayFilterForm
    empty_title = gettext_lazy("トレーはまだありません")
    empty_hint = gettext_lazy("還付受付でトレーを開くと、ここに表示されます。")

    def queryset(self) -> QuerySet[ReturnTray]:
        return trays().order_by("-number", "-pk")


class TrayDetailView(DetailPageView[ReturnTray]):
    permission = Permission.VIEW_RETURNS
    template_name = "returns/tray_detail.html"

    def queryset(self) -> QuerySet[ReturnTray]:
        return trays().select_related(
            "campaign", "opened_by", "stored_by", "destruction_entered_by", "destruction_confirmed_by"
        )

    def page_title(self) -> str:
        return _("トレー %(number)s") % {"number": self.object.number}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("還付トレー"), reverse("returns:tray-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pieces = ReturnEvent.objects.filter(tray=self.object, undone_at__isnull=True)
        shown = in_branch(pieces.select_related("envelope__branch"), self.staff, "envelope__branch_id")
        label = reverse("returns:tray-label", kwargs={"public_id": self.object.public_id})
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "pieces": shown.order_by("pk"),
            "links": [Link(_("ラベルを印刷する"), label)],
        }

    def facts(self) -> list[Fact]:
        """What is known of the tray."""
        tray = self.object
        return [
            Fact(_("ラベルの番号"), tray.code),
            Fact(_("読取数"), tray.scanned),
            Fact(_("実数"), tray.counted),
            Fact(_("受付者"), staff_name(tray.opened_by)),
            Fact(_("開いた日時"), tray.opened_at),
            Fact(_("計数日時"), tray.closed_at),
            Fact(_("保管場所"), tray.storage_place),
            Fact(_("保管を記録した方"), staff_name(tray.stored_by)),
            Fact(_("廃棄日"), tray.destroyed_on),
            Fact(_("廃棄証明書番号"), tray.destruction_no),
            Fact(_("廃棄を入力した方"), staff_name(tray.destruction_entered_by)),
            Fact(_("廃棄を確認した方"), staff_name(tray.destruction_confirmed_by)),
        ]

    def actions(self) -> list[Action]:
        """What the reader may do with the tray in its state."""
        tray, offered = self.object, []
        urls = {
            name: reverse(f"returns:tray-{name}", kwargs={"public_id": tray.public_id})
            for name in ("close", "store", "destruction", "destruction-confirm")
        }
        if self.staff.may(Permission.LOG_RETURNS) and tray.state == TrayState.OPEN:
            count = TrayCloseForm(auto_id="close_%s")
            offered.append(Action(_("数えて閉じる"), urls["close"], form=count, primary=True))
        if self.staff.may(Permission.LOG_RETURNS) and tray.state != TrayState.DESTROYED:
            place = TrayStoreForm(initial={"place": tray.storage_place}, auto_id="store_%s")
            offered.append(Action(_("保管場所を記録する"), urls["store"], form=place))
        if self.staff.may(Permission.LOG_RETURNS) and tray.state == TrayState.CLOSED:
            offered.append(self.destruction(urls["destruction"]))
        if (
            self.staff.may(Permission.WORK_EXCEPTIONS)
            and tray.destruction_no
            and tray.state == TrayState.CLOSED
        ):
            offered.append(self.confirmation(urls["destruction-confirm"]))
        return offered

    def destruction(self, url: str) -> Action:
        """The first person's button; shown, but shut, while something in the tray may still be wanted."""
        tray, label = self.object, _("廃棄を記録する")
        if needed := why_still_needed(tray):
            return Action(label, url, disabled_because=needed)
        entered = {"destroyed_on": tray.destroyed_on, "certificate_no": tray.destruction_no}
        return Action(label, url, form=DestructionForm(initial=entered, auto_id="destruction_%s"))

    def confirmation(self, url: str) -> Action:
        """The second person's button; shown, but shut, to the first."""
        label = _("廃棄を確認する")
        if self.object.destruction_entered_by_id == self.staff.pk:
            return Action(label, url, disabled_because=_("入力した方とは別の方が確認してください。"))
        ask = _("廃棄証明書の日付と番号が上の記録と同じことを確かめてください。確認は取り消せません。")
        shown = {"destroyed_on": self.object.destroyed_on, "certificate_no": self.object.destruction_no}
        form = ShownDestructionForm(initial=shown, auto_id="confirm_%s")
        return Action(label, url, confirm=ask, form=form, primary=True)


class TrayLabelView(TrayDetailView):
    """A sheet for the front of the tray: its number in big digits and as a code."""

    template_name = "returns/tray_label.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"code_svg": code_svg(self.object.code)}


def code_svg(text: str) -> SafeString:
    """A QR code (level Q: labels get dirty) as an inline SVG without size."""
    out = BytesIO()
    segno.make_qr(text, error="q").save(out, kind="svg", xmldecl=False, omitsize=True, border=4, nl=False)
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by us from a code of our own making


class _TrayAction(ActionView):
    permission = Permission.LOG_RETURNS

    def tray(self) -> ReturnTray:
        """The tray the button belongs to."""
        return get_object_or_404(trays(), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:tray-detail", kwargs=self.kwargs)


class TrayStoreView(_TrayAction):
    form_class = TrayStoreForm

    def act(self) -> str:
        store_tray(tray=self.tray(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("保管場所を記録しました。")


class DestructionEnterView(_TrayAction):
    form_class = DestructionForm

    def act(self) -> str:
        enter_destruction(tray=self.tray(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("廃棄を記録しました。別の方が確認すると廃棄済みになります。")


class DestructionConfirmView(_TrayAction):
    permission = Permission.WORK_EXCEPTIONS
    form_class = ShownDestructionForm

    def act(self) -> str:
        confirm_destruction(tray=self.tray(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("廃棄を確認しました。")
