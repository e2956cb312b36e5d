from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView, up_to_a_thousand
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact, Link
from backoffice.roles import Permission
from issuance.queries import current_campaign
from japan.piece_number import grouped
from japan.postal import format_postal_code
from mailing.filters import EnvelopeFilterForm
from mailing.forms import AddressForm
from mailing.models import Envelope, PrintBatch
from mailing.queries import (
    envelope_history,
    envelopes_for,
    envelopes_out_of_sight,
    people_inside,
    stopped_envelopes,
    to_closed_employers,
)
from mailing.services import Address, change_address, lift_stop, send_home
from mailing.states import NOT_YET_POSTED, EnvelopeKind, StopCode
from mailing.tables import CardTable, EnvelopeTable, StoppedTable

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from backoffice.filters import FilterForm
    from issuance.models import Campaign


# What would have to differ, so that it can be printed.
STOP_ADVICE = {
    StopCode.FORBIDDEN_CHARACTER: gettext_lazy(
        "届出の原本で正しい文字を確かめてください。住所の文字なら「住所変更で引き抜く」で直せます。氏名の文字なら、正しい氏名の加入者データが必要です。"
    ),
    StopCode.MISSING_GLYPH: gettext_lazy(
        "この文字を含む書体が必要です。似た文字に置き換えてはいけません。システム管理の担当者に書体の追加を依頼してください。"
    ),
    StopCode.DOES_NOT_FIT: gettext_lazy(
        "長体と2行でも枠に収まりません。住所なら、届く範囲で短い書き方を確かめて「住所変更で引き抜く」で直してください。"
    ),
    StopCode.EMPTY: gettext_lazy("空の項目を加入者データまたは事業所データで確かめてください。"),
    StopCode.NO_CARDS: gettext_lazy(
        "入れる資格確認書がありません。資格喪失の届出と引抜きを確かめてください。"
    ),
    StopCode.TOO_MANY_CARDS: gettext_lazy("封筒1通の枚数の上限を「一括発行の設定」で確かめてください。"),
    StopCode.LAYOUT_WARNING: gettext_lazy("様式と組版の記録をシステム管理の担当者が確かめる必要があります。"),
    StopCode.PAGE_COUNT: gettext_lazy("様式と組版の記録をシステム管理の担当者が確かめる必要があります。"),
    StopCode.HELD_PERSON: gettext_lazy(
        "不開示の申出が取り下げられないかぎり、この封筒は送れません。権限のある職員が個別に対応してください。"
    ),
    StopCode.EMPLOYER_CLOSED: gettext_lazy(
        "全喪した事業所へは送れません。本人にいまの住所を確かめ、「本人の住所へ送る」で作り直してください。"
    ),
}


