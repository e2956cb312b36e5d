"""Sending to the insured person what would have gone to an employer who has closed since (domain.md §9, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.models import Envelope
from mailing.queries import to_closed_employers
from mailing.services.address_change import Address, check_address
from mailing.services.guards import lock_campaign, require_in_branch
from mailing.services.packing import packing_values
from mailing.services.pulling import pull, reissue_pulled
from mailing.sql import packing as sql
from mailing.states import EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def send_home(*, envelope: Envelope, to: Address, by: User, at: datetime) -> Envelope:
    """Pull an envelope to a closed employer and make it again as a personal one, to the address that the insured person has
    given since; return that. It is approved with its batch like any other.

    :raises PermissionDenied: `by` may not plan envelopes, or not of this branch.
    :raises Refused: `bad_address`; `not_to_closed_employer`; `nobody_to_send_to`; nothing was changed then.
    """
    require_in_branch(by, Permission.PLAN_BATCHES, envelope.branch_id)
    check_address(to)
    campaign = envelope.campaign
    lock_campaign(campaign)
    wanted = to_closed_employers(Envelope.objects.filter(pk=envelope.pk))
    if not (wanted.exists() and pull([envelope.pk], at=at, by=by, reason="employer_closed")):
        raise Refused(
            "not_to_closed_employer",
            _("全喪した事業所宛で、まだ差し出していない封筒だけを、本人の住所へ送れます。"),
        )
    due = reissue_pulled([envelope.pk], campaign=campaign, at=at, by=by)
    where = {"postal_code": to.postal_code, "address1": to.address1, "address2": to.address2}
    made, cards = sql.pack_sent_home({**packing_values(campaign, at), "of_envelope": envelope.pk, **where})
    if (made, cards) != (1, due):
        raise Refused(
            "nobody_to_send_to",
            _("この封筒には、いま送れる方がいないか、不開示の申出がある方が含まれています。"),
        )
    return Envelope.objects.get(replaces=envelope.pk, state=EnvelopeState.PLANNED)
