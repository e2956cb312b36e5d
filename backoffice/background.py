"""How a task does a job: it reports while it works, stops when asked to, and always says how it ended."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from celery import current_task
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from backoffice.file_intake import RefusedFile
from backoffice.models import Job, Upload
from backoffice.refusal import Refused
from backoffice.services.change_history import act_as
from backoffice.services.jobs import advance_job, begin_job, finish_job
from backoffice.services.kept_numbers import put_out_of_date
from backoffice.services.uploads import discard_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from django_stubs_ext import StrOrPromise

    from backoffice.progress import Report

    Work = Callable[[Job, Report], str]

TELL_EVERY = 1.0
State = Job.State


class Stopped(Exception):
    """Somebody asked for the work to be stopped; raised out of a report, so that its transaction rolls back."""


class Reporter:
    """Tells the job's row how far the work is, from a thread with a connection of its own.

    The work itself is one transaction, whose updates nobody else would see before its end. The thread also
    shows that the worker lives while a single statement takes minutes.
    """

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._now = (0, 0, 0)
        self._stopped = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name=f"job-{job_id}", daemon=True)

    def __call__(self, done: int, total: int, rows: int = 0, /) -> None:
        """
        :raises Stopped: the starter of the job wants it to end.
        """
        self._now = (done, total, rows)
        if self._stopped:
            raise Stopped

    def __enter__(self) -> Reporter:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _tell(self) -> None:
        try:
            while not self._over.wait(TELL_EVERY):
                done, total, rows = self._now
                self._stopped = not advance_job(
                    job_id=self._job_id, done=done, total=total, rows=rows, at=timezone.now()
                )
        finally:
            connection.close()


def do_job(*, job_id: int, work: Work, stopped: StrOrPromise = "") -> None:
    """Do the work of a job and record how it ended: its message, its refusal, stopped or failed, in the language of its starter,
    who alone reads it.

    `work(job, report)` returns the line for people; `stopped` is the line where it was stopped and is no single transaction. Delivered twice, it is done twice: what it calls must be
    harmless the second time.
    """
    if not begin_job(job_id=job_id, total=0, at=timezone.now(), message=_message()):
        return
    job = Job.objects.select_related("started_by").get(pk=job_id)
    if job.started_by:
        act_as(job.started_by)
    with translation.override(job.started_by.language if job.started_by else settings.LANGUAGE_CODE):
        _do(job, work, stopped)


def _message() -> str:
    """What tells this delivery of the job from others: the message's own id, which a second delivery of it bears again."""
    return str(current_task.request.id or "") if current_task else ""


def _do(job: Job, work: Work, stopped: StrOrPromise) -> None:
    state, message = State.FAILED, _("処理を完了できませんでした。システム管理の担当者にお知らせください。")
    try:
        with Reporter(job.pk) as report:
            message = work(job, report)
        state = State.DONE
    except Stopped:
        state, message = State.CANCELLED, str(stopped) or _("中止しました。何も変わっていません。")
    except RefusedFile as refusal:
        message = refusal.message
        name = Upload.objects.filter(job=job).values_list("file_name", flat=True).first() or ""
        Job.objects.filter(pk=job.pk).update(refused_file=name)
    except (Refused, PermissionDenied) as refusal:
        message = refusal.message if isinstance(refusal, Refused) else _("この処理を行う権限がありません。")
    finally:
        finish_job(job_id=job.pk, at=timezone.now(), state=state, message=message)
        discard_upload(job=job)
        put_out_of_date()
