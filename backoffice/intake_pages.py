"""The pages of one file that came in: its counts, why rows were rejected, and the rejected rows to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from backoffice.access import PermittedView
from backoffice.charts import Bar
from backoffice.csv_response import csv_response
from backoffice.listing import ListPageView
from backoffice.models import AccessLog, FileIntake, RejectedRow
from backoffice.parts import Fact, Link
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.staff import staff_name
from backoffice.tables import RejectTable

if TYPE_CHECKING:
    from typing import ClassVar

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase

REJECTS_HEADER = ("line", "column", "rule", "message")


class _OneIntake(PermittedView):
    permission = Permission.VIEW_IMPORTS
    intake_model: ClassVar[type[FileIntake]]

    @cached_property
    def intake(self) -> Any:
        """The file, by its public id."""
        rows = self.intake_model._default_manager.select_related("imported_by")
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def rejects(self) -> QuerySet[RejectedRow]:
        """What was rejected of it, in the order of the file."""
        rows: QuerySet[RejectedRow] = self.intake.rejects.order_by("line", "pk")
        return rows


class IntakeDetailView(_OneIntake, ListPageView[RejectedRow]):
    """One file: facts, a bar per broken rule, and the rejected rows."""

    title = _("取込の結果")
    table_class = RejectTable
    template_name = "backoffice/intake_detail.html"
    empty_title = _("却下された行はありません")

    def queryset(self) -> QuerySet[RejectedRow]:
        return self.rejects()

    def rejects_url(self) -> str:
        """Where the rejected rows can be taken away as a file."""
        raise NotImplementedError  # every sort of file has its own address

    def links(self) -> list[Link]:
        return [Link(_("却下行をCSVで保存"), self.rejects_url())] if self.intake.rejected else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"facts": self.facts(), "bars": self.bars()}

    def facts(self) -> list[Fact]:
        """What is known of the file."""
        intake = self.intake
        return [
            Fact(_("ファイル名"), intake.file_name),
            Fact(_("取込日時"), intake.imported_at),
            Fact(_("取込者"), staff_name(intake.imported_by)),
            Fact(_("文字コード"), intake.encoding),
            Fact(_("行数"), intake.rows),
            Fact(_("取込行数"), intake.accepted),
            Fact(_("却下"), intake.rejected),
        ]

    def bars(self) -> list[Bar]:
        """How often each rule was broken, in its words and with its code, the most frequent first."""
        rules = self.rejects().order_by().values_list("rule")
        counted = rules.annotate(rows=Count("pk"), said=Min("message")).order_by("-rows", "rule")
        return [Bar(f"{said}（{rule}）", rows) for rule, rows, said in counted]


class IntakeRejectsView(_OneIntake):
    """The rejected rows as a CSV file; every download is logged."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file."""
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen="rejects",
            subject=str(self.intake.public_id),
            at=self.at,
        )
        rows = self.rejects().values_list(*REJECTS_HEADER).iterator(chunk_size=5000)
        return csv_response("rejects", REJECTS_HEADER, rows)
