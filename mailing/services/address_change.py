"""住所変更: a new address that is known before posting puts the envelope on the pull list; another one goes there (design §4.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from japan.prefectures import starts_with_prefecture
from mailing.models import Envelope
from mailing.services.guards import lock_campaign, require_in_branch
from mailing.services.pulling import PullCounts, pull_and_remake
from mailing.states import NOT_YET_POSTED, EnvelopeKind

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

_POSTAL_CODE = re.compile(r"[0-9]{7}")
ADDRESS1, ADDRESS2 = 100, 60


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is to go from now on; the postal code in seven digits."""

    postal_code: str
    address1: str
    address2: str = ""


@transaction.atomic
def change_address(*, envelope: Envelope, to: Address, by: User, at: datetime) -> PullCounts:
    """Pull a household's personal envelopes that are not posted yet and make them again for another address.

    An envelope of a batch that is still planned leaves the batch; in a later batch it stays in the file and stands on the pull
    list, which the vendor gets with the package. A second call with the address the envelopes have pulls nothing.

    :raises PermissionDenied: `by` may not plan envelopes, or not of this branch.
    :raises Refused: `bad_address`; `not_pullable`: the envelope is no personal one, or posted or pulled already.
    """
    require_in_branch(by, Permission.PLAN_BATCHES, envelope.branch_id)
    check_address(to)
    lock_campaign(envelope.campaign)
    waiting = Envelope.objects.filter(
        household=envelope.household_id, kind=EnvelopeKind.PERSONAL, state__in=NOT_YET_POSTED
    )
    if envelope.household_id is None or not waiting.filter(pk=envelope.pk).exists():
        raise Refused("not_pullable", _("差出済み、引抜き済み、または個人宛でない封筒は引き抜けません。"))
    moving = waiting.exclude(postal_code=to.postal_code, address1=to.address1, address2=to.address2)
    ids = sorted(moving.values_list("pk", flat=True))
    counts = pull_and_remake(ids, campaign=envelope.campaign, at=at, by=by, reason="address")
    Envelope.objects.filter(replaces__in=ids).update(
        postal_code=to.postal_code, address1=to.address1, address2=to.address2
    )
    return counts


def check_address(to: Address) -> None:
    """The rules of the roster's columns (interfaces §1).

    :raises Refused: `bad_address`.
    """
    fine = (
        _POSTAL_CODE.fullmatch(to.postal_code)
        and starts_with_prefecture(to.address1)
        and len(to.address1) <= ADDRESS1
        and len(to.address2) <= ADDRESS2
    )
    if not fine:
        raise Refused(
            "bad_address",
            _("郵便番号は7桁の数字、住所は都道府県から100文字以内、方書は60文字以内で入力してください。"),
        )
