"""One roster: what it brought, what has changed since the campaign before, and the second person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.intake_pages import IntakeDetailView, IntakeRejectsView
from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.pages import ActionView
from backoffice.parts import Action, Crumb, Fact, Tile
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.staff import staff_name
from backoffice.tones import Tone
from issuance.forms import RefuseRosterForm
from issuance.models import InsuredPerson, RosterImport
from issuance.queries import campaign_before, people_for
from issuance.services import accept_roster, refuse_roster
from issuance.tables import ComparedTable

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from backoffice.filters import FilterForm

WORDS = {
    "kept": gettext_lazy("前回もあった世帯"),
    "new": gettext_lazy("新しい世帯"),
    "gone": gettext_lazy("なくなった世帯"),
    "moved": gettext_lazy("住所が変わった世帯"),
}


class RosterImportDetailView(IntakeDetailView):
    intake_model = RosterImport
    template_name = "issuance/roster_import_detail.html"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("取込"), reverse("issuance:import-list"))]

    def rejects_url(self) -> str:
        return reverse("issuance:roster-import-rejects", kwargs=self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"intake": self.intake, "tiles": self.tiles(), "actions": self.actions()}
        return super().get_context_data(**kwargs) | page

    def facts(self) -> list[Fact]:
        found = self.intake
        told = [*super().facts(), Fact(_("承認"), found.get_decision_display())]
        if found.decided_by:
            told += [
                Fact(_("承認・取下げをした人"), staff_name(found.decided_by)),
                Fact(_("日時"), found.decided_at),
            ]
        return [*told, Fact(_("取下げの理由"), found.decision_note)] if found.decision_note else told

    def tiles(self) -> list[Tile]:
        """The households against those of the campaign before; each number but the first leads to its list."""
        compared = self.intake.comparison
        return [
            Tile(
                WORDS[what],
                compared[what],
                url="" if what == "kept" else self.changes_url(what),
                tone=Tone.WAITING if what in {"gone", "moved"} and compared[what] else Tone.NEUTRAL,
            )
            for what in WORDS
            if what in compared
        ]

    def changes_url(self, what: str) -> str:
        return reverse("issuance:roster-changes", kwargs={**self.kwargs, "what": what})

    def actions(self) -> list[Action]:
        """Accepting and refusing, while it waits."""
        found = self.intake
        if found.decision != RosterImport.Decision.WAITING or not self.staff.may(Permission.ACCEPT_FILES):
            return []
        own = found.imported_by_id == self.staff.pk
        return [
            Action(
                _("取込を承認する"),
                reverse("issuance:roster-accept", kwargs=self.kwargs),
                primary=True,
                confirm=_("このファイルの方を、対象者判定に進めます。"),
                disabled_because=_("取り込んだ本人は承認できません。") if own else "",
            ),
            Action(
                _("取込を取り下げる"),
                reverse("issuance:roster-refuse", kwargs=self.kwargs),
                confirm=_("このファイルで取り込んだ方を取り除きます。件数と却下の記録は残ります。"),
                form=RefuseRosterForm(auto_id="refuse_%s"),
                tone=Tone.DANGER,
            ),
        ]


class RosterImportRejectsView(IntakeRejectsView):
    intake_model = RosterImport


class RosterChangesView(ListPageView[InsuredPerson]):
    """The 本人 of the households that are new, gone or moved."""

    permission = Permission.VIEW_IMPORTS
    table_class = ComparedTable
    empty_title = gettext_lazy("該当する世帯はありません")

    @cached_property
    def roster(self) -> RosterImport:
        """The file in the address."""
        rows = RosterImport.objects.select_related("campaign")
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def queryset(self) -> QuerySet[InsuredPerson]:
        what, campaign = self.kwargs["what"], self.roster.campaign
        before = campaign_before(campaign)
        if what not in WORDS or what == "kept" or before is None:
            raise Http404(_("この一覧はありません。"))
        listed, others = (before, campaign) if what == "gone" else (campaign, before)
        same = InsuredPerson.objects.filter(
            household__campaign=others,
            relation="1",
            household__insurer_no=OuterRef("household__insurer_no"),
            household__symbol=OuterRef("household__symbol"),
            household__number=OuterRef("household__number"),
        )
        rows = people_for(self.staff, listed).filter(relation="1").select_related("household__branch")
        if what == "moved":
            alike = {name: OuterRef(name) for name in ("postal_code", "address1", "address2")}
            rows = rows.filter(Exists(same.exclude(**alike)))
        else:
            rows = rows.filter(~Exists(same))
        return rows.order_by("household_id", "pk")

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        """The list; whom it shows is logged."""
        self.title = WORDS.get(self.kwargs["what"], "")
        page = super().get_context_data(data=data, **kwargs)
        self.taken_away([row.record for row in page["table"].page.object_list], None)
        return page

    def taken_away(self, rows: list[InsuredPerson], form: FilterForm | None) -> None:
        log_access(
            user=self.staff,
            action=AccessLog.Action.SEARCH,
            screen="roster-changes",
            subject=str(self.roster.public_id),
            people=[person.public_id for person in rows],
            at=self.at,
        )

    def crumbs(self) -> list[Crumb]:
        keys = {"public_id": self.kwargs["public_id"]}
        return [
            Crumb(_("取込"), reverse("issuance:import-list")),
            Crumb(_("取込の結果"), reverse("issuance:roster-import-detail", kwargs=keys)),
        ]


class _RosterAction(ActionView):
    permission = Permission.ACCEPT_FILES

    def roster(self) -> RosterImport:
        """The file the button belongs to."""
        return get_object_or_404(RosterImport, public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("issuance:roster-import-detail", kwargs=self.kwargs)


class RosterAcceptView(_RosterAction):
    def act(self) -> str:
        accept_roster(roster=self.roster(), by=self.staff, at=self.at)
        return _("取込を承認しました。対象者判定に進めます。")


class RosterRefuseView(_RosterAction):
    form_class = RefuseRosterForm

    def act(self) -> str:
        removed = refuse_roster(roster=self.roster(), by=self.staff, at=self.at, **self.cleaned_data)
        return _("取込を取り下げ、%(people)s人を取り除きました。") % {"people": f"{removed:,}"}
