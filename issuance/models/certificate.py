from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.states import Stateful, timestamp_matches_state
from backoffice.uniqueness import alone_while
from issuance.models.campaign import Campaign
from issuance.models.insured_person import InsuredPerson
from issuance.states import CERTIFICATE_STATES, CertificateState, VoidCause

if TYPE_CHECKING:
    from typing import ClassVar

_VOID = frozenset({CertificateState.VOID.value})


class Certificate(Stateful):
    """資格確認書: one card made for one person; a re-made card points to the one it replaces (`reissue_of`).

    `serial` is printed on the card: `C` and a piece-number-like text with a check digit, opaque.
    """

    STATES = CERTIFICATE_STATES

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        InsuredPerson, on_delete=models.PROTECT, related_name="certificates", db_index=False
    )
    ordinal = models.PositiveIntegerField()
    serial = models.CharField(_("証番号"), max_length=16)
    issued_on = models.DateField(_("交付年月日"))
    expires_on = models.DateField(_("有効期限"))
    reissue_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reissued_as", db_index=False
    )
    created_at = models.DateTimeField()
    state = models.CharField(_("状態"), max_length=8, choices=CertificateState, default=CertificateState.LIVE)
    void_cause = models.CharField(_("無効の理由"), max_length=12, choices=VoidCause, blank=True, default="")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_certificate_per_serial", fields=["serial"]),
            models.UniqueConstraint(
                name="one_reissue_per_certificate",
                fields=["reissue_of"],
                condition=Q(reissue_of__isnull=False),
            ),
            models.UniqueConstraint(
                "person",
                alone_while(Q(state="live")),
                name="one_live_certificate_per_person",
            ),
            models.UniqueConstraint(name="one_certificate_per_ordinal", fields=["campaign", "ordinal"]),
            models.CheckConstraint(
                name="certificate_voided_at_matches_state",
                condition=timestamp_matches_state("voided_at", _VOID),
            ),
            models.CheckConstraint(
                name="certificate_void_cause_matches_state",
                condition=Q(state="live", void_cause="") | (Q(state="void") & ~Q(void_cause="")),
            ),
            models.CheckConstraint(
                name="certificate_reissues_another",
                condition=Q(reissue_of__isnull=True) | ~Q(reissue_of=F("id")),
            ),
        ]
        triggers: ClassVar = [
            CERTIFICATE_STATES.trigger("certificate_state_moves"),
        ]

    def __str__(self) -> str:
        return self.serial
