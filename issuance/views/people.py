from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.languages import on_record
from backoffice.listing import ListPageView
from backoffice.masking import covered_birth, covered_number
from backoffice.models import AccessLog
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact, Link
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.services.call_notes import note_call
from backoffice.session_guard import confirmation_url, is_fresh
from issuance.eligibility import DataDates, Facts, explanations, rule_lines
from issuance.forms import CallNoteForm, PersonSearchForm, RevealForm
from issuance.models import InsuredPerson
from issuance.queries import (
    current_campaign,
    household_history,
    people_for,
    person_answer,
    person_sections,
)
from issuance.tables import PersonTable
from japan.postal import format_postal_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from backoffice.filters import FilterForm
    from backoffice.models import User
    from issuance.eligibility import RuleLine
    from issuance.models import Campaign

_RELATED = ("household__branch", "selection")
_WHOLE = (
    *_RELATED,
    "household__employer",
    "household__campaign",
    "source__imported_by",
    "source__decided_by",
    "later_loss_source__imported_by",
)
UNCOVERED = "uncovered"
UNCOVERED_FOR = timedelta(minutes=10)


# What a row of the list shows and what it may be ordered by: the addresses of everybody on the page are nobody's business yet.
_LISTED = (
    *("public_id", "name_print", "name_kana", "edaban", "birth_date", "name_key", "kana_key"),
    *("household__symbol", "household__number", "household__branch__name", "selection__outcome"),
)


class PersonListView(ListPageView[InsuredPerson]):
    """照会: who is on the telephone? What is searched for gets into no address and no log."""

    permission = Permission.VIEW_PERSONS
    title = gettext_lazy("照会")
    table_class = PersonTable
    filter_form_class = PersonSearchForm
    by_post = True
    before_search = gettext_lazy("上の欄に、分かっていることを一つ入力して検索してください。")

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign whose people are asked for."""
        return current_campaign()

    def queryset(self) -> QuerySet[InsuredPerson]:
        people = people_for(self.staff, self.campaign).select_related(*_RELATED)
        return people.only(*_LISTED).order_by("household_id", "edaban", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # What every page shows of the campaign is then not asked for again.
        return super().get_context_data(**kwargs) | {"campaign": self.campaign}

    def listed_rows(self, rows: list[InsuredPerson], form: FilterForm) -> None:
        people = [person.public_id for person in rows]
        log_access(
            user=self.staff, action=AccessLog.Action.SEARCH, screen="person-list", people=people, at=self.at
        )


def person_for(user: User, public_id: UUID) -> InsuredPerson:
    """The person of that id, if the user may know of them (else a 404)."""
    rows = people_for(user, current_campaign()).select_related(*_WHOLE)
    person: InsuredPerson = get_object_or_404(rows, public_id=public_id)
    return person


def is_uncovered(request: HttpRequest, person: InsuredPerson, at: datetime) -> bool:
    """Whether this session has given a reason for seeing this person's numbers within the last ten minutes."""
    since = request.session.get(UNCOVERED, {}).get(str(person.public_id), 0.0)
    return bool(at.timestamp() - since <= UNCOVERED_FOR.total_seconds())


