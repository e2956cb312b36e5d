"""Background work that a person starts, watches and may stop; the sweeper ends what has died."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from backoffice.models import Job
from backoffice.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from backoffice.models import User

State = Job.State
UNFINISHED = (State.QUEUED, State.RUNNING)
SILENCE_MEANS_DEATH = timedelta(minutes=10)
NEVER_STARTED = timedelta(hours=6)
# Every worker may be busy for longer: a second message then does no harm.
SENT_AGAIN_AFTER = timedelta(minutes=5)


@transaction.atomic
def start_job(
    *,
    kind: str,
    subject: str,
    by: User | None,
    at: datetime,
    task: str = "",
    said: Mapping[str, Any] | None = None,
) -> Job:
    """Put a new piece of work on record before it is sent to a worker, with the message that is sent: the task's name and what it is
    told besides the job (days and counts, never anything of a person).

    :raises Refused: `already_running`, the same work on the same subject has not ended yet.
    """
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind,
                subject=subject,
                started_by=by,
                created_at=at,
                task=task,
                said=dict(said or {}),
                sent_at=at,
            )
    except IntegrityError:
        raise Refused(
            "already_running", _("同じ処理がすでに実行中です。終わるまでお待ちください。")
        ) from None


def begin_job(*, job_id: int, total: int, at: datetime, message: str = "") -> bool:
    """The worker has taken up the work that `message` tells it of; False where it must not be done: it has ended, or another message
    has it and its worker lives.

    A second delivery of the same message goes on with the same job.
    """
    free = Q(state=State.QUEUED) | Q(taken_as=message) | Q(heartbeat_at__lt=at - SILENCE_MEANS_DEATH)
    moved = Job.objects.filter(free, pk=job_id, state__in=UNFINISHED).update(
        state=State.RUNNING,
        taken_as=message,
        total=total,
        done=0,
        rows=0,
        started_at=Coalesce(F("started_at"), at),
        heartbeat_at=at,
    )
    return moved == 1


def advance_job(*, job_id: int, done: int, at: datetime, total: int | None = None, rows: int = 0) -> bool:
    """Report how much is done in all, of how much where that has become known, and how many rows of a file that are; False
    where somebody asked to stop, or the job has ended.
    """
    running = Job.objects.filter(pk=job_id, state=State.RUNNING, cancel_requested_at=None)
    counted = {"done": done} if total is None else {"done": done, "total": total}
    return running.update(heartbeat_at=at, rows=rows, **counted) == 1


def finish_job(*, job_id: int, at: datetime, state: Job.State = State.DONE, message: str = "") -> bool:
    """The work has ended in `state` with one line for people; False where it had ended before."""
    return (
        Job.objects.filter(pk=job_id, state__in=UNFINISHED).update(
            state=state, message=message, finished_at=at
        )
        == 1
    )


@transaction.atomic
def request_cancel(*, job: Job, by: User, at: datetime) -> None:
    """Ask the work to stop: at once where it has not begun, else at the worker's next look.

    :raises Refused: `not_your_job`, somebody else started it; `already_finished`.
    """
    if job.started_by_id != by.pk:
        raise Refused("not_your_job", _("この処理を中止できるのは、開始した職員だけです。"))
    unfinished = Job.objects.filter(pk=job.pk, state__in=UNFINISHED)
    queued = unfinished.filter(state=State.QUEUED)
    if queued.update(state=State.CANCELLED, cancel_requested_at=at, finished_at=at):
        return
    if not unfinished.update(cancel_requested_at=Coalesce(F("cancel_requested_at"), at)):
        raise Refused("already_finished", _("この処理はすでに終わっています。"))


@transaction.atomic
def jobs_to_send_again(*, at: datetime) -> list[Job]:
    """The jobs that no worker has taken up some minutes after their message was sent; each is given out once in that time."""
    waiting = Job.objects.filter(state=State.QUEUED, sent_at__lt=at - SENT_AGAIN_AFTER).exclude(task="")
    jobs = list(waiting.select_for_update(skip_locked=True).order_by("pk"))
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(sent_at=at)
    return jobs


@transaction.atomic
def fail_dead_jobs(*, at: datetime) -> int:
    """Fail every job whose worker has been silent for ten minutes, or that nobody took up within six
    hours.
    """
    silent = Job.objects.filter(state=State.RUNNING, heartbeat_at__lt=at - SILENCE_MEANS_DEATH)
    stopped = silent.update(
        state=State.FAILED, finished_at=at, message=_("処理が途中で止まりました。もう一度実行してください。")
    )
    forgotten = Job.objects.filter(state=State.QUEUED, created_at__lt=at - NEVER_STARTED)
    return stopped + forgotten.update(
        state=State.FAILED, finished_at=at, message=_("処理が始まりませんでした。もう一度実行してください。")
    )
