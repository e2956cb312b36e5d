from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.job_pages import JobActionView
from backoffice.listing import ListPageView
from backoffice.pages import ActionView
from backoffice.parts import Action, Crumb
from backoffice.roles import Permission
from issuance.models import SelectionChange
from issuance.queries import current_campaign, people_for
from issuance.services import rejudge
from issuance.tables import SelectionChangeTable
from issuance.tasks import PREVIEW_REJUDGING, preview_for_job

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User
    from issuance.models import Campaign


def open_changes(campaign: Campaign) -> int:
    """How many people the preview would let change sides."""
    rows = SelectionChange.objects.filter(person__household__campaign=campaign, has_certificate=False)
    return rows.count()


def rejudging_actions(campaign: Campaign, user: User) -> list[Action]:
    """Looking for changes, and committing what was found."""
    if not user.may(Permission.SELECT_TARGETS):
        return []
    look = Action(
        _("判定の後の変化を調べる"),
        reverse("issuance:selection-preview"),
        hint=_("いまのデータで判定し直すと変わる方を調べます。まだ何も変わりません。"),
    )
    if not (count := open_changes(campaign)):
        return [look]
    ask = _("%(count)s人の判定を、いまのデータに合わせて改めます。作成済みの資格確認書は変わりません。")
    commit = Action(
        _("判定を改める"),
        reverse("issuance:selection-rejudge"),
        confirm=ask % {"count": f"{count:,}"},
        form=RejudgeForm(initial={"expected": count}, auto_id="rejudge_%s"),
    )
    return [look, commit]


class RejudgeForm(forms.Form):
    """How many the reader was shown."""

    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class SelectionChangesView(ListPageView[SelectionChange]):
    """判定の変化: who would change sides, from what to what, and why."""

    permission = Permission.VIEW_SELECTION
    title = gettext_lazy("判定の後に変わった方")
    table_class = SelectionChangeTable
    empty_title = gettext_lazy("判定の変わる方はいません")
    empty_hint = gettext_lazy("対象者判定の画面の「判定の後の変化を調べる」で、いまのデータと比べられます。")

    def queryset(self) -> QuerySet[SelectionChange]:
        known = people_for(self.staff, current_campaign())
        rows = SelectionChange.objects.filter(person__in=known)
        return rows.select_related("person__household__branch").order_by("was", "became", "pk")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("対象者判定"), reverse("issuance:selection-summary"))]


class SelectionPreviewView(JobActionView):
    """Let a worker look for changes."""

    permission = Permission.SELECT_TARGETS
    kind = PREVIEW_REJUDGING
    task = preview_for_job

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("issuance:selection-changes")


class SelectionRejudgeView(ActionView):
    """Commit what was found, if it is still so."""

    permission = Permission.SELECT_TARGETS
    form_class = RejudgeForm

    def act(self) -> str:
        found = rejudge(
            campaign=current_campaign(), expected=self.cleaned_data["expected"], at=self.at, by=self.staff
        )
        return _("%(count)s人の判定を改めました。") % {"count": f"{found.open:,}"}

    def next_url(self) -> str:
        return reverse("issuance:selection-summary")
