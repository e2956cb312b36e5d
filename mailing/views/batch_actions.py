from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backoffice.access import in_branch
from backoffice.pages import ActionView
from backoffice.roles import Permission
from mailing import services
from mailing.forms import ApproveForm, CaseForm, PostingForm, ReasonForm, ResultsForm
from mailing.models import Case, PrintBatch
from mailing.states import BatchState
from mailing.tasks import send_rendering
from mailing.views.batches import batches_for

if TYPE_CHECKING:
    from django.core.files.base import File


class _BatchAction(ActionView):
    @cached_property
    def batch(self) -> PrintBatch:
        """The batch the button belongs to."""
        return get_object_or_404(batches_for(self.staff), number=self.kwargs["number"])

    def next_url(self) -> str:
        return reverse("mailing:batch-detail", kwargs=self.kwargs)


class BatchRenderView(_BatchAction):
    permission = Permission.PLAN_BATCHES

    def act(self) -> str:
        wanted = PrintBatch.objects.filter(pk=self.batch.pk)
        services.request_rendering(batches=wanted, at=self.at, by=self.staff)
        send_rendering()
        return _("組版を始めました。")


class BatchStopRenderingView(_BatchAction):
    permission = Permission.PLAN_BATCHES

    def act(self) -> str:
        services.cancel_rendering(batch=self.batch, at=self.at, by=self.staff)
        return _("組版を中止しました。「組版を再開する」で続きから再開できます。")


class BatchSubmitView(_BatchAction):
    permission = Permission.SUBMIT_BATCH

    def act(self) -> str:
        services.submit_batch(batch=self.batch, by=self.staff, at=self.at)
        return _("承認者に提出しました。")


class BatchApproveView(_BatchAction):
    permission = Permission.APPROVE_BATCH
    needs_fresh_login = True
    form_class = ApproveForm

    def act(self) -> str:
        shown = self.cleaned_data["manifest_sha256"]
        services.approve_batch(batch=self.batch, by=self.staff, at=self.at, manifest_sha256=shown)
        self.batch.refresh_from_db()
        if self.batch.state == BatchState.SUBMITTED:
            return _("承認しました。このバッチは通数が多いため、もう1人の承認が必要です。")
        return _("承認しました。")


class BatchRejectView(_BatchAction):
    permission = Permission.APPROVE_BATCH
    form_class = ReasonForm

    def act(self) -> str:
        services.reject_batch(batch=self.batch, by=self.staff, at=self.at, **self.cleaned_data)
        return _("差し戻しました。")


class BatchReviseView(_BatchAction):
    permission = Permission.PLAN_BATCHES
    form_class = ReasonForm

    def act(self) -> str:
        revision = services.revise_batch(batch=self.batch, by=self.staff, at=self.at, **self.cleaned_data)
        return _("計画に戻しました（改訂 %(revision)d）。もう一度組版してください。") % {"revision": revision}


class BatchCancelView(_BatchAction):
    permission = Permission.PLAN_BATCHES
    form_class = ReasonForm

    def act(self) -> str:
        services.cancel_batch(batch=self.batch, by=self.staff, at=self.at, **self.cleaned_data)
        return _("バッチを取り消しました。")


class BatchReleaseView(_BatchAction):
    permission = Permission.RELEASE_BATCH
    needs_fresh_login = True

    def act(self) -> str:
        folder = services.package_path(self.batch)
        done = services.release_batch(batch=self.batch, directory=folder, by=self.staff, at=self.at)
        if done.repeated:
            return _("引渡し一式はすでに最新です。")
        return _("%(envelopes)s通の引渡し一式を作成しました（引抜き %(pulled)s通）。") % {
            "envelopes": f"{done.envelopes:,}",
            "pulled": f"{done.pulled:,}",
        }


class BatchResultsView(_BatchAction):
    permission = Permission.RECORD_RESULTS
    form_class = ResultsForm

    def act(self) -> str:
        with TemporaryDirectory() as folder:
            path = _written(self.cleaned_data["file"], Path(folder))
            counts = services.import_vendor_results(
                batch=self.batch,
                path=path,
                file_name=self.cleaned_data["file"].name,
                by=self.staff,
                at=self.at,
            )
        text = _(
            "%(rows)d行を読みました。封入 %(inserted)d、汚損 %(spoiled)d、引抜き %(pulled)d、所在不明 %(missing)d、未報告 %(difference)d。"
        )
        return text % {
            "rows": counts.rows,
            "inserted": counts.inserted,
            "spoiled": counts.spoiled,
            "pulled": counts.pulled,
            "missing": counts.missing,
            "difference": counts.difference,
        }


def _written(upload: File[bytes], folder: Path) -> Path:
    path = folder / "results.csv"
    with path.open("wb") as file:
        for block in upload.chunks():
            file.write(block)
    return path


class BatchPostView(_BatchAction):
    permission = Permission.POST_BATCH
    form_class = PostingForm

    def act(self) -> str:
        posted = services.post_batch(batch=self.batch, by=self.staff, at=self.at, **self.cleaned_data)
        return _("%(posted)s通の差出を記録しました。") % {"posted": f"{posted:,}"}


class BatchCloseView(_BatchAction):
    permission = Permission.POST_BATCH

    def act(self) -> str:
        services.close_batch(batch=self.batch, by=self.staff, at=self.at)
        return _("バッチを完了しました。")


class _CaseAction(ActionView):
    permission = Permission.RECORD_RESULTS

    @cached_property
    def case(self) -> Case:
        """The difference."""
        cases = in_branch(Case.objects.select_related("batch"), self.staff, "batch__branch_id")
        return get_object_or_404(cases, public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("mailing:batch-detail", kwargs={"number": self.case.batch.number})


class CaseTakeView(_CaseAction):
    """Become the one who has to settle a difference."""

    def act(self) -> str:
        taken = services.take_case(case=self.case, by=self.staff)
        return _("差異の担当になりました。") if taken else _("この差異の担当は変わりません。")


class CaseCloseView(_CaseAction):
    """Record the cause of a difference and what was decided."""

    form_class = CaseForm

    def act(self) -> str:
        services.close_case(case=self.case, by=self.staff, at=self.at, **self.cleaned_data)
        return _("差異の原因と判断を記録しました。")
