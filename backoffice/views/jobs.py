"""Background work its starter can watch and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.models import Job
from backoffice.pages import ActionView, DetailPageView, ProgressView
from backoffice.parts import Action, Fact, Progress
from backoffice.roles import Permission
from backoffice.services.jobs import UNFINISHED, request_cancel
from backoffice.tones import Tone

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def progress_of(job: Job) -> Progress:
    """A job as a progress bar."""
    over = job.state == Job.State.DONE
    return Progress(
        label=job.get_state_display(),
        done=job.total if over else job.done,
        total=job.total,
        running=job.state in UNFINISHED,
        url=reverse("backoffice:job-progress", args=[job.public_id]),
        detail=_detail(job),
        over=over,
    )


def _detail(job: Job) -> StrOrPromise:
    if job.cancel_requested_at:
        return _("中止の依頼を受け付けました。")
    return gettext("%(rows)s行を読みました。") % {"rows": f"{job.rows:,}"} if job.rows else ""


def cancel_action(job: Job) -> list[Action]:
    """The button that stops it, while there is something to stop."""
    if job.state not in UNFINISHED or job.cancel_requested_at:
        return []
    url = reverse("backoffice:job-cancel", args=[job.public_id])
    confirm = _("処理を中止します。どこまで済んだかは、中止したあとにこの画面に表示されます。")
    return [Action(_("中止する"), url, confirm=confirm, tone=Tone.DANGER)]


class JobDetailView(DetailPageView[Job]):
    """One's own job; `next` in the address leads back to where it was started."""

    permission = Permission.USE_OWN_ACCOUNT
    template_name = "backoffice/job_detail.html"

    def queryset(self) -> QuerySet[Job]:
        return Job.objects.filter(started_by=self.staff)

    def page_title(self) -> str:
        return gettext("処理の状況")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        facts = [
            Fact(_("開始"), job.created_at),
            Fact(_("終了"), job.finished_at),
            *([Fact(_("ファイル"), job.refused_file)] if job.refused_file else []),
            Fact(_("結果"), job.message or "—"),
        ]
        page = {
            "progress": progress_of(job),
            "facts": facts,
            "actions": cancel_action(job),
            "back_url": self.back_url(),
        }
        return super().get_context_data(**kwargs) | page

    def back_url(self) -> str:
        """Where the job was started; nowhere outside this site."""
        url = self.request.GET.get("next", "")
        return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""


class JobProgressView(ProgressView):
    permission = Permission.USE_OWN_ACCOUNT

    def progress(self) -> Progress:
        return progress_of(get_object_or_404(Job, started_by=self.staff, public_id=self.kwargs["public_id"]))


class JobCancelView(ActionView):
    permission = Permission.USE_OWN_ACCOUNT

    def act(self) -> str:
        job = get_object_or_404(Job, started_by=self.staff, public_id=self.kwargs["public_id"])
        request_cancel(job=job, by=self.staff, at=self.at)
        return gettext("中止を依頼しました。")

    def next_url(self) -> str:
        return reverse("backoffice:job-detail", args=[self.kwargs["public_id"]])
