"""Looking at the sample: no approval before every page of it was seen by the approver (design §4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.models import SampleView
from mailing.queries import sample_pages, sample_problems, sample_views, unseen_pages
from mailing.services.guards import locked, require, wrong_state
from mailing.states import BatchState, SampleVerdict

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from mailing.models import PrintBatch, SamplePage


@transaction.atomic
def mark_sample_page(*, page: SamplePage, by: User, at: datetime, problem: str = "") -> bool:
    """Record that `by` has looked at a page of the sample and found it in order, or the problem seen there.

    False if that is what `by` recorded last. A later verdict of the same person replaces the earlier one.

    :raises PermissionDenied: `by` may not approve the batch.
    :raises Refused: `wrong_state`: the batch, or this revision of it, does not wait for an approval.
    """
    batch = locked(page.batch)
    require(by, Permission.APPROVE_BATCH, batch)
    if batch.state != BatchState.SUBMITTED or batch.revision != page.revision:
        raise wrong_state(batch)
    note = problem.strip()
    verdict = SampleVerdict.PROBLEM if note else SampleVerdict.SEEN
    last = page.views.filter(seen_by=by).order_by("-pk").first()
    if last and (last.verdict, last.note) == (verdict, note):
        return False
    SampleView.objects.create(page=page, seen_by=by, seen_at=at, verdict=verdict, note=note)
    return True


@transaction.atomic
def state_sample_seen(*, batch: PrintBatch, by: User, at: datetime) -> int:
    """Record `by`'s statement to have looked at the rest of the sample elsewhere; return how many pages that were.

    Pages `by` has a verdict on already, and batches that wait for nobody, are left alone.

    :raises PermissionDenied: `by` may not approve the batch.
    """
    now = locked(batch)
    require(by, Permission.APPROVE_BATCH, now)
    if now.state != BatchState.SUBMITTED:
        return 0
    judged = {view.page_id for view in sample_views(now) if view.seen_by == by}
    stated = SampleView.objects.bulk_create(
        SampleView(page=page, seen_by=by, seen_at=at, verdict=SampleVerdict.SEEN, stated=True)
        for page in sample_pages(now)
        if page.pk not in judged
    )
    return len(stated)


def require_sample_seen(batch: PrintBatch, by: User) -> None:
    """Let only those approve who have seen every page of the sample, and nothing in which somebody found a problem.

    :raises Refused: `no_sample`; `sample_problem`; `sample_unseen`.
    """
    if not sample_pages(batch).exists():
        raise Refused("no_sample", _("見本がありません。差し戻して作り直してください。"))
    if problems := sample_problems(batch):
        raise Refused(
            "sample_problem",
            _("見本の%(page)dページ目に問題が記録されています。差し戻してください。")
            % {"page": problems[0].page.page},
        )
    if left := len(unseen_pages(batch, by)):
        raise Refused(
            "sample_unseen",
            _("見本があと%(left)dページ残っています。すべて確認してから承認してください。") % {"left": left},
        )
