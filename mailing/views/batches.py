from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.languages import listed
from backoffice.listing import ListPageView
from backoffice.models import Transition
from backoffice.pages import DetailPageView, ProgressView
from backoffice.parts import Crumb, Fact, Link, Progress, TimelineEntry
from backoffice.roles import Permission
from backoffice.staff import staff_name
from backoffice.templatetags.backoffice import moment
from backoffice.tones import tone_of
from issuance.queries import current_campaign
from mailing.filters import BatchFilterForm
from mailing.models import PrintBatch
from mailing.queries import (
    BatchSum,
    batch_sum,
    batch_warnings,
    envelopes_out_of_sight,
    pull_list,
    rendering_progress,
    unreported,
    waiting_for,
    with_waiting,
)
from mailing.services import (
    approvals_given,
    approvals_needed,
    is_up_to_date,
    package_path,
    sealed_package,
    volume_of,
)
from mailing.states import BATCH_STATES, BatchState, RenderState, Turn
from mailing.tables import ArtifactTable, BatchTable, PullListTable
from mailing.views.approval_facts import NAMED_PIECES, facts_for
from mailing.views.batch_steps import actions_for, case_actions, steps_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User

_HANDED_OVER = {BatchState.RELEASED, BatchState.RECONCILED, BatchState.POSTED, BatchState.CLOSED}


def batches_for(user: User) -> QuerySet[PrintBatch]:
    """The batches the user may know of, of every campaign."""
    return in_branch(PrintBatch.objects.select_related("branch"), user, "branch_id")


class BatchListView(ListPageView[PrintBatch]):
    permission = Permission.VIEW_BATCHES
    title = gettext_lazy("印刷バッチ")
    table_class = BatchTable
    filter_form_class = BatchFilterForm
    empty_title = gettext_lazy("印刷バッチはまだありません")
    empty_hint = gettext_lazy("「作成の準備」で封筒を作成し、バッチを計画すると、ここに表示されます。")

    def queryset(self) -> QuerySet[PrintBatch]:
        rows = batches_for(self.staff).filter(campaign=current_campaign())
        return with_waiting(rows).order_by("-planned_at", "-pk")

    def links(self) -> list[Link]:
        queue = [Link(_("承認者の作業待ち"), f"?turn={Turn.SUPERVISOR.value}")]
        return [
            *(queue if self.staff.may(Permission.APPROVE_BATCH) else []),
            Link(_("作成の準備"), reverse("mailing:production"), primary=True),
        ]


def render_progress_of(batch: PrintBatch) -> Progress:
    """How far the workers are with a batch, as a bar."""
    now = rendering_progress([batch.pk])
    running = batch.state == BatchState.PLANNED and batch.render_state == RenderState.RENDERING
    return Progress(
        label=_("組版しています") if running else batch.get_render_state_display(),
        done=now.chunks_done,
        total=now.chunks,
        running=running,
        url=reverse("mailing:batch-progress", kwargs={"number": batch.number}),
    )


class BatchProgressView(ProgressView):
    permission = Permission.VIEW_BATCHES

    def progress(self) -> Progress:
        return render_progress_of(get_object_or_404(batches_for(self.staff), number=self.kwargs["number"]))


