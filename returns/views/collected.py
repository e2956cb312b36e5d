from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.pages import ActionView, DetailPageView, FormPageView
from backoffice.parts import Action, Crumb, Fact, Link
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.staff import staff_name
from backoffice.templatetags.backoffice import piece
from issuance.models import Certificate
from issuance.queries import current_campaign, people_for
from returns.filters import CardSearchForm, CollectedFilterForm
from returns.forms import CardCollectForm, CardsCollectForm, QuestionForm
from returns.models import CollectedCard
from returns.queries import envelopes_holding
from returns.services import StillEligible, answer_question, collect_card, collect_cards
from returns.tables import CardSearchTable, CollectedTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpResponse

    from backoffice.filters import FilterForm
    from backoffice.models import User
    from issuance.models import InsuredPerson


def collected_for(user: User) -> QuerySet[CollectedCard]:
    """The collected cards of the current campaign the user may know of."""
    rows = CollectedCard.objects.filter(certificate__campaign=current_campaign()).select_related(
        "certificate"
    )
    return in_branch(rows, user, "certificate__person__household__branch_id")


def _described(card: Certificate, people: Mapping[int, InsuredPerson], pieces: Mapping[int, str]) -> str:
    person = people.get(card.person_id)
    name = person.name_print if person else _("氏名を表示できない方（不開示または他支部）")
    values = {"serial": card.serial, "name": name, "piece": piece(pieces.get(card.pk, "—"))}
    return _("%(serial)s　%(name)s　封筒 %(piece)s") % values


class CollectedListView(ListPageView[CollectedCard]):
    permission = Permission.COLLECT_CARDS
    title = gettext_lazy("返納")
    table_class = CollectedTable
    filter_form_class = CollectedFilterForm
    empty_title = gettext_lazy("返納された資格確認書はまだありません")
    empty_hint = gettext_lazy("返信用封筒で戻った資格確認書を記録すると、ここに表示されます。")

    def queryset(self) -> QuerySet[CollectedCard]:
        return collected_for(self.staff).order_by("-collected_on", "-pk")

    def links(self) -> list[Link]:
        return [
            Link(_("まとめて記録する"), reverse("returns:cards-collect")),
            Link(_("氏名・番号で探す"), reverse("returns:card-search")),
            Link(_("返納を記録する"), reverse("returns:card-collect"), primary=True),
        ]


class CardCollectView(FormPageView):
    permission = Permission.COLLECT_CARDS
    title = gettext_lazy("返納の記録")
    form_class: type[Form] = CardCollectForm
    submit_label = gettext_lazy("記録する")

    def get_initial(self) -> dict[str, Any]:
        scanned = {"serial": self.request.GET["serial"]} if "serial" in self.request.GET else {}
        return {"collected_on": timezone.localdate(self.at), **scanned}

    def said(self, form: Any) -> dict[str, Any]:
        """What the service is told."""
        entered = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        who_and_when = {"campaign": current_campaign(), "at": self.at, "by": self.staff}
        return entered | who_and_when | {"sure_of": form.cleaned_data["sure"]}

    def ask(self, form: Any, cards: Sequence[Certificate]) -> None:
        """Show whose valid cards these are, as far as the reader may know of them, each with a box to tick."""
        shown = people_for(self.staff, current_campaign()).filter(certificates__in=cards)
        people = {person.pk: person for person in shown}
        log_access(
            user=self.staff,
            action=AccessLog.Action.VIEW,
            screen="card-collect",
            people=[person.public_id for person in people.values()],
            at=self.at,
        )
        pieces = envelopes_holding(cards)
        form.ask([(card.serial, _described(card, people, pieces)) for card in cards])

    def perform(self, form: Any) -> str:
        try:
            card = collect_card(**self.said(form))
        except StillEligible as question:
            self.ask(form, [question.certificate])
            raise
        if card.loss_on_file:
            return _("返納を記録しました。")
        return _("返納を記録しました。この方には資格喪失の登録がありません。内容をご確認ください。")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("返納"), reverse("returns:collected-list"))]

    def next_url(self) -> str:
        return reverse("returns:card-collect")


