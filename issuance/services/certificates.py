"""資格確認書の発行・無効・再作成."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.states import move
from issuance.models import Campaign
from issuance.sql.certificates import issue
from issuance.states import CertificateState, VoidCause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from backoffice.models import User
    from issuance.models import Certificate


@transaction.atomic
def issue_certificates(*, campaign: Campaign, at: datetime) -> int:
    """Make a live certificate for every eligible target who never had one, or whose last one was pulled
    before posting.

    Set-based and deterministic: the same people in the same database get the same serials. A second call
    makes none.

    :raises Refused: `no_expiry_policy`.
    """
    return issue(campaign=_ready(campaign), at=at)


@transaction.atomic
def reissue_certificates(
    *,
    campaign: Campaign,
    certificates: QuerySet[Certificate] | Sequence[int],
    at: datetime,
    after: int | None = None,
) -> int:
    """Make a new live certificate for the holder of each of these void ones (or of those with these keys) who is still
    eligible (`reissue_of`).

    They are numbered on from the campaign's last one, or from `after`, where the caller has locked the campaign and shares out
    its numbers.

    :raises Refused: `no_expiry_policy`.
    """
    these = certificates.values_list("pk", flat=True) if isinstance(certificates, QuerySet) else certificates
    ready = _ready(campaign) if after is None else _covered(Campaign.objects.get(pk=campaign.pk))
    return issue(campaign=ready, at=at, these=list(these), after=after)


@transaction.atomic
def void_certificates(
    *,
    certificates: QuerySet[Certificate],
    cause: VoidCause,
    at: datetime,
    by: User | None,
    run: UUID | None = None,
) -> int:
    """Void every live one of these certificates for one cause; return how many were live."""
    return move(
        certificates,
        to=CertificateState.VOID.value,
        at=at,
        by=by,
        run=run,
        reason=cause.value,
        void_cause=cause.value,
        voided_at=at,
    )


def _ready(campaign: Campaign) -> Campaign:
    """The campaign as it stands now, locked, so that running numbers do not meet."""
    return _covered(Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk))


def _covered(campaign: Campaign) -> Campaign:
    policies = campaign.expiry_policies.filter(
        window_start__lte=campaign.issued_on, window_end__gte=campaign.issued_on
    )
    if not policies.exists():
        raise Refused("no_expiry_policy", _("交付年月日に当たる有効期限の定めが登録されていません。"))
    return campaign