class PersonDetailView(DetailPageView[InsuredPerson]):
    """One person: the answer first, then why, and everything that happened to the household's cards."""

    permission = Permission.VIEW_PERSONS
    template_name = "issuance/person_detail.html"
    logged_as = "person-detail"

    def queryset(self) -> QuerySet[InsuredPerson]:
        return people_for(self.staff, current_campaign()).select_related(*_WHOLE)

    @cached_property
    def family(self) -> list[InsuredPerson]:
        """Everybody under the same 記号・番号, this person too."""
        person = self.object
        rows = people_for(self.staff, person.household.campaign).filter(household=person.household)
        return list(rows.select_related(*_WHOLE).order_by("edaban", "pk"))

    def people_shown(self) -> Iterable[UUID]:
        return [one.public_id for one in self.family if one.pk != self.object.pk]

    def page_title(self) -> str:
        return _("照会結果")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("照会"), reverse("issuance:person-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.object
        table = PersonTable(self.family, exclude=("branch",))
        table.caption = _("同じ記号・番号の方")
        why = self.explanations()
        return super().get_context_data(**kwargs) | {
            "answer": person_answer(person, why_not="".join(why[:1]), at=self.at),
            "facts": self.facts(),
            "selection": getattr(person, "selection", None),
            "explanations": why,
            "rules": self.rules(),
            "timeline": household_history(self.family),
            "family": table,
            "sections": person_sections(person.household, self.staff),
            "actions": self.actions(),
            "links": self.links(),
        }

    def explanations(self) -> list[str]:
        """Why or why not; nothing while the person waits to be judged."""
        person, campaign = self.object, self.object.household.campaign
        selection = getattr(person, "selection", None)
        if selection is None:
            return []
        return explanations(
            selection.reasons,
            decided_on=person.decided_on,
            decided_by=campaign.decided_by,
            reference_date=campaign.reference_date,
        )

    def rules(self) -> list[RuleLine]:
        """Every rule with its value; nothing while the person waits to be judged."""
        person, household = self.object, self.object.household
        selection, loss = getattr(person, "selection", None), person.later_loss_source
        if selection is None:
            return []
        insured = next((one for one in self.family if one.relation == person.Relation.INSURED), person)
        lost_on = person.later_lost_on or person.lost_on
        facts = Facts(
            insurer_no=household.insurer_no,
            insured_kind=person.insured_kind,
            card_held=person.card_held,
            decided_on=person.decided_on,
            myna_usable=person.myna_usable,
            lost=lost_on is not None,
            nondisclosure=person.nondisclosure,
            insured_nondisclosure=insured.nondisclosure,
        )
        dates = DataDates(
            roster=household.campaign.extraction_on or timezone.localdate(person.source.imported_at),
            reference=household.campaign.reference_date,
            loss=timezone.localdate(loss.imported_at) if loss else None,
        )
        return rule_lines(
            facts,
            selection.reasons,
            kind=person.get_insured_kind_display(),
            lost_on=lost_on,
            decided_by=household.campaign.decided_by,
            dates=dates,
        )

    def actions(self) -> list[Action]:
        """Uncovering the numbers, and noting what was said."""
        key = {"public_id": self.object.public_id}
        reveal = Action(
            _("番号と生年月日を表示する"),
            reverse("issuance:person-reveal", kwargs=key),
            form=RevealForm(),
            hint=_("理由とともに記録されます。表示は10分間です。"),
        )
        actions = [] if is_uncovered(self.request, self.object, self.at) else [reveal]
        if self.staff.may(Permission.NOTE_CALLS):
            url = reverse("issuance:person-note", kwargs=key)
            actions.append(Action(_("応対を記録する"), url, form=CallNoteForm()))
        return actions

    def links(self) -> list[Link]:
        """Who saw this person, for 監査."""
        if not self.staff.may(Permission.VIEW_AUDIT):
            return []
        url = f"{reverse('backoffice:access-log-list')}?subject={self.object.public_id}"
        return [Link(_("この方を見た職員"), url)]

    def facts(self) -> list[Fact]:
        """What the roster says of the person, the 番号 and the birth covered unless somebody said why."""
        person, household = self.object, self.object.household
        employer = household.employer
        employer_url = (
            reverse("employers:employer-detail", kwargs={"public_id": employer.public_id})
            if employer and self.staff.may(Permission.VIEW_EMPLOYERS)
            else ""
        )
        seen = is_uncovered(self.request, person, self.at)
        number = household.number if seen else covered_number(household.number)
        return [
            Fact(_("氏名"), person.name_print),
            Fact(_("カナ"), person.name_kana),
            Fact(_("記号・番号-枝番"), f"{household.symbol}・{number}-{person.edaban}"),
            Fact(_("本人・家族"), person.get_relation_display()),
            Fact(_("種別"), person.get_insured_kind_display()),
            Fact(_("生年月日"), person.birth_date if seen else covered_birth(person.birth_date)),
            Fact(_("資格取得年月日"), person.acquired_on),
            Fact(_("資格喪失年月日"), person.later_lost_on or person.lost_on),
            Fact(_("支部"), household.branch.name if household.branch else None),
            Fact(_("事業所"), employer.name if employer else None, employer_url),
            Fact(_("郵便番号"), format_postal_code(person.postal_code)),
            Fact(_("住所"), f"{person.address1} {person.address2}".strip()),
        ]


class _PersonAction(ActionView):
    @cached_property
    def person(self) -> InsuredPerson:
        """The person the button belongs to."""
        return person_for(self.staff, self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("issuance:person-detail", kwargs={"public_id": self.person.public_id})


class PersonRevealView(_PersonAction):
    """Uncover the numbers of one person for ten minutes; the reason is kept. 不開示 asks for the password again."""

    permission = Permission.VIEW_PERSONS
    form_class = RevealForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        hidden = self.person.household.people.filter(nondisclosure=True).exists()
        if hidden and not is_fresh(request, self.at):
            return redirect(confirmation_url(self.next_url()))
        return super().post(request, *args, **kwargs)

    def act(self) -> str:
        key, now = str(self.person.public_id), self.at.timestamp()
        shown = self.request.session.get(UNCOVERED, {})
        fresh = {one: at for one, at in shown.items() if now - at <= UNCOVERED_FOR.total_seconds()}
        self.request.session[UNCOVERED] = {**fresh, key: now}
        reason = on_record(lambda: str(RevealForm.Reason(self.cleaned_data["reason"]).label))()
        log_access(
            user=self.staff,
            action=AccessLog.Action.REVEAL,
            screen="person-reveal",
            subject=key,
            reason=reason,
            at=self.at,
        )
        return _("番号と生年月日を表示しました。10分後に伏字に戻ります。")


class PersonNoteView(_PersonAction):
    """Keep what was said on the telephone."""

    permission = Permission.NOTE_CALLS
    form_class = CallNoteForm

    def act(self) -> str:
        note_call(subject=self.person.public_id, **self.cleaned_data, at=self.at, by=self.staff)
        return _("応対を記録しました。")
