"""Where a batch stands on its way, and what the reader may do about it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.parts import Action
from backoffice.roles import Permission
from backoffice.tones import Tone
from mailing.forms import ApproveForm, CaseForm, PostingForm, ReasonForm, ResultsForm
from mailing.queries import unseen_pages
from mailing.services import approvals_given, approvals_needed, package_path, permission_to_close
from mailing.states import BatchState, RenderState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from django_stubs_ext import StrOrPromise

    from backoffice.models import User
    from mailing.models import Approval, Case, PrintBatch

_B, _P = BatchState, Permission
_BEFORE_RELEASE = {_B.PLANNED, _B.RENDERED, _B.SUBMITTED, _B.REJECTED, _B.APPROVED}


@dataclass(frozen=True)
class Step:
    """One station of a batch; `when` is empty until it is reached."""

    label: StrOrPromise
    when: datetime | date | None
    is_current: bool


def steps_of(batch: PrintBatch) -> list[Step]:
    """The stations from planning to the end, with the day each was reached; the next one is the current."""
    stations: list[tuple[StrOrPromise, datetime | date | None]] = [
        (_("計画"), batch.planned_at),
        (_("組版"), batch.rendered_at),
        (_("提出"), batch.submitted_at),
        (_("承認"), batch.approved_at),
        (_("引渡し"), batch.released_at),
        (_("照合"), batch.reconciled_at),
        (_("差出"), batch.posted_on),
        (_("完了"), batch.closed_at),
    ]
    reached = sum(1 for _label, when in stations if when)
    return [
        Step(label, when, is_current=place == reached and batch.state != _B.CANCELLED)
        for place, (label, when) in enumerate(stations)
    ]


def actions_for(batch: PrintBatch, user: User) -> list[Action]:
    """What this reader may do with the batch as it stands."""
    offers: dict[str, Callable[[PrintBatch, User], Iterator[tuple[Permission, Action]]]] = {
        _B.PLANNED: _planned,
        _B.RENDERED: _rendered,
        _B.SUBMITTED: _submitted,
        _B.REJECTED: _rejected,
        _B.APPROVED: _approved,
        _B.RELEASED: _released,
        _B.RECONCILED: _reconciled,
        _B.POSTED: _posted,
    }
    offered = list(offers[batch.state](batch, user)) if batch.state in offers else []
    if batch.state in _BEFORE_RELEASE:
        offered.append((_P.PLAN_BATCHES, _cancel(batch)))
    return [action for permission, action in offered if user.may(permission)]


def case_actions(batch: PrintBatch, user: User) -> list[tuple[Case, list[Action]]]:
    """The differences of a batch; an open one with what the reader can do to settle it."""
    cases = batch.cases.select_related("envelope", "owner", "closed_by").order_by("closed_at", "pk")
    return [(case, list(_settle(case, user))) for case in cases]


def _settle(case: Case, user: User) -> Iterator[Action]:
    if case.closed_at or not user.may(permission_to_close(case)):
        return
    key = {"public_id": case.public_id}
    if case.owner_id != user.pk:
        yield Action(_("担当になる"), reverse("mailing:case-take", kwargs=key))
    form = CaseForm(auto_id=f"case{case.pk}_%s")
    yield Action(_("原因と判断を記録する"), reverse("mailing:case-close", kwargs=key), form=form)


def _action(batch: PrintBatch, label: str, url_name: str, **extra: Any) -> Action:
    return Action(label, reverse(f"mailing:batch-{url_name}", kwargs={"number": batch.number}), **extra)


def _planned(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    if batch.render_state == RenderState.RENDERING:
        yield _P.PLAN_BATCHES, _action(batch, _("組版を中止する"), "stop-rendering")
        return
    again = batch.render_state in {RenderState.FAILED, RenderState.CANCELLED}
    label = _("組版を再開する") if again else _("組版する")
    yield _P.PLAN_BATCHES, _action(batch, label, "render", primary=True)


def _rendered(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    confirm = _("印刷イメージを確認のうえ、承認者に提出します。")
    yield _P.SUBMIT_BATCH, _action(batch, _("承認者に提出する"), "submit", primary=True, confirm=confirm)
    yield _P.PLAN_BATCHES, _revise(batch)


def _submitted(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    given = approvals_given(batch)
    own = _("提出した本人は承認できません。") if batch.submitted_by_id == user.pk else ""
    if not own and (left := len(unseen_pages(batch, user))):
        own = _("見本があと%(left)dページ残っています。「見本を確認する」から確認してください。") % {
            "left": left
        }
    if any(one.decided_by_id == user.pk for one in given):
        own = _("すでに承認済みです。もう1人の承認者の承認を待っています。")
    form = ApproveForm(initial={"manifest_sha256": batch.manifest_sha256}, auto_id="approve_%s")
    confirm = _("表示中の %(envelopes)s通をこの内容で印刷に回すことを承認します。") % {
        "envelopes": f"{batch.envelope_count:,}"
    }
    yield (
        _P.APPROVE_BATCH,
        _action(
            batch,
            _approve_label(batch, given),
            "approve",
            primary=True,
            confirm=confirm,
            form=form,
            disabled_because=own,
        ),
    )
    reason = ReasonForm(auto_id="reject_%s")
    yield _P.APPROVE_BATCH, _action(batch, _("差し戻す"), "reject", form=reason, tone=Tone.DANGER)


def _approve_label(batch: PrintBatch, given: list[Approval]) -> str:
    """Two people approve a large batch; the label says which of them the reader would be."""
    if approvals_needed(batch) == 1:
        return _("承認する")
    return _("承認する（2人目）") if given else _("承認する（1人目）")


def _rejected(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    yield _P.PLAN_BATCHES, _revise(batch, primary=True)


def _approved(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    confirm = _("承認された内容を印刷会社に引き渡します。引渡し後は取り消せません。")
    yield _P.RELEASE_BATCH, _action(batch, _("印刷会社に引き渡す"), "release", primary=True, confirm=confirm)
    yield _P.PLAN_BATCHES, _revise(batch)


def _released(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    form = ResultsForm(auto_id="results_%s")
    yield _P.RECORD_RESULTS, _action(batch, _("封入結果を取り込む"), "results", form=form, primary=True)
    yield _P.RELEASE_BATCH, _refresh_package(batch)
    if batch.campaign.seal_packages and package_path(batch).is_dir():
        yield _P.RELEASE_BATCH, _seal(batch, user)


def _reconciled(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    form = PostingForm(auto_id="post_%s")
    yield _P.POST_BATCH, _action(batch, _("差出を記録する"), "post", form=form, primary=True)
    yield _P.RELEASE_BATCH, _refresh_package(batch)


def _posted(batch: PrintBatch, user: User) -> Iterator[tuple[Permission, Action]]:
    yield _P.POST_BATCH, _action(batch, _("バッチを完了する"), "close", primary=True)


def _revise(batch: PrintBatch, *, primary: bool = False) -> Action:
    confirm = _("このバッチを計画に戻し、次の改訂として作り直します。いまのファイルと承認は無効になります。")
    form = ReasonForm(auto_id="revise_%s")
    return _action(batch, _("作り直す"), "revise", confirm=confirm, form=form, primary=primary)


def _refresh_package(batch: PrintBatch) -> Action:
    made = package_path(batch).is_dir()
    label = _("引渡し一式（引抜きリスト）を最新にする") if made else _("引渡し一式を作成する")
    return _action(batch, label, "release")


def _seal(batch: PrintBatch, user: User) -> Action:
    mine = batch.released_by_id == user.pk
    return _action(
        batch,
        _("引渡し一式を暗号化し、パスワードを表示する"),
        "seal",
        confirm=_("新しいパスワードを作り、一度だけ表示します。前に暗号化したファイルは使えなくなります。"),
        disabled_because=_("引き渡した本人にはパスワードを表示できません。") if mine else "",
    )


def _cancel(batch: PrintBatch) -> Action:
    confirm = _("このバッチを取り消します。封筒は次の計画で別のバッチに入ります。")
    form = ReasonForm(auto_id="cancel_%s")
    return _action(batch, _("バッチを取り消す"), "cancel", confirm=confirm, form=form, tone=Tone.DANGER)
