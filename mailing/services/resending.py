"""Sending again to a corrected address what came back and could go to no employer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from issuance.models import Certificate
from issuance.services import reissue_certificates, void_certificates
from issuance.states import CertificateState, VoidCause
from mailing.models import EnclosedCard, Envelope
from mailing.services.address_change import Address, check_address
from mailing.services.guards import lock_campaign
from mailing.services.packing import packing_values
from mailing.sql import packing as sql
from mailing.states import EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def send_again(*, envelope: Envelope, to: Address, at: datetime, by: User) -> Envelope:
    """Make a personal envelope to another address for those who are still eligible in an exceptional one, and return it.

    The old certificates are void (`lost` for people with a later loss, else `returned`) and re-made; the new envelope waits for
    the next batches and goes the same way of approval and vendor. Held people (不開示) are never sent to this way.

    :raises Refused: `bad_address`; `not_exceptional`; `nobody_to_send_to`; nothing was changed then.
    """
    check_address(to)
    lock_campaign(envelope.campaign)
    now = Envelope.objects.select_related("campaign").get(pk=envelope.pk)
    if now.state != EnvelopeState.EXCEPTION:
        raise Refused("not_exceptional", _("個別対応の封筒だけを、住所を訂正して送り直せます。"))
    enclosed = Certificate.objects.filter(
        pk__in=EnclosedCard.objects.filter(envelope=now).values("certificate")
    )
    live = enclosed.filter(state=CertificateState.LIVE)
    due = list(live.filter(person__later_lost_on__isnull=True).values_list("pk", flat=True))
    lost = live.filter(person__later_lost_on__isnull=False)
    void_certificates(certificates=lost, cause=VoidCause.LOST, at=at, by=by)
    void_certificates(certificates=live, cause=VoidCause.RETURNED, at=at, by=by)
    reissue_certificates(campaign=now.campaign, certificates=Certificate.objects.filter(pk__in=due), at=at)
    where = {"postal_code": to.postal_code, "address1": to.address1, "address2": to.address2}
    made, cards = sql.pack_sent_again({**packing_values(now.campaign, at), "of_envelope": now.pk, **where})
    if (made, cards) != (1, len(due)):
        raise Refused(
            "nobody_to_send_to",
            _("この封筒には、いま送れる方がいないか、不開示の申出がある方が含まれています。"),
        )
    return Envelope.objects.get(parent=now, state=EnvelopeState.PLANNED)
