"""The list page: permission, title, queryset, filter bar, table, and what an empty list says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.core.paginator import EmptyPage
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import TemplateResponseMixin
from django_tables2.paginators import LazyPaginator

from backoffice.access import PermittedView
from backoffice.keyset import Turn, first_before, rows_behind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from backoffice.filters import FilterForm
    from backoffice.parts import Crumb, Link
    from backoffice.tables import BaseTable

Row = TypeVar("Row", bound=Model)
# So far a page is found by its number alone, as in an address typed by hand; turning pages has no end.
LAST_PAGE = 200
# So many rows are counted at most: what a person still reads as a number, and what costs no more than a few pages.
COUNTED_UP_TO = 1_000


@dataclass(frozen=True)
class PageOfRows:
    """Which rows of the list are on the screen."""

    number: int
    first: int
    last: int
    has_next: bool
    ends: tuple[int, int] | None = None

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def previous(self) -> str:
        """How the page before is asked for: the one that ends before the first row on this one, or the very first."""
        number = self.number - 1
        return f"{number}b{self.ends[0]}" if self.ends and number > 1 else str(number)

    @property
    def next(self) -> str:
        """How the page after is asked for: the one that begins after the last row on this one."""
        return f"{self.number + 1}a{self.ends[1]}" if self.ends else str(self.number + 1)


class ListPageView(PermittedView, TemplateResponseMixin, Generic[Row]):
    """A page that lists rows under a filter bar, and never counts more than the first thousand of them.

    With `by_post` the filter bar is a POST form, so that nothing that was searched for (記号・番号, a name)
    gets into an address, a browser's history or a server's log; then nothing is listed before a search.
    """

    title: StrOrPromise = ""
    table_class: ClassVar[type[BaseTable]]
    filter_form_class: type[FilterForm] | None = None
    empty_title: StrOrPromise = _("まだ何もありません")
    empty_hint: StrOrPromise = ""
    by_post = False
    before_search: StrOrPromise = _("上の欄に入力して検索してください。")
    page_size = 50
    template_name = "backoffice/list_page.html"

    def queryset(self) -> QuerySet[Row]:
        """Every row the user may see, explicitly ordered, the order ending in `pk`."""
        raise NotImplementedError  # every list has its own

    def total(self) -> int | None:
        """How many rows there are in all, where somebody keeps that number; None: nobody does."""
        return None

    def counted(self, rows: QuerySet[Row], page: PageOfRows) -> int | None:
        """How many rows there are, counted no further than one beyond `COUNTED_UP_TO`; None where the page shows all of them,
        or where a search by POST has to answer while somebody is on the telephone."""
        if self.by_post or not (page.has_previous or page.has_next):
            return None
        return up_to_a_thousand(rows)

    def out_of_sight(self, form: FilterForm | None) -> int:
        """How many more rows the filter bar would let through that this reader may not see, where that may be told: so that a list
        agrees with the number it was reached by. Counted no further than one beyond `COUNTED_UP_TO`."""
        return 0

    def links(self) -> list[Link]:
        """Ways from here, drawn as buttons beside the heading."""
        return []

    def crumbs(self) -> list[Crumb]:
        """The way back."""
        return []

    def filter_options(self) -> dict[str, Any]:
        """Further arguments of the filter form."""
        return {}

    def searched(self, form: FilterForm) -> None:
        """Called after a search by POST with valid data; the place for the access log."""

    def listed_rows(self, rows: list[Row], form: FilterForm) -> None:
        """Called with the rows a valid search by POST puts on the screen; the place to log whom it shows."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list; only its results where htmx asks for them."""
        return self.listed(QueryDict() if self.by_post else request.GET)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The results of a search whose words must not be in an address."""
        return self.listed(request.POST) if self.by_post else HttpResponseNotAllowed(["GET", "HEAD"])

    def listed(self, data: QueryDict) -> HttpResponse:
        """The page for what was entered."""
        context = self.get_context_data(data=data)
        if self.request.headers.get("HX-Target") == "results":
            return self.response_class(
                request=self.request,
                template="backoffice/_results.html",
                context=context,
                using=self.template_engine,
            )
        return self.render_to_response(context)

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        """What the template draws; extend it for tiles and the like."""
        searching = not self.by_post or self.request.method == "POST"
        form, rows = self.narrowed(data, searching=searching)
        if self.by_post and searching and form is not None and form.is_valid():
            self.searched(form)
        table, page = self.table_page(rows, data)
        if self.by_post and searching and form is not None and form.is_valid():
            self.listed_rows([row.record for row in table.page.object_list], form)
        return {
            "title": self.title,
            "crumbs": self.crumbs(),
            "links": self.links(),
            "filter_form": form,
            "filter_is_used": form is not None and searching and form.is_narrowed,
            "filter_is_broken": form is not None and searching and not form.is_valid(),
            "searching": searching,
            "table": table,
            "page": page,
            "total": self.total(),
            "counted": self.counted(rows, page),
            "counted_up_to": COUNTED_UP_TO,
            "out_of_sight": self.out_of_sight(form) if form is None or form.is_valid() else 0,
            "listing": self,
            "file_query": _without_page(data),
            **kwargs,
        }

    def narrowed(self, data: QueryDict, *, searching: bool = True) -> tuple[FilterForm | None, QuerySet[Row]]:
        """The filter bar with what was entered, and the rows that it lets through."""
        entered = data if searching else None  # nobody is told that a field is missing before they search
        form = self.filter_form_class(entered, **self.filter_options()) if self.filter_form_class else None
        rows = self.queryset() if searching else self.queryset().none()
        if form is not None and searching:
            rows = form.apply(rows) if form.is_valid() else rows.none()
        return form, rows

    def ordered(self, rows: QuerySet[Row], data: QueryDict) -> QuerySet[Row]:
        """The rows in the order in which the screen shows them."""
        wanted = self._wanted_order(data)
        if wanted is None:
            return rows
        ordered: QuerySet[Row] = self.table_class(rows, order_by=wanted).data.data
        return ordered

    def _wanted_order(self, data: QueryDict) -> list[str] | None:
        return None if self.by_post else data.getlist("sort") or None

    def taken_away(self, rows: list[Row], form: FilterForm | None) -> None:
        """Called with the rows that go into a file; the place to log whom it shows."""
        if self.by_post and form is not None:
            self.listed_rows(rows, form)

    def table_page(self, rows: QuerySet[Row], data: QueryDict) -> tuple[BaseTable, PageOfRows]:
        """The table with the wanted page's rows, read by one query that looks one row ahead."""
        turn = Turn.of(data.get("page", ""))
        turned = self._turned(self.ordered(rows, data), turn)
        # Without the request: given one, django-tables2 would page the table itself and count the rows for
        # it.
        table = self.table_class(rows if turned is None else turned, order_by=self._wanted_order(data))
        table.caption = self.title
        table.sortable = not self.by_post
        number = min(turn.number, LAST_PAGE) if turned is None else turn.number
        try:
            table.paginate(LazyPaginator, per_page=self.page_size, page=number if turned is None else 1)
        except EmptyPage:
            table.paginate(LazyPaginator, per_page=self.page_size, page=1)
            number = 1
        shown = [row.record.pk for row in table.page.object_list]
        if turned is not None and not shown:  # what stood there is gone
            return self.table_page(rows, _at_first_page(data))
        first = (number - 1) * self.page_size + 1
        ends = (shown[0], shown[-1]) if shown else None
        return table, PageOfRows(number, first, first + len(shown) - 1, table.page.has_next(), ends)

    def _turned(self, rows: QuerySet[Row], turn: Turn) -> QuerySet[Row] | None:
        """The rows from where somebody turned to; None where the page is known by its number only."""
        if turn.after is not None:
            return rows_behind(rows, turn.after)
        return None if turn.before is None else first_before(rows, turn.before, self.page_size)


def up_to_a_thousand(rows: QuerySet[Any]) -> int:
    """How many rows there are, counted no further than one beyond `COUNTED_UP_TO`."""
    return rows.order_by()[: COUNTED_UP_TO + 1].count()


def _at_first_page(data: QueryDict) -> QueryDict:
    """What was entered, without the page that somebody turned to."""
    kept = data.copy()
    kept.pop("page", None)
    return kept


def _without_page(data: QueryDict) -> str:
    """What was entered, for the file of the whole list."""
    kept = _at_first_page(data)
    kept.pop("csrfmiddlewaretoken", None)
    return kept.urlencode()
