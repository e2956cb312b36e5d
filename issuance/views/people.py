from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.pages import DetailPageView
from backoffice.parts import Crumb, Fact
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from issuance.eligibility import explanations
from issuance.forms import PersonSearchForm
from issuance.models import InsuredPerson
from issuance.queries import current_campaign, people_for, person_history
from issuance.tables import PersonTable
from japan.postal import format_postal_code

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.filters import FilterForm

_RELATED = ("household__branch", "selection")


class PersonListView(ListPageView[InsuredPerson]):
    """照会: who is on the telephone? What is searched for gets into no address and no log."""

    permission = Permission.VIEW_PERSONS
    title = gettext_lazy("照会")
    table_class = PersonTable
    filter_form_class = PersonSearchForm
    by_post = True
    before_search = gettext_lazy("記号・番号か氏名で検索してください。")

    def queryset(self) -> QuerySet[InsuredPerson]:
        people = people_for(self.staff, current_campaign()).select_related(*_RELATED)
        return people.order_by("household_id", "edaban", "pk")

    def searched(self, form: FilterForm) -> None:
        log_access(user=self.staff, action=AccessLog.Action.SEARCH, screen="person-list", at=self.at)


class PersonDetailView(DetailPageView[InsuredPerson]):
    """One person: the card that explains the outcome, and everything that happened since."""

    permission = Permission.VIEW_PERSONS
    template_name = "issuance/person_detail.html"
    logged_as = "person-detail"

    def queryset(self) -> QuerySet[InsuredPerson]:
        related = (*_RELATED, "household__employer", "household__campaign", "source", "later_loss_source")
        return people_for(self.staff, current_campaign()).select_related(*related)

    def page_title(self) -> str:
        return _("照会結果")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("照会"), reverse("issuance:person-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.object
        family = people_for(self.staff, person.household.campaign).filter(household=person.household)
        table = PersonTable(family.select_related(*_RELATED).order_by("edaban", "pk"))
        table.caption = _("同じ記号・番号の方")
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "selection": getattr(person, "selection", None),
            "explanations": self.explanations(),
            "timeline": person_history(person),
            "family": table,
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

    def facts(self) -> list[Fact]:
        """What the roster says of the person."""
        person, household = self.object, self.object.household
        employer = household.employer
        employer_url = (
            reverse("employers:employer-detail", kwargs={"public_id": employer.public_id})
            if employer and self.staff.may(Permission.VIEW_EMPLOYERS)
            else ""
        )
        return [
            Fact(_("氏名"), person.name_print),
            Fact(_("カナ"), person.name_kana),
            Fact(_("記号・番号-枝番"), f"{household.symbol}・{household.number}-{person.edaban}"),
            Fact(_("本人・家族"), person.get_relation_display()),
            Fact(_("種別"), person.get_insured_kind_display()),
            Fact(_("生年月日"), person.birth_date),
            Fact(_("資格取得年月日"), person.acquired_on),
            Fact(_("資格喪失年月日"), person.later_lost_on or person.lost_on),
            Fact(_("支部"), household.branch.name if household.branch else None),
            Fact(_("事業所"), employer.name if employer else None, employer_url),
            Fact(_("郵便番号"), format_postal_code(person.postal_code)),
            Fact(_("住所"), f"{person.address1} {person.address2}".strip()),
        ]
