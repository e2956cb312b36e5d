"""見本: page by page from the real file, as many as the system has chosen, by keyboard if liked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.models import AccessLog
from backoffice.pages import ActionView
from backoffice.parts import Crumb
from backoffice.roles import Permission
from mailing.forms import SampleForm
from mailing.queries import sample_pages, sample_views, unseen_pages
from mailing.services import mark_sample_page
from mailing.states import BatchState, SampleReason, SampleVerdict
from mailing.views.batches import batches_for
from mailing.views.printed import OfBatch

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mailing.models import PrintBatch, SamplePage, SampleView


def sample_address(batch: PrintBatch, page: SamplePage) -> str:
    """Where a page of the sample is shown."""
    return reverse("mailing:batch-sample-page", kwargs={"number": batch.number, "page": page.page})


class BatchSampleView(OfBatch):
    """The way into the sample: the first page the reader has not seen, else the first."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseRedirect:
        """Go there."""
        page = next(iter([*unseen_pages(self.batch, self.staff), *sample_pages(self.batch)]), None)
        if page is None:
            raise Http404(_("見本は、承認者に提出すると作成されます。"))
        return redirect(sample_address(self.batch, page))


class BatchSamplePageView(OfBatch, TemplateView):
    """One page of the sample, why it was chosen, who has seen it, and the two answers."""

    template_name = "mailing/sample_page.html"

    @cached_property
    def pages(self) -> list[SamplePage]:
        """The whole sample."""
        return list(sample_pages(self.batch))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = next((n for n, one in enumerate(self.pages) if one.page == self.kwargs["page"]), None)
        if place is None:
            raise Http404(_("このページは見本ではありません。"))
        page, batch = self.pages[place], self.batch
        may_see = self.may_see(page.envelope)
        people = self.people_in(page.envelope) if may_see else []
        self.note(AccessLog.Action.PRINT_VIEW, "batch-sample", f"{batch.number}/{page.page}", people)
        views = sample_views(batch)
        may = batch.state == BatchState.SUBMITTED and self.staff.may(Permission.APPROVE_BATCH)
        return super().get_context_data(**kwargs) | {
            "title": _("見本の確認 %(number)s") % {"number": batch.number},
            "crumbs": [
                Crumb(_("印刷バッチ"), reverse("mailing:batch-list")),
                Crumb(batch.number, reverse("mailing:batch-detail", kwargs={"number": batch.number})),
            ],
            "batch": batch,
            "page": page,
            "may_see": may_see,
            "place": place + 1,
            "pages": len(self.pages),
            "reasons": [SampleReason(reason).label for reason in page.reasons],
            "previous": self.address(place - 1),
            "next": self.address(place + 1),
            "views": [view for view in views if view.page_id == page.pk],
            "mine": self.mine(views, page),
            "left": len(unseen_pages(batch, self.staff)),
            "form": SampleForm(auto_id="sample_%s", initial={"verdict": SampleVerdict.PROBLEM})
            if may
            else None,
        }

    def mine(self, views: list[SampleView], page: SamplePage) -> SampleView | None:
        """What the reader said of this page last."""
        return next((view for view in views if view.page_id == page.pk and view.seen_by == self.staff), None)

    def address(self, place: int) -> str:
        """The page of the sample at that place; empty beyond its ends."""
        return sample_address(self.batch, self.pages[place]) if 0 <= place < len(self.pages) else ""


class BatchSampleMarkView(ActionView):
    """「確認した」 or 「問題あり」, then on to the next page that waits."""

    permission = Permission.APPROVE_BATCH
    form_class = SampleForm

    @cached_property
    def page(self) -> SamplePage:
        """The page that was looked at."""
        batch = get_object_or_404(batches_for(self.staff), number=self.kwargs["number"])
        return get_object_or_404(sample_pages(batch).select_related("batch"), page=self.kwargs["page"])

    def act(self) -> str:
        problem = self.cleaned_data["problem"]
        mark_sample_page(page=self.page, by=self.staff, at=self.at, problem=problem)
        if problem:
            return _("問題を記録しました。このままでは承認できません。差し戻してください。")
        if unseen_pages(self.page.batch, self.staff):
            return ""
        return _("見本をすべて確認しました。")

    def next_url(self) -> str:
        batch = self.page.batch
        waiting = unseen_pages(batch, self.staff)
        entered = getattr(self, "cleaned_data", None)
        if entered is None:  # something was wrong with it
            return sample_address(batch, self.page)
        if entered["problem"] or not waiting:
            return reverse("mailing:batch-detail", kwargs={"number": batch.number})
        after = [page for page in waiting if page.page > self.page.page]
        return sample_address(batch, [*after, *waiting][0])