class CardsCollectView(CardCollectView):
    """A pile of cards for one reason; lines that could not be recorded stay in the field with the reason why."""

    title = gettext_lazy("返納の記録（まとめて）")
    form_class = CardsCollectForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Record what can be recorded; the rest stays."""
        done, refused = collect_cards(**self.said(form))
        questions = sum(not card.loss_on_file for card in done)
        counts = {"done": len(done), "questions": questions}
        told = _("%(done)d枚の返納を記録しました。うち資格喪失の登録がないもの %(questions)d枚。") % counts
        if not refused:
            messages.success(self.request, told)
            return redirect(self.next_url())
        left = {**form.cleaned_data, "sure": [], "serials": "\n".join(row.serial for row in refused)}
        again = CardsCollectForm(data=left)
        again.is_valid()
        if done:
            messages.success(self.request, told)
        asked = [row for row in refused if row.asked is not None]
        if asked:
            again.add_error(None, asked[0].message)
            self.ask(again, [row.asked for row in asked if row.asked is not None])
        for row in refused:
            if row.asked is None:
                again.add_error(None, f"{row.serial}：{row.message}")
        return self.form_invalid(again)

    def next_url(self) -> str:
        return reverse("returns:cards-collect")


class CardSearchView(ListPageView[Certificate]):
    """A card whose number cannot be read: found by its holder. What is searched for gets into no address and no log."""

    permission = Permission.COLLECT_CARDS
    title = gettext_lazy("返納する資格確認書を探す")
    table_class = CardSearchTable
    filter_form_class = CardSearchForm
    by_post = True
    before_search = gettext_lazy("記号・番号か氏名で検索してください。")

    def queryset(self) -> QuerySet[Certificate]:
        rows = Certificate.objects.filter(campaign=current_campaign()).select_related("person__household")
        return rows.order_by("person__household_id", "person__edaban", "-pk")

    def filter_options(self) -> dict[str, Any]:
        return {"reader": self.staff, "campaign": current_campaign()}

    def listed_rows(self, rows: list[Certificate], form: FilterForm) -> None:
        people = dict.fromkeys(card.person.public_id for card in rows)
        log_access(
            user=self.staff, action=AccessLog.Action.SEARCH, screen="card-search", people=people, at=self.at
        )

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("返納"), reverse("returns:collected-list"))]


class CollectedDetailView(DetailPageView[CollectedCard]):
    """A card that came back, and the question it may have opened."""

    permission = Permission.COLLECT_CARDS
    template_name = "returns/collected_detail.html"
    logged_as = "collected-detail"

    def queryset(self) -> QuerySet[CollectedCard]:
        return collected_for(self.staff).select_related(
            "certificate__person__household__branch", "recorded_by", "answered_by"
        )

    def page_title(self) -> str:
        return _("返納 %(serial)s") % {"serial": self.object.certificate.serial}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("返納"), reverse("returns:collected-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"facts": self.facts(), "actions": self.actions()}

    def facts(self) -> list[Fact]:
        """What is known of the card and its holder's eligibility by now."""
        card, person = self.object, self.object.certificate.person
        holder = reverse("issuance:person-detail", kwargs={"public_id": person.public_id})
        seen = self.staff.may(Permission.VIEW_PERSONS)
        return [
            Fact(_("証番号"), card.certificate.serial),
            Fact(_("持ち主"), _("照会の画面で見る") if seen else None, holder if seen else ""),
            Fact(_("支部"), person.household.branch.name if person.household.branch else None),
            Fact(_("返納理由"), card.get_reason_display()),
            Fact(_("返納日"), card.collected_on),
            Fact(_("記録した方"), staff_name(card.recorded_by)),
            Fact(_("資格喪失の登録（返納のとき）"), _("あり") if card.loss_on_file else _("なし")),
            Fact(_("資格喪失年月日（いま）"), person.later_lost_on or person.lost_on),
            Fact(_("確認の結果"), card.answer),
            Fact(_("確認した方"), staff_name(card.answered_by)),
        ]

    def actions(self) -> list[Action]:
        """Answer the question while it stands."""
        card = self.object
        if card.loss_on_file or card.answered_at:
            return []
        url = reverse("returns:collected-answer", kwargs={"public_id": card.public_id})
        return [Action(_("確認の結果を記録する"), url, form=QuestionForm(), primary=True)]


class CollectedAnswerView(ActionView):
    permission = Permission.COLLECT_CARDS
    form_class = QuestionForm

    def act(self) -> str:
        card = get_object_or_404(collected_for(self.staff), public_id=self.kwargs["public_id"])
        answer_question(card=card, at=self.at, by=self.staff, **self.cleaned_data)
        return _("確認の結果を記録しました。")

    def next_url(self) -> str:
        return reverse("returns:collected-detail", kwargs=self.kwargs)
