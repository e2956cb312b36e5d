from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView, in_branch
from backoffice.job_pages import JobActionView, JobUploadView
from backoffice.pages import ActionView
from backoffice.parts import Action, Crumb, Link, Tile
from backoffice.roles import Permission
from backoffice.tones import Tone
from issuance.intake import LOSS_COLUMNS
from issuance.queries import current_campaign, newest_open_campaign
from mailing.models import PrintBatch
from mailing.queries import Production, production
from mailing.services import request_rendering
from mailing.tasks import IMPORT_LOSSES, PACK, PLAN, PUBLISH_LISTS, send_rendering, work_on_campaign

if TYPE_CHECKING:
    from collections.abc import Iterator


class ProductionView(PermittedView, TemplateView):
    """作成の準備: what waits between selection and the printer, step by step."""

    permission = Permission.VIEW_BATCHES
    template_name = "mailing/production.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = newest_open_campaign()
        page: dict[str, Any] = {
            "title": _("作成の準備"),
            "campaign": campaign,
            "crumbs": [Crumb(_("印刷バッチ"), reverse("mailing:batch-list"))],
        }
        if campaign is None:
            return super().get_context_data(**kwargs) | page
        now = production(campaign)
        page |= {"tiles": self.tiles(now), "links": self.links()}
        page["actions"] = [action for permission, action in self.actions(now) if self.staff.may(permission)]
        return super().get_context_data(**kwargs) | page

    def links(self) -> list[Link]:
        """Losses are brought before anything is printed or posted."""
        if not self.staff.may(Permission.IMPORT_FILES):
            return []
        return [Link(_("資格喪失ファイルを取り込む"), reverse("mailing:losses-upload"))]

    def tiles(self, now: Production) -> list[Tile]:
        """What waits at each step."""
        stopped = reverse("mailing:stopped-list")
        return [
            Tile(_("封入を待つ対象者"), now.people_to_enclose),
            Tile(_("バッチを待つ封筒"), now.envelopes_without_batch),
            Tile(
                _("要確認の封筒"),
                now.stopped,
                url=stopped,
                tone=Tone.WAITING if now.stopped else Tone.NEUTRAL,
            ),
            Tile(_("組版を待つバッチ"), now.batches_to_render),
            Tile(_("組版中のバッチ"), now.batches_rendering),
            Tile(_("作成済みの対象者一覧表"), now.lists),
        ]

    def actions(self, now: Production) -> Iterator[tuple[Permission, Action]]:
        """The steps in their order; the first that has something to do stands out."""
        steps = [
            (_("1. 封筒を作成する"), "pack", now.people_to_enclose, _("対象者がいません。")),
            (
                _("2. バッチを計画する"),
                "plan",
                now.envelopes_without_batch,
                _("待っている封筒がありません。"),
            ),
            (
                _("3. すべて組版する"),
                "render-all",
                now.batches_to_render,
                _("待っているバッチがありません。"),
            ),
        ]
        first = next((name for _label, name, count, _idle in steps if count), "")
        for label, name, count, idle in steps:
            action = Action(
                label,
                reverse(f"mailing:{name}"),
                primary=name == first,
                disabled_because="" if count else idle,
            )
            yield Permission.PLAN_BATCHES, action
        lists = Action(_("対象者一覧表を作成する"), reverse("mailing:publish-lists"))
        yield Permission.PUBLISH_LISTS, lists


class _CampaignJobView(JobActionView):
    permission = Permission.PLAN_BATCHES
    task = work_on_campaign

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("mailing:production")


class PackView(_CampaignJobView):
    kind = PACK


class PlanView(_CampaignJobView):
    kind = PLAN


class PublishListsView(_CampaignJobView):
    permission = Permission.PUBLISH_LISTS
    kind = PUBLISH_LISTS


class LossesUploadView(JobUploadView):
    permission = Permission.IMPORT_FILES
    title = gettext_lazy("資格喪失ファイルの取込")
    kind = IMPORT_LOSSES
    columns = LOSS_COLUMNS
    task = work_on_campaign

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("mailing:production")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("作成の準備"), reverse("mailing:production"))]


class RenderAllView(ActionView):
    """Let the workers render every batch that waits, of the reader's branch."""

    permission = Permission.PLAN_BATCHES

    def act(self) -> str:
        rows = in_branch(PrintBatch.objects.filter(campaign=current_campaign()), self.staff, "branch_id")
        batches = request_rendering(batches=rows, at=self.at, by=self.staff)
        send_rendering()
        return _("%(batches)s件のバッチの組版を始めました。") % {"batches": f"{batches:,}"}

    def next_url(self) -> str:
        return reverse("mailing:batch-list")
