from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import FormPageView
from backoffice.parts import Crumb, Link
from backoffice.roles import Permission
from issuance.queries import current_campaign
from returns.forms import CardCollectForm
from returns.models import CollectedCard
from returns.services import collect_card
from returns.tables import CollectedTable

if TYPE_CHECKING:
    from django.db.models import QuerySet


class CollectedListView(ListPageView[CollectedCard]):
    permission = Permission.COLLECT_CARDS
    title = gettext_lazy("返納")
    table_class = CollectedTable
    empty_title = gettext_lazy("返納された資格確認書はまだありません")
    empty_hint = gettext_lazy("返信用封筒で戻った資格確認書を記録すると、ここに表示されます。")

    def queryset(self) -> QuerySet[CollectedCard]:
        rows = CollectedCard.objects.filter(certificate__campaign=current_campaign()).select_related(
            "certificate"
        )
        return in_branch(rows, self.staff, "certificate__person__household__branch_id").order_by(
            "-collected_on", "-pk"
        )

    def links(self) -> list[Link]:
        return [Link(_("返納を記録する"), reverse("returns:card-collect"), primary=True)]


class CardCollectView(FormPageView):
    permission = Permission.COLLECT_CARDS
    title = gettext_lazy("返納の記録")
    form_class = CardCollectForm
    submit_label = gettext_lazy("記録する")

    def get_initial(self) -> dict[str, Any]:
        return {"collected_on": timezone.localdate(self.at)}

    def perform(self, form: Any) -> str:
        card = collect_card(campaign=current_campaign(), at=self.at, by=self.staff, **form.cleaned_data)
        if card.loss_on_file:
            return _("返納を記録しました。")
        return _("返納を記録しました。この方には資格喪失の登録がありません。内容をご確認ください。")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("返納"), reverse("returns:collected-list"))]

    def next_url(self) -> str:
        return reverse("returns:card-collect")