class EnvelopeListView(ListPageView[Envelope]):
    permission = Permission.VIEW_BATCHES
    title = gettext_lazy("封筒")
    table_class = EnvelopeTable
    filter_form_class = EnvelopeFilterForm
    empty_title = gettext_lazy("封筒はまだありません")
    empty_hint = gettext_lazy(
        "対象者を判定したあと、「印刷バッチ」の「作成の準備」で封筒を作成してください。"
    )

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign whose envelopes are listed."""
        return current_campaign()

    def queryset(self) -> QuerySet[Envelope]:
        rows = envelopes_for(self.staff, self.campaign).select_related("branch", "batch")
        return rows.order_by("-state", "-pk")

    def filter_options(self) -> dict[str, Any]:
        batches = PrintBatch.objects.filter(campaign=self.campaign)
        return {"batches": in_branch(batches, self.staff), "of_one_branch": bool(self.staff.branch_code)}

    def out_of_sight(self, form: FilterForm | None) -> int:
        # Of one envelope nobody says that it is a 不開示 household's.
        if form is None or form.cleaned_data["number"]:
            return 0
        return up_to_a_thousand(form.apply(envelopes_out_of_sight(self.staff, self.campaign)))


class StoppedListView(ListPageView[Envelope]):
    """保留・要確認: what cannot be printed exactly waits here for a person."""

    permission = Permission.VIEW_BATCHES
    title = gettext_lazy("保留・要確認")
    table_class = StoppedTable
    empty_title = gettext_lazy("確認が必要な封筒はありません")
    empty_hint = gettext_lazy("そのまま印刷できない封筒が見つかると、理由とともにここに表示されます。")

    def queryset(self) -> QuerySet[Envelope]:
        campaign = current_campaign()
        rows = stopped_envelopes(campaign) & envelopes_for(self.staff, campaign)
        return rows.select_related("branch")


class EnvelopeDetailView(DetailPageView[Envelope]):
    """One envelope: to whom, what is inside, and everything that happened to it."""

    permission = Permission.VIEW_BATCHES
    template_name = "mailing/envelope_detail.html"
    logged_as = "envelope-detail"
    lookup = "piece_no"

    def queryset(self) -> QuerySet[Envelope]:
        related = ("branch", "batch", "employer", "parent", "replaces")
        return envelopes_for(self.staff, current_campaign()).select_related(*related)

    def people_shown(self) -> list[UUID]:
        return list(people_inside(self.object).values_list("certificate__person__public_id", flat=True))

    def page_title(self) -> str:
        return _("封筒 %(piece_no)s") % {"piece_no": grouped(self.object.piece_no)}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("封筒"), reverse("mailing:envelope-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cards = CardTable(people_inside(self.object))
        cards.caption = _("入っている資格確認書")
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "cards": cards,
            "stop": self.stop(),
            "timeline": envelope_history(self.object),
            "links": self.links(),
            "actions": self.actions(),
            "relatives": self.relatives(),
        }

    def facts(self) -> list[Fact]:
        """What stands outside."""
        envelope, batch_url = self.object, ""
        if envelope.batch:
            batch_url = reverse("mailing:batch-detail", kwargs={"number": envelope.batch.number})
        return [
            Fact(_("種類"), envelope.get_kind_display()),
            Fact(_("支部"), envelope.branch.name),
            Fact(_("通番"), f"{envelope.seq} / {envelope.of}"),
            Fact(_("枚数"), envelope.card_count),
            Fact(_("宛名"), envelope.addressee),
            Fact(_("送付先部署"), envelope.contact),
            Fact(_("郵便番号"), format_postal_code(envelope.postal_code)),
            Fact(_("住所"), f"{envelope.address1} {envelope.address2}".strip()),
            Fact(_("バッチ"), envelope.batch.number if envelope.batch else None, batch_url),
            Fact(_("作成回"), envelope.make_no),
            Fact(_("差出日"), envelope.posted_on),
            Fact(_("引受番号"), envelope.tracking_no),
        ]

    def relatives(self) -> list[Fact]:
        """The envelopes this one follows from or led to."""
        envelope = self.object
        found = [(_("もとの封筒（還付）"), envelope.parent), (_("引き抜いた封筒"), envelope.replaces)]
        found += [(_("作り直した封筒"), newer) for newer in Envelope.objects.filter(replaces=envelope)]
        found += [(_("事業所宛に作り直した封筒"), newer) for newer in envelope.rerouted_as.order_by("pk")]
        return [
            Fact(
                label,
                grouped(other.piece_no),
                reverse("mailing:envelope-detail", kwargs={"piece_no": other.piece_no}),
            )
            for label, other in found
            if other
        ]

    def stop(self) -> dict[str, Any] | None:
        """Why it cannot be printed, in words and slot by slot."""
        if not self.object.stop_code:
            return None
        return {
            "words": StopCode(self.object.stop_code).label,
            "advice": STOP_ADVICE[StopCode(self.object.stop_code)],
            "details": self.object.stop_detail.splitlines(),
        }

    def links(self) -> list[Link]:
        """The sheets inside."""
        if not self.staff.may(Permission.VIEW_PRINTED_PAGES):
            return []
        url = reverse("mailing:envelope-pages", kwargs={"piece_no": self.object.piece_no})
        return [Link(_("印刷イメージ（PDF）を開く"), url)]

    def actions(self) -> list[Action]:
        """A stop can be lifted once somebody has looked into it; a new address can come in until the posting."""
        envelope, keys = self.object, {"piece_no": self.object.piece_no}
        if not self.staff.may(Permission.PLAN_BATCHES):
            return []
        found = []
        closed = to_closed_employers(Envelope.objects.filter(pk=envelope.pk)).exists()
        if envelope.stop_code:
            hint = _("次の計画でバッチに入り、もう一度検査されます。直っていなければ再び止まります。")
            url = reverse("mailing:envelope-lift-stop", kwargs=keys)
            found.append(Action(_("停止を解除する"), url, hint=hint, primary=not closed))
        if envelope.kind == EnvelopeKind.PERSONAL and envelope.state in NOT_YET_POSTED:
            confirm = _(
                "この世帯の未発送の封筒を引き抜き、新しい住所で作り直します。元の住所には発送されません。"
            )
            url = reverse("mailing:envelope-change-address", kwargs=keys)
            form = AddressForm(auto_id="address_%s")
            found.append(Action(_("住所変更で引き抜く"), url, confirm=confirm, form=form))
        if closed:
            confirm = _("事業所宛の封筒を引き抜き、本人宛の封筒を新しい住所で作り直します。")
            url = reverse("mailing:envelope-send-home", kwargs=keys)
            form = AddressForm(auto_id="home_%s")
            home = Action(_("本人の住所へ送る"), url, confirm=confirm, form=form, primary=True)
            found.insert(0, home)
        return found


class EnvelopeLiftStopView(ActionView):
    permission = Permission.PLAN_BATCHES

    def act(self) -> str:
        rows = envelopes_for(self.staff, current_campaign())
        envelope = get_object_or_404(rows, piece_no=self.kwargs["piece_no"])
        lifted = lift_stop(envelopes=Envelope.objects.filter(pk=envelope.pk), by=self.staff)
        return _("停止を解除しました。") if lifted else _("この封筒は停止していません。")

    def next_url(self) -> str:
        return reverse("mailing:envelope-detail", kwargs=self.kwargs)


class EnvelopeChangeAddressView(ActionView):
    """A new address before posting: the household's envelopes are pulled and made again."""

    permission = Permission.PLAN_BATCHES
    form_class = AddressForm

    def act(self) -> str:
        rows = envelopes_for(self.staff, current_campaign()).select_related("campaign")
        envelope = get_object_or_404(rows, piece_no=self.kwargs["piece_no"])
        address = Address(**self.cleaned_data)
        counts = change_address(envelope=envelope, to=address, by=self.staff, at=self.at)
        if not counts.pulled:
            return _("封筒はすでにこの住所です。")
        text = _("%(pulled)d通を引き抜き、新しい住所の封筒を%(replaced)d通作成しました。")
        return text % {"pulled": counts.pulled, "replaced": counts.replaced}

    def next_url(self) -> str:
        return reverse("mailing:envelope-detail", kwargs=self.kwargs)


class EnvelopeSendHomeView(ActionView):
    """The employer has closed before the posting: what lies in the envelope goes to the insured person instead."""

    permission = Permission.PLAN_BATCHES
    form_class = AddressForm

    def act(self) -> str:
        rows = envelopes_for(self.staff, current_campaign()).select_related("campaign")
        envelope = get_object_or_404(rows, piece_no=self.kwargs["piece_no"])
        made = send_home(envelope=envelope, to=Address(**self.cleaned_data), by=self.staff, at=self.at)
        return _("引き抜いて、本人宛の封筒 %(piece_no)s を作成しました。") % {
            "piece_no": grouped(made.piece_no)
        }

    def next_url(self) -> str:
        return reverse("mailing:envelope-detail", kwargs=self.kwargs)
