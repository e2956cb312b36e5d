"""一括発行の終了: nothing is open any more, and nothing more is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backoffice.languages import listed
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign, Certificate, InsuredPerson
from issuance.states import Outcome
from returns.models import Erasure, ReroutePreview
from returns.queries import open_work

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def close_campaign(*, campaign: Campaign, at: datetime, by: User) -> None:
    """End a campaign: from now on nothing in it changes, and the time after which its personal data is erased runs.

    :raises PermissionDenied: `by` may not manage campaigns.
    :raises Refused: `already_closed`; `work_left`, naming what is open.
    """
    by.require(Permission.MANAGE_CAMPAIGNS)
    now = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if now.closed_at is not None:
        raise Refused("already_closed", _("この一括発行は、すでに終了しています。"))
    left = [
        _("%(what)s %(count)s件") % {"what": one.label, "count": f"{one.count:,}"} for one in open_work(now)
    ]
    if _people_unjudged(now):
        left.append(_("判定していない方"))
    if _targets_without_certificate(now):
        left.append(_("封筒に入っていない対象の方"))
    if left:
        raise Refused("work_left", _("まだ終わっていない作業があります：%(left)s") % {"left": listed(left)})
    ReroutePreview.objects.filter(campaign=now).delete()
    Campaign.objects.filter(pk=now.pk).update(closed_at=at, closed_by=by)


@transaction.atomic
def reopen_campaign(*, campaign: Campaign, by: User) -> None:
    """Take the end back, so that work goes on.

    :raises PermissionDenied: `by` may not manage campaigns.
    :raises Refused: `not_closed`; `erasure_stands`: erasing is being prepared, or has been done.
    """
    by.require(Permission.MANAGE_CAMPAIGNS)
    now = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if Erasure.objects.filter(campaign=now, withdrawn_at__isnull=True).exists():
        raise Refused(
            "erasure_stands", _("個人情報の消去が準備されているか、済んでいます。終了を取り消せません。")
        )
    reopened = Campaign.objects.filter(pk=now.pk, closed_at__isnull=False)
    if not reopened.update(closed_at=None, closed_by=None):
        raise Refused("not_closed", _("この一括発行は終了していません。"))


def _people_unjudged(campaign: Campaign) -> bool:
    people = InsuredPerson.objects.filter(household__campaign=campaign, selection__isnull=True)
    return people.exists()


def _targets_without_certificate(campaign: Campaign) -> bool:
    """Somebody who is to get a card and has never had one made (whose last one is void has lost it for a recorded cause)."""
    made = Certificate.objects.filter(person=OuterRef("pk"))
    targets = InsuredPerson.objects.filter(
        household__campaign=campaign, selection__outcome=Outcome.TARGET, later_lost_on__isnull=True
    )
    return targets.filter(~Exists(made)).exists()
