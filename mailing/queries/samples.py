"""The sample of a submitted batch, and who has looked at which of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.models import SamplePage, SampleView
from mailing.states import SampleVerdict

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User
    from mailing.models import PrintBatch


def sample_pages(batch: PrintBatch) -> QuerySet[SamplePage]:
    """The sample of the batch's present revision, in the file's order."""
    rows = SamplePage.objects.filter(batch=batch, revision=batch.revision)
    return rows.select_related("envelope").order_by("page")


def sample_views(batch: PrintBatch) -> list[SampleView]:
    """What each person last found on each sample page of the present revision."""
    views = SampleView.objects.filter(page__batch=batch, page__revision=batch.revision)
    newest = views.order_by("page__page", "seen_by", "-pk").distinct("page__page", "seen_by")
    return list(newest.select_related("page", "seen_by"))


def unseen_pages(batch: PrintBatch, by: User) -> list[SamplePage]:
    """The sample pages this person has not found to be in order yet."""
    seen = {
        view.page_id
        for view in sample_views(batch)
        if view.seen_by == by and view.verdict == SampleVerdict.SEEN
    }
    return [page for page in sample_pages(batch) if page.pk not in seen]


def sample_problems(batch: PrintBatch) -> list[SampleView]:
    """The problems people have found on the sample and not taken back."""
    return [view for view in sample_views(batch) if view.verdict == SampleVerdict.PROBLEM]
