"""一括発行の終了と個人情報の消去: where a campaign stands on its way out, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import may_open
from backoffice.listing import ListPageView
from backoffice.pages import DetailPageView
from backoffice.parts import Action, Crumb, Fact
from backoffice.roles import Permission
from backoffice.staff import staff_name
from backoffice.tones import Tone
from issuance.models import Campaign
from returns.queries import branch_names, open_work
from returns.services import erasure_due_on, standing_erasure
from returns.tables import CampaignTable

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from returns.models import Erasure

# What an erasure counts, in the words of the page and in its order.
ERASED = {
    "people": gettext_lazy("加入者"),
    "households": gettext_lazy("世帯の記号・番号"),
    "selections": gettext_lazy("判定の結果"),
    "certificates": gettext_lazy("資格確認書"),
    "addresses": gettext_lazy("封筒の宛名と住所"),
    "collected": gettext_lazy("返納の記録"),
    "list_lines": gettext_lazy("対象者一覧表の行"),
    "call_notes": gettext_lazy("応対記録"),
    "files": gettext_lazy("印刷ファイル・引渡し一式"),
}


@dataclass(frozen=True)
class Station:
    """One step on the way out; `when` is empty until it is reached."""

    label: StrOrPromise
    when: datetime | date | None
    is_current: bool


class CampaignListView(ListPageView[Campaign]):
    """Every campaign there has been."""

    permission = Permission.VIEW_CAMPAIGNS
    title = gettext_lazy("終了・消去")
    table_class = CampaignTable
    empty_title = gettext_lazy("一括発行が登録されていません")
    empty_hint = gettext_lazy("「一括発行の設定」から登録すると、ここに表示されます。")

    def queryset(self) -> QuerySet[Campaign]:
        return Campaign.objects.order_by("-ordinal", "-pk")


class CampaignClosingView(DetailPageView[Campaign]):
    """The way out of one campaign."""

    permission = Permission.VIEW_CAMPAIGNS
    template_name = "returns/campaign_closing.html"
    lookup = "code"

    def queryset(self) -> QuerySet[Campaign]:
        return Campaign.objects.select_related("closed_by")

    def page_title(self) -> str:
        return _("終了・消去 %(code)s") % {"code": self.object.code}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("終了・消去"), reverse("returns:campaign-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign, erasure = self.object, standing_erasure(self.object)
        left = [] if campaign.closed_at else open_work(campaign)
        return super().get_context_data(**kwargs) | {
            "stations": _stations(campaign, erasure),
            "facts": _facts(campaign, erasure),
            "left": [one if self.leads(one.url) else replace(one, url="") for one in left],
            "erasure": erasure,
            "due": erasure_due_on(campaign),
            "rows": _rows(erasure) if erasure else [],
            "branches": branch_names(erasure.kept["branches"], self.staff.branch_code) if erasure else [],
            "actions": self.actions(erasure, left=bool(left))
            if self.staff.may(Permission.MANAGE_CAMPAIGNS)
            else [],
        }

    def leads(self, url: str) -> bool:
        """Whether the reader may go there."""
        return bool(url) and may_open(self.staff, url)

    def actions(self, erasure: Erasure | None, *, left: bool) -> list[Action]:
        """What the reader may do at this station."""
        if self.object.closed_at is None:
            return [self.closing(left=left)]
        if erasure is None:
            return [self.preparing(), Action(_("終了を取り消す"), self.url("campaign-reopen"))]
        if erasure.confirmed_at is None:
            return [
                self.confirming(erasure),
                Action(_("消去の準備を取り下げる"), self.url("erasure-withdraw")),
            ]
        if erasure.erased_at is None:
            return [Action(_("消去を続ける"), self.url("erasure-continue"), primary=True)]
        return []

    def closing(self, *, left: bool) -> Action:
        """Shut while something is open; what is not among it, the service finds when it counts again."""
        label, url = _("一括発行を終了する"), self.url("campaign-close")
        if left:
            return Action(label, url, disabled_because=_("残っている作業が終わると、終了できます。"))
        ask = _(
            "終了すると、この一括発行では何も変更できなくなります。消去の準備を始めるまでは取り消せます。"
        )
        return Action(label, url, confirm=ask, primary=True)

    def preparing(self) -> Action:
        """Shut until the time of keeping is over."""
        label, due = _("消去の準備をする"), erasure_due_on(self.object)
        if due and due > self.today:
            wait = _("保存期間中です。%(day)s から準備できます。") % {"day": due.isoformat()}
            return Action(label, self.url("erasure-prepare"), disabled_because=wait)
        ask = _("消去する件数と、残す件数を数えます。まだ何も消えません。")
        return Action(label, self.url("erasure-prepare"), confirm=ask, primary=True)

    def confirming(self, erasure: Erasure) -> Action:
        """The second person's button; shown, but shut, to the first."""
        label = _("確認して消去する")
        if erasure.proposed_by_id == self.staff.pk:
            shut = _("準備した方とは別の方が確認してください。")
            return Action(label, self.url("erasure-confirm"), disabled_because=shut)
        ask = _("上の件数の個人情報を消去します。元に戻すことはできません。")
        return Action(label, self.url("erasure-confirm"), confirm=ask, tone=Tone.DANGER)

    @property
    def today(self) -> date:
        """The day of the request, in Japan."""
        return timezone.localdate(self.at)

    def url(self, name: str) -> str:
        """The address of one of this campaign's buttons."""
        return reverse(f"returns:{name}", kwargs={"code": self.object.code})


def _stations(campaign: Campaign, erasure: Erasure | None) -> list[Station]:
    reached: list[tuple[StrOrPromise, datetime | date | None]] = [
        (_("登録"), campaign.created_at),
        (_("終了"), campaign.closed_at),
        (_("消去の準備"), erasure.proposed_at if erasure else None),
        (_("別の方の確認"), erasure.confirmed_at if erasure else None),
        (_("消去"), erasure.erased_at if erasure else None),
    ]
    done = sum(1 for _label, when in reached if when)
    return [Station(label, when, place == done) for place, (label, when) in enumerate(reached)]


def _facts(campaign: Campaign, erasure: Erasure | None) -> list[Fact]:
    facts = [
        Fact(_("名称"), campaign.name),
        Fact(_("終了日時"), campaign.closed_at),
        Fact(_("終了した方"), staff_name(campaign.closed_by)),
        Fact(_("終了後に個人情報を保存する月数"), campaign.keep_months),
        Fact(_("消去できる日"), erasure_due_on(campaign)),
    ]
    if erasure:
        facts += [
            Fact(_("準備した方"), staff_name(erasure.proposed_by)),
            Fact(_("確認した方"), staff_name(erasure.confirmed_by)),
            Fact(_("消去した日時"), erasure.erased_at),
        ]
    return facts


def _rows(erasure: Erasure) -> list[dict[str, object]]:
    return [
        {"label": label, "planned": erasure.to_erase.get(name, 0), "gone": erasure.erased.get(name, 0)}
        for name, label in ERASED.items()
    ]
