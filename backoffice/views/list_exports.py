"""書き出し: asking for a list as a file, seeing how far it is, taking it away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.access import PermittedView
from backoffice.list_files import ListFile, list_at
from backoffice.listing import ListPageView
from backoffice.models import AccessLog, ListExport
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Crumb, Fact, Link
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.sending import send_on_commit
from backoffice.services.access_log import log_access
from backoffice.services.list_exports import request_list_export
from backoffice.tables.list_exports import ListExportTable, MisfitTable
from backoffice.views.jobs import cancel_action, progress_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ListExportForm(forms.Form):
    """Which list, with what in its filter bar, in which encoding."""

    address = forms.CharField(max_length=200)
    query = forms.CharField(max_length=4000, required=False)
    encoding = forms.ChoiceField(choices=ListExport.Encoding.choices)


class ListExportRequestView(ActionView):
    """Ask a worker for a list as a file."""

    permission = Permission.USE_OWN_ACCOUNT
    form_class = ListExportForm
    export: ListExport | None = None

    def act(self) -> str:
        asked = self.cleaned_data
        view = list_at(asked["address"], reader=self.staff)
        ListFile(view, QueryDict(asked["query"]))
        with transaction.atomic():
            self.export = request_list_export(title=str(view.title), **asked, by=self.staff, at=self.at)
            assert self.export.job is not None
            send_on_commit(self.export.job)
        return gettext("書き出しを始めました。終わると、この画面から保存できます。")

    def next_url(self) -> str:
        if self.export is None:
            return reverse("backoffice:export-list")
        return reverse("backoffice:export-detail", args=[self.export.public_id])


def exports_of(reader: Any) -> QuerySet[ListExport]:
    """One's own."""
    return ListExport.objects.filter(made_by=reader).select_related("job")


class ListExportListView(ListPageView[ListExport]):
    permission = Permission.USE_OWN_ACCOUNT
    title = _("書き出し")
    table_class = ListExportTable
    empty_title = _("書き出しはまだありません")
    empty_hint = _("一覧の画面の下にある「この一覧をCSVに書き出す」から依頼すると、ここに表示されます。")

    def queryset(self) -> QuerySet[ListExport]:
        return exports_of(self.staff).order_by("-pk")


class ListExportDetailView(DetailPageView[ListExport]):
    """One file: how far it is, what did not fit, and the way to take it away."""

    permission = Permission.USE_OWN_ACCOUNT
    template_name = "backoffice/list_export.html"

    def queryset(self) -> QuerySet[ListExport]:
        return exports_of(self.staff)

    def page_title(self) -> str:
        return gettext("書き出し：%(title)s") % {"title": self.object.title}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("書き出し"), reverse("backoffice:export-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export = self.object
        job = export.job
        assert job is not None
        misfits = MisfitTable(
            [dict(zip(("line", "column", "points"), row, strict=True)) for row in export.misfits]
        )
        misfits.caption = gettext("表せない文字")
        keys = [export.public_id]
        return super().get_context_data(**kwargs) | {
            "progress": progress_of(job) if not export.made_at else None,
            "actions": cancel_action(job),
            "misfits": misfits,
            "links": [Link(_("CSVを保存"), reverse("backoffice:export-file", args=keys), primary=True)]
            if export.is_there
            else [],
            "facts": [
                Fact(_("依頼日時"), export.asked_at),
                Fact(_("文字コード"), export.get_encoding_display()),
                Fact(_("行数"), export.rows),
                Fact(_("保存期限"), export.keep_until),
                Fact(_("結果"), job.message or "—"),
            ],
        }


class ListExportFileView(PermittedView):
    """The file, for the one who asked for it, as long as they may open the list; every time is logged."""

    permission = Permission.USE_OWN_ACCOUNT
    http_method_names = ["get"]

    @cached_property
    def export(self) -> ListExport:
        return get_object_or_404(exports_of(self.staff), public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The bytes."""
        export = self.export
        if not export.is_there or not export.path.is_file():
            raise Http404(gettext("保存期限を過ぎたか、まだ作成されていません。"))
        try:
            list_at(export.address, reader=self.staff)
        except Refused as refusal:
            raise Http404(refusal.message) from None
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen="export-download",
            subject=str(export.public_id),
            at=self.at,
        )
        name = f"export-{export.asked_at:%Y%m%d-%H%M%S}.csv"
        return FileResponse(export.path.open("rb"), as_attachment=True, filename=name)
