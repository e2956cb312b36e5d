"""Buttons and forms that start a job and lead to the page where its progress is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.forms import FileUploadForm
from backoffice.models import Job
from backoffice.pages import ActionView, FormPageView
from backoffice.sending import send_on_commit
from backoffice.services.jobs import start_job
from backoffice.services.uploads import keep_upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from celery.app.task import Task

    from backoffice.file_intake import Column

    _View = ActionView
else:
    _View = object

MOST_REFUSED = 10
REFUSALS_SHOWN_FOR = timedelta(days=30)


class _StartsJob(_View):
    kind: ClassVar[str]
    task: ClassVar[Task[Any, Any]]
    job: Job | None = None

    def subject(self) -> str:
        """The opaque id of what the job works on; one job of a kind runs for it at a time."""
        raise NotImplementedError  # every job has its own

    def back_url(self) -> str:
        """The page the job was started from."""
        raise NotImplementedError  # every job has its own

    def said(self) -> dict[str, Any]:
        """What the worker is told besides the job: days and counts, never anything of a person."""
        return {}

    def start(self, file: Any = None) -> None:
        """Put the job on record, keep the file it is to read, and send it to a worker.

        :raises Refused: the same job is running.
        """
        with transaction.atomic():
            job = start_job(
                kind=self.kind,
                subject=self.subject(),
                by=self.staff,
                at=self.at,
                task=str(self.task.name),
                said=self.said(),
            )
            if file is not None:
                keep_upload(job=job, file=file)
            send_on_commit(job)
        job.refresh_from_db(fields=["public_id"])
        self.job = job

    def next_url(self) -> str:
        """The job's page, or back where it could not be started."""
        if self.job is None:
            return self.back_url()
        url = reverse("backoffice:job-detail", kwargs={"public_id": self.job.public_id})
        return f"{url}?next={self.back_url()}"


class JobActionView(_StartsJob, ActionView):
    """A button that starts a job."""

    def act(self) -> str:
        self.start()
        return _("処理を始めました。")


class JobUploadView(_StartsJob, FormPageView):
    """A form that takes a file and starts the job that reads it; it says which columns the file needs."""

    columns: ClassVar[Sequence[Column]]
    template_name = "backoffice/upload_page.html"
    form_class = FileUploadForm
    submit_label = gettext_lazy("取込を始める")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"columns": self.columns}

    def perform(self, form: Any) -> str:
        self.start(form.cleaned_data["file"])
        return _("ファイルを受け付けました。")

    def cancel_url(self) -> str:
        return self.back_url()


def refused_files(subject: str, *, at: datetime, kinds: Sequence[str] = ()) -> list[Job]:
    """The jobs of a subject (of these kinds, if any are named) whose file was refused as a whole in the last month, the newest first."""
    since = at - REFUSALS_SHOWN_FOR
    refused = Job.objects.filter(
        subject=subject, state=Job.State.FAILED, refused_file__gt="", finished_at__gt=since
    )
    if kinds:
        refused = refused.filter(kind__in=kinds)
    return list(refused.select_related("started_by").order_by("-finished_at", "-pk")[:MOST_REFUSED])
