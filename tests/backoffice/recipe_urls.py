"""A small installation that shows the recipe for pages, for the tests of the recipe itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from backoffice.access import in_branch, permitted
from backoffice.filters import FilterForm
from backoffice.listing import ListPageView
from backoffice.models import AccessLog, User
from backoffice.pages import ActionView, DetailPageView, FormPageView
from backoffice.parts import Action, Crumb, Fact, Tile, TimelineEntry
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.tables import BaseTable, Column, DateColumn, LinkColumn, MomentColumn, NumberColumn
from backoffice.tones import Tone
from tests.factories.backoffice import MORNING

if TYPE_CHECKING:
    from django.db.models import QuerySet


class NameTable(BaseTable):
    username = LinkColumn("recipe:detail", key="pk", orderable=True, order_by=("username", "pk"))
    pk = NumberColumn()
    date_joined = DateColumn(wareki=True)
    joined = DateColumn(accessor="date_joined")
    last_login = MomentColumn()
    email = Column()

    class Meta(BaseTable.Meta):
        sequence = ("username", "pk", "date_joined", "joined", "last_login", "email")


class NameFilterForm(FilterForm):
    name = forms.CharField(max_length=5, required=False)

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(last_name__contains=self.cleaned_data["name"])


class NameListView(ListPageView[User]):
    permission = Permission.VIEW_HOME
    title = "名簿"
    table_class = NameTable
    page_size = 2

    def queryset(self) -> QuerySet[User]:
        return in_branch(User.objects.all(), self.staff, "branch_code").order_by("username", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "tiles": [Tile("全職員", 12345, note="先月より", url="/x")]
        }


class CountedListView(NameListView):
    filter_form_class = NameFilterForm

    def total(self) -> int:
        return 1000


class SearchView(NameListView):
    filter_form_class = NameFilterForm
    by_post = True
    page_size = 1

    def searched(self, form: FilterForm) -> None:
        log_access(user=self.staff, action=AccessLog.Action.SEARCH, screen="recipe", at=self.at)


class NameDetailView(DetailPageView[User]):
    permission = Permission.VIEW_HOME
    template_name = "backoffice/job_detail.html"
    lookup = "pk"
    logged_as = "recipe-detail"

    def queryset(self) -> QuerySet[User]:
        return in_branch(User.objects.all(), self.staff, "branch_code")

    def crumbs(self) -> list[Crumb]:
        return [Crumb("名簿", "/recipe/")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts = {
            "facts": [Fact("支部", "13", url="/branch"), Fact("人数", 12345)],
            "timeline": [TimelineEntry(MORNING, "登録", detail="一件", who="佐藤", tone=Tone.SUCCESS)],
            "actions": [
                Action("見直す", "/recipe/act", hint="すぐ終わります。"),
                Action(
                    "承認する",
                    "/recipe/act",
                    confirm="取り消せません。",
                    form=ReasonForm(),
                    hint="二人目の確認です。",
                ),
                Action("止める", "/recipe/act", disabled_because="すでに止まっています。"),
            ],
        }
        return super().get_context_data(**kwargs) | parts


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=5)
    sheet = forms.FileField(label="ファイル", required=False)


class ReasonView(FormPageView):
    permission = Permission.VIEW_HOME
    title = "理由の登録"
    form_class = ReasonForm

    def perform(self, form: Any) -> str:
        if form.cleaned_data["reason"] == "no":
            raise Refused("no", "お受けできません。")
        return "登録しました。"

    def next_url(self) -> str:
        return "/account/"


class ReasonActionView(ActionView):
    permission = Permission.VIEW_HOME
    form_class = ReasonForm

    def act(self) -> str:
        if self.cleaned_data["reason"] == "no":
            raise Refused("no", "お受けできません。")
        return f"{self.cleaned_data['reason']}：{self.staff.username}"

    def next_url(self) -> str:
        return "/account/"


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open door")


@permitted(Permission.MANAGE_USERS)
def declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("come in")


recipe = [
    path("", NameListView.as_view(), name="list"),
    path("counted/", CountedListView.as_view(), name="counted"),
    path("search/", SearchView.as_view(), name="search"),
    path("form/", ReasonView.as_view(), name="form"),
    path("act", ReasonActionView.as_view(), name="act"),
    path("undeclared", undeclared, name="undeclared"),
    path("declared", declared, name="declared"),
    path("<int:pk>/", NameDetailView.as_view(), name="detail"),
]
urlpatterns = [path("recipe/", include((recipe, "recipe"))), path("", include("config.urls"))]