class BatchDetailView(DetailPageView[PrintBatch]):
    """One batch: where it stands, what it holds, what was left out, and what can be done now."""

    permission = Permission.VIEW_BATCHES
    template_name = "mailing/batch_detail.html"
    lookup = "number"

    def queryset(self) -> QuerySet[PrintBatch]:
        related = ("campaign", "submitted_by", "approved_by", "released_by")
        return with_waiting(batches_for(self.staff).select_related(*related))

    def page_title(self) -> str:
        return _("バッチ %(number)s") % {"number": self.object.number}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("印刷バッチ"), reverse("mailing:batch-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.object
        released = batch.state in _HANDED_OVER
        total = batch_sum(batch) if released else None
        page = super().get_context_data(**kwargs) | facts_for(batch, self.staff)
        return page | {
            "facts": self.facts(),
            "steps": steps_of(batch),
            "progress": self.progress(),
            "warnings": batch_warnings(batch, at=self.at),
            "sum": total,
            "unreported": self.unreported(total) if total else [],
            "inside": self.inside(),
            "artifacts": self.artifacts(),
            "pulled": self.pulled(),
            "cases": case_actions(batch, self.staff),
            "open_cases": batch.open_cases,  # type: ignore[attr-defined]
            "waiting": waiting_for(batch),
            "volume": volume_of(batch) if batch.rendered_at else None,
            "decisions": batch.approvals.select_related("decided_by").order_by("-revision"),
            "timeline": self.timeline(),
            "actions": actions_for(batch, self.staff),
            "links": self.links(released=released),
        }

    def unreported(self, total: BatchSum) -> list[str]:
        """Some of the pieces that a results file has left out; none before the first file, when that would be all of them."""
        if not 0 < total.difference < total.ordered:
            return []
        return list(unreported(self.object).values_list("piece_no", flat=True)[:NAMED_PIECES])

    def progress(self) -> Progress | None:
        """Only while there is something to watch."""
        return render_progress_of(self.object) if self.object.state == BatchState.PLANNED else None

    def links(self, *, released: bool) -> list[Link]:
        """The printed pages, and what the vendor is given."""
        keys = {"number": self.object.number}
        found = []
        if self.object.rendered_at and self.staff.may(Permission.VIEW_PRINTED_PAGES):
            found.append(
                Link(_("印刷イメージを見る"), reverse("mailing:batch-page", kwargs={**keys, "page": 1}))
            )
            hidden = envelopes_out_of_sight(self.staff, self.object.campaign).filter(batch=self.object)
            if not hidden.exists():
                found.append(Link(_("PDFを開く"), reverse("mailing:batch-file", kwargs=keys)))
        if released and self.staff.may(Permission.RELEASE_BATCH) and package_path(self.object).is_dir():
            found += self.package_links(keys)
        if self.object.submitted_at and self.staff.may(Permission.VIEW_AUDIT):
            found.append(Link(_("証跡ファイルを保存"), reverse("mailing:batch-evidence", kwargs=keys)))
        return found

    def package_links(self, keys: dict[str, str]) -> list[Link]:
        """The package as it may be carried away: encrypted where the campaign says so."""
        if not self.object.campaign.seal_packages:
            return [Link(_("引渡し一式を保存"), reverse("mailing:batch-package", kwargs=keys))]
        seal = sealed_package(self.object)
        if seal is None or seal.sealed_by_id == self.staff.pk or not is_up_to_date(seal):
            return []
        label = _("暗号化した引渡し一式を保存")
        return [Link(label, reverse("mailing:batch-sealed-package", kwargs=keys))]

    def inside(self) -> dict[str, int]:
        """What lies in the batch."""
        return self.object.envelopes.aggregate(
            one=Count("pk", filter=Q(card_count=1)),
            two=Count("pk", filter=Q(card_count=2)),
            three=Count("pk", filter=Q(card_count=3)),
            four=Count("pk", filter=Q(card_count=4)),
            split=Count("pk", filter=Q(of__gt=1)),
            pulled=Count("pk", filter=Q(state="pulled")),
        )

    def artifacts(self) -> ArtifactTable:
        """The files of every revision."""
        table = ArtifactTable(self.object.artifacts.order_by("-revision", "name"))
        table.caption = _("作成したファイル")
        return table

    def pulled(self) -> PullListTable:
        """What must not be posted though it stands in the file."""
        table = PullListTable(pull_list(self.object))
        table.caption = _("引抜きリスト")
        return table

    def facts(self) -> list[Fact]:
        """What the batch is."""
        batch = self.object
        return [
            Fact(_("支部"), batch.branch.name),
            Fact(_("種類"), batch.get_kind_display()),
            Fact(_("改訂"), batch.revision),
            Fact(_("通数"), batch.envelope_count),
            Fact(_("枚数"), batch.card_count),
            Fact(_("ページ数"), batch.page_count),
            *([Fact(_("承認"), self.approvals())] if batch.submitted_at else []),
            *([Fact(_("引渡し一式の暗号化"), self.sealing())] if self.is_sealed() else []),
        ]

    def is_sealed(self) -> bool:
        """Whether the package is, or has to be, encrypted."""
        return self.object.campaign.seal_packages and self.object.state in _HANDED_OVER

    def sealing(self) -> str:
        """Who was shown the password, and whether the sealed file is still the package."""
        seal = sealed_package(self.object)
        if seal is None:
            return _("まだ暗号化していません")
        said = _("%(when)s（パスワードは%(who)sさんに一度だけ表示しました）") % {
            "when": moment(seal.sealed_at),
            "who": staff_name(seal.sealed_by),
        }
        return said if is_up_to_date(seal) else said + _("。そのあとに引渡し一式が変わりました")

    def approvals(self) -> str:
        """Who has approved, and how many people have to."""
        given = approvals_given(self.object)
        people = listed(staff_name(one.decided_by) for one in given)
        count = _("%(given)d／%(needed)d人") % {"given": len(given), "needed": approvals_needed(self.object)}
        return f"{count}（{people}）" if people else count

    def timeline(self) -> list[TimelineEntry]:
        """Every move, the newest first."""
        moves = Transition.objects.filter(entity=BATCH_STATES.entity, subject_id=self.object.pk)
        labels = dict(BatchState.choices)
        entries = [
            TimelineEntry(
                move.at,
                labels[BatchState(move.to_state)],
                move.reason,
                staff_name(move.by) if move.by else "",
                tone_of(move.to_state),
            )
            for move in moves.select_related("by").order_by("-pk")
        ]
        return [*entries, TimelineEntry(self.object.planned_at, _("計画済み"))]
