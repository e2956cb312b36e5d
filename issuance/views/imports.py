from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.intake_pages import IntakeDetailView, IntakeRejectsView
from backoffice.job_pages import JobUploadView, refused_files
from backoffice.parts import Crumb, Link
from backoffice.roles import Permission
from employers import intake as employers
from employers.models import EmployerImport
from issuance.intake import COLUMNS
from issuance.models import LossImport, RosterImport
from issuance.queries import current_campaign, newest_open_campaign
from issuance.tables import EmployerImportTable, LossImportTable, RosterImportTable
from issuance.tasks import IMPORT_EMPLOYERS, IMPORT_INSURED, import_file

if TYPE_CHECKING:
    from issuance.models import Campaign

NEWEST = 20


class ImportListView(PermittedView, TemplateView):
    """取込: the newest files of every sort, and the ways to bring another."""

    permission = Permission.VIEW_IMPORTS
    template_name = "issuance/import_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = newest_open_campaign()
        page = {"title": _("取込"), "campaign": campaign}
        if campaign is None:
            return super().get_context_data(**kwargs) | page
        return (
            super().get_context_data(**kwargs)
            | page
            | {
                "links": self.links(),
                "sections": self.sections(campaign),
                "refused": refused_files(str(campaign.public_id), at=self.at),
            }
        )

    def links(self) -> list[Link]:
        """What may be brought; employers first, because the roster refers to them."""
        if not self.staff.may(Permission.IMPORT_FILES):
            return []
        return [
            Link(_("事業所ファイルを取り込む"), reverse("issuance:employers-upload")),
            Link(_("加入者ファイルを取り込む"), reverse("issuance:roster-upload"), primary=True),
        ]

    def sections(self, campaign: Campaign) -> list[dict[str, Any]]:
        """A table per sort of file."""
        employers = EmployerImport.objects.filter(campaign_code=campaign.code)
        rosters = RosterImport.objects.filter(campaign=campaign)
        losses = LossImport.objects.filter(campaign=campaign)
        return [
            {"heading": _("事業所ファイル"), "table": EmployerImportTable(_newest(employers))},
            {"heading": _("加入者ファイル"), "table": RosterImportTable(_newest(rosters))},
            {"heading": _("資格喪失ファイル"), "table": LossImportTable(_newest(losses))},
        ]


def _newest(rows: Any) -> Any:
    return rows.order_by("-imported_at", "-pk")[:NEWEST]


class _FileUploadView(JobUploadView):
    permission = Permission.IMPORT_FILES
    task = import_file

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("issuance:import-list")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("取込"), reverse("issuance:import-list"))]


class EmployersUploadView(_FileUploadView):
    title = gettext_lazy("事業所ファイルの取込")
    kind = IMPORT_EMPLOYERS
    columns = employers.COLUMNS


class RosterUploadView(_FileUploadView):
    title = gettext_lazy("加入者ファイルの取込")
    kind = IMPORT_INSURED
    columns = COLUMNS


class LossImportDetailView(IntakeDetailView):
    intake_model = LossImport

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("取込"), reverse("issuance:import-list"))]

    def rejects_url(self) -> str:
        return reverse("issuance:loss-import-rejects", kwargs=self.kwargs)


class LossImportRejectsView(IntakeRejectsView):
    intake_model = LossImport
