from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.states import Stateful, timestamp_matches_state
from backoffice.uniqueness import alone_while
from employers.models import Branch, Employer, TargetList
from issuance.models import Campaign, Certificate, Household
from mailing.models.batch import PrintBatch
from mailing.states import ENVELOPE_STATES, POSTED_ENVELOPE_STATES, EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from typing import ClassVar

# Whose it was is known, or has been erased with everything else that says so.
_SOMEBODYS = Q(household__isnull=False) | Q(
    addressee="", postal_code="", address1="", address2="", contact=""
)
_RELEASED = POSTED_ENVELOPE_STATES | {EnvelopeState.RELEASED.value, EnvelopeState.INSERTED.value}


class Envelope(Stateful):
    """封筒: one piece of mail, known everywhere by its `piece_no`; address and addressee are frozen when it is packed.

    `seq` of `of` counts the envelopes of a household within one kind and re-routing cycle (`cycle_no` 0 for the first
    mailing; those of a household who come in after it have the next number of their own). An employer envelope, and a personal one that was sent again to a corrected address, has the returned envelope it
    follows as `parent`; a personal envelope made because
    another was pulled before posting has that one as `replaces`. `stop_code` says why it cannot be printed exactly and
    waits for a person. `position`, `first_page` and `pages` are its place in the batch's file; `content_sha256` is the hash
    of the data that was printed there.
    """

    STATES = ENVELOPE_STATES

    piece_no = models.CharField(_("封筒番号"), max_length=12)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="+", verbose_name=_("支部"), db_index=False
    )
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(_("種類"), max_length=12, choices=EnvelopeKind)
    cycle_no = models.PositiveSmallIntegerField(_("再送付回"), default=0)
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    employer = models.ForeignKey(
        Employer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    target_list = models.ForeignKey(
        TargetList, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="rerouted_as", db_index=False
    )
    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", db_index=False
    )
    seq = models.PositiveSmallIntegerField(_("通番"))
    of = models.PositiveSmallIntegerField(_("総通数"))
    card_count = models.PositiveSmallIntegerField(_("枚数"))
    card_limit = models.PositiveSmallIntegerField()
    addressee = models.CharField(_("宛名"), max_length=600)
    postal_code = models.CharField(_("郵便番号"), max_length=7)
    address1 = models.CharField(_("住所"), max_length=1000)
    address2 = models.CharField(_("方書"), max_length=600, blank=True, default="")
    contact = models.CharField(_("送付先部署"), max_length=160, blank=True, default="")
    state = models.CharField(_("状態"), max_length=20, choices=EnvelopeState, default=EnvelopeState.PLANNED)
    make_no = models.PositiveSmallIntegerField(_("作成回"), default=1)
    batch = models.ForeignKey(
        PrintBatch, null=True, on_delete=models.PROTECT, related_name="envelopes", db_index=False
    )
    position = models.PositiveIntegerField(null=True)
    first_page = models.PositiveIntegerField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    stop_code = models.CharField(_("印刷停止の理由"), max_length=24, blank=True, default="")
    stop_detail = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    posted_on = models.DateField(_("差出日"), null=True)
    tracking_no = models.CharField(_("引受番号"), max_length=11, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_envelope_per_piece_number", fields=["piece_no"]),
            models.UniqueConstraint(name="one_envelope_per_ordinal", fields=["campaign", "ordinal"]),
            models.UniqueConstraint(
                name="one_envelope_per_target_list",
                fields=["target_list"],
                condition=Q(target_list__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_replacement_per_envelope",
                fields=["replaces"],
                condition=Q(replaces__isnull=False),
            ),
            models.UniqueConstraint(
                "household",
                "kind",
                "cycle_no",
                "seq",
                alone_while(~Q(state="pulled")),
                name="one_live_envelope_per_seq",
                condition=Q(household__isnull=False),
            ),
            models.UniqueConstraint(
                "parent",
                alone_while(~Q(state="pulled")),
                name="one_live_envelope_per_parent",
                condition=Q(parent__isnull=False),
            ),
            # Checked at the end of each statement, so that one statement can close the gaps of a batch.
            models.UniqueConstraint(
                name="one_envelope_per_place_in_batch",
                fields=["batch", "position"],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="envelope_seq_within_of", condition=Q(seq__gte=1, seq__lte=F("of"))),
            models.CheckConstraint(
                name="envelope_holds_at_most_its_limit",
                condition=Q(kind="target_list", card_count=0)
                | (
                    ~Q(kind="target_list")
                    & Q(card_count__gte=1, card_count__lte=F("card_limit"), card_limit__lte=4)
                ),
            ),
            models.CheckConstraint(
                name="envelope_belongs_where_its_kind_says",
                condition=(
                    _SOMEBODYS
                    & Q(kind="personal", target_list__isnull=True)
                    & (Q(parent__isnull=True) | Q(parent__isnull=False, cycle_no__gte=1))
                )
                | (
                    _SOMEBODYS
                    & Q(
                        kind="employer",
                        employer__isnull=False,
                        parent__isnull=False,
                        target_list__isnull=True,
                        cycle_no__gte=1,
                    )
                )
                | Q(
                    kind="target_list",
                    household__isnull=True,
                    employer__isnull=False,
                    target_list__isnull=False,
                    parent__isnull=True,
                    cycle_no=0,
                ),
            ),
            models.CheckConstraint(
                name="envelope_released_at_matches_state",
                condition=timestamp_matches_state(
                    "released_at", _RELEASED, exempt=frozenset({EnvelopeState.PULLED.value})
                ),
            ),
            models.CheckConstraint(
                name="envelope_posted_on_matches_state",
                condition=timestamp_matches_state("posted_on", POSTED_ENVELOPE_STATES),
            ),
            models.CheckConstraint(
                name="stopped_envelope_is_in_no_batch",
                condition=Q(stop_code="") | Q(stop_code__gt="", batch__isnull=True),
            ),
            models.CheckConstraint(
                name="envelope_place_needs_a_batch",
                condition=Q(batch__isnull=True, position__isnull=True)
                | Q(batch__isnull=False, position__isnull=False),
            ),
        ]
        # Every index is paid for at each move of millions: each of these begins with a foreign key, which so needs none of its own,
        # and what few rows have is indexed for those alone.
        indexes: ClassVar = [
            # Their lists are in this order, so that a page is found at once however rare a state is.
            models.Index(name="envelopes_of_branch_by_state", fields=["branch", "state", "id"]),
            models.Index(name="envelopes_of_employer", fields=["employer", "id"]),
            models.Index(
                name="envelopes_by_tracking_number",
                fields=["tracking_no"],
                condition=Q(tracking_no__gt=""),
            ),
            models.Index(name="envelopes_by_state", fields=["campaign", "state", "id"]),
            models.Index(
                name="envelopes_to_employers",
                fields=["campaign", "kind", "state", "id"],
                condition=~Q(kind="personal"),
            ),
            # To find them; their order is worked out where they are cut into batches.
            models.Index(
                name="envelopes_waiting_for_batch",
                fields=["campaign", "id"],
                condition=Q(batch__isnull=True, state__in=["planned", "released"]),
            ),
        ]
        triggers: ClassVar = [
            ENVELOPE_STATES.trigger("envelope_state_moves"),
        ]

    def __str__(self) -> str:
        return self.piece_no


class EnclosedCard(models.Model):
    """同封: a certificate lies in exactly one envelope for ever; what is re-made is a new certificate."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="cards", db_index=False)
    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_card_per_place_in_envelope", fields=["envelope", "position"]),
            models.CheckConstraint(name="card_place_is_1_to_4", condition=Q(position__range=(1, 4))),
        ]

    def __str__(self) -> str:
        return f"{self.envelope_id}#{self.position}"
