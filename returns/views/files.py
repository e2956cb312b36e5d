from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.intake_pages import IntakeDetailView, IntakeRejectsView
from backoffice.job_pages import JobUploadView, refused_files
from backoffice.listing import ListPageView
from backoffice.parts import Crumb, Fact, Link
from backoffice.roles import Permission
from issuance.queries import current_campaign
from returns.intake import COLUMNS
from returns.models import ReturnsImport
from returns.tables import ReturnsImportTable
from returns.tasks import IMPORT_RETURNS, import_for_job

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from issuance.models import Campaign


class ReturnsImportListView(ListPageView[ReturnsImport]):
    """還付ファイル: the contractor's lists, each with what became of its rows."""

    permission = Permission.VIEW_RETURNS
    title = gettext_lazy("還付ファイル")
    table_class = ReturnsImportTable
    template_name = "returns/returns_import_list.html"
    empty_title = gettext_lazy("還付ファイルはまだ取り込まれていません")
    empty_hint = gettext_lazy("還付の委託業者から届いた一覧を取り込むと、ここに表示されます。")

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign whose files are listed."""
        return current_campaign()

    def queryset(self) -> QuerySet[ReturnsImport]:
        return ReturnsImport.objects.filter(campaign=self.campaign).order_by("-imported_at", "-pk")

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        refused = refused_files(str(self.campaign.public_id), at=self.at, kinds=[IMPORT_RETURNS])
        return super().get_context_data(data=data, **kwargs) | {"refused": refused}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("還付一覧"), reverse("returns:return-list"))]

    def links(self) -> list[Link]:
        if not self.staff.may(Permission.LOG_RETURNS):
            return []
        return [Link(_("還付ファイルを取り込む"), reverse("returns:returns-import"), primary=True)]


class ReturnsImportDetailView(IntakeDetailView):
    """One list: how many rows were taken in, and why others were not."""

    permission = Permission.VIEW_RETURNS
    intake_model = ReturnsImport

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("還付一覧"), reverse("returns:return-list")),
            Crumb(_("還付ファイル"), reverse("returns:returns-import-list")),
        ]

    def facts(self) -> list[Fact]:
        file = self.intake
        return [
            *super().facts(),
            Fact(_("受付"), file.recorded),
            Fact(_("重複"), file.repeated),
            Fact(_("不明の還付"), file.unknown, reverse("returns:unknown-list") if self.may_work() else ""),
        ]

    def may_work(self) -> bool:
        """Whether the reader may open the queue of unknown pieces."""
        return self.staff.may(Permission.WORK_EXCEPTIONS)

    def rejects_url(self) -> str:
        return reverse("returns:returns-import-rejects", kwargs=self.kwargs)


class ReturnsImportRejectsView(IntakeRejectsView):
    permission = Permission.VIEW_RETURNS
    intake_model = ReturnsImport


class ReturnsImportView(JobUploadView):
    permission = Permission.LOG_RETURNS
    title = gettext_lazy("還付ファイルの取込")
    kind = IMPORT_RETURNS
    columns = COLUMNS
    task = import_for_job

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("returns:returns-import-list")

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("還付一覧"), reverse("returns:return-list")),
            Crumb(_("還付ファイル"), reverse("returns:returns-import-list")),
        ]
