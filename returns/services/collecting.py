"""返納: cards that come back in the reply envelope (R18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign, Certificate
from issuance.services import keep_open, void_certificates
from issuance.states import CertificateState, VoidCause
from japan.piece_number import is_piece_number, normalise_scanned
from mailing.models import EnclosedCard
from mailing.states import NOT_YET_POSTED
from returns.models import CollectedCard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from backoffice.models import User


class StillEligible(Refused):
    """A valid card of somebody whose loss is not on file: recording it cannot be taken back, so whose it is has to be looked at first."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(
            "still_eligible",
            _(
                "資格喪失の登録がない方の、有効な資格確認書です。記録すると無効になり、元に戻せません。お手元の資格確認書と見比べ、間違いがなければ印を付けて、もう一度記録してください。"
            ),
        )
        self.certificate = certificate


@transaction.atomic
def collect_card(
    *,
    campaign: Campaign,
    serial: str,
    reason: str,
    collected_on: date,
    at: datetime,
    by: User,
    sure_of: Collection[str] | None = None,
) -> CollectedCard:
    """Record a card that came back and void it, for good. A card without a loss on file is recorded with the question open
    (`loss_on_file` false). It is never counted as undelivered mail.

    `sure_of` are the serials of valid cards without a loss on file that somebody has compared with what lies before them; None: no
    such look is asked for.

    :raises PermissionDenied: `by` may not collect cards.
    :raises Refused: `misread`, `unknown_card`, `already_collected`, `unknown_reason`; `not_posted`: nobody can have it yet;
        `campaign_closed`.
    :raises StillEligible: a valid card without a loss on file that is none of `sure_of`.
    """
    by.require(Permission.COLLECT_CARDS)
    if reason not in CollectedCard.Reason.values:
        raise Refused("unknown_reason", _("返納理由を選んでください。"))
    digits = normalise_scanned(serial).upper().removeprefix("C")
    if not is_piece_number(digits):
        raise Refused("misread", _("証番号を正しく読み取れませんでした。もう一度読み取ってください。"))
    keep_open(campaign)
    certificate = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(campaign=campaign, serial=f"C{digits}")
        .first()
    )
    if certificate is None:
        raise Refused("unknown_card", _("この証番号の資格確認書はありません。"))
    if CollectedCard.objects.filter(certificate=certificate).exists():
        raise Refused("already_collected", _("この資格確認書は、すでに返納として記録されています。"))
    if EnclosedCard.objects.filter(certificate=certificate, envelope__state__in=NOT_YET_POSTED).exists():
        raise Refused(
            "not_posted",
            _("この資格確認書は、まだ差し出していません。証番号をもう一度確かめてください。"),
        )
    person = certificate.person
    loss_on_file = person.lost_on is not None or person.later_lost_on is not None
    unasked = sure_of is None or certificate.serial in sure_of
    if certificate.state == CertificateState.LIVE and not (loss_on_file or unasked):
        raise StillEligible(certificate)
    void_certificates(
        certificates=Certificate.objects.filter(pk=certificate.pk), cause=VoidCause.COLLECTED, at=at, by=by
    )
    card = CollectedCard.objects.create(
        certificate=certificate,
        reason=reason,
        collected_on=collected_on,
        recorded_at=at,
        recorded_by=by,
        loss_on_file=loss_on_file,
    )
    card.refresh_from_db(fields=["public_id"])
    return card


@dataclass(frozen=True, slots=True)
class NotCollected:
    """A line of a pile that could not be recorded, and why; `asked` is the card whose holder has to be looked at first."""

    serial: str
    message: str
    asked: Certificate | None = None


def collect_cards(
    *,
    campaign: Campaign,
    serials: Iterable[str],
    reason: str,
    collected_on: date,
    at: datetime,
    by: User,
    sure_of: Collection[str] | None = None,
) -> tuple[list[CollectedCard], list[NotCollected]]:
    """Record a pile of cards that came back for the same reason, each on its own: one that is refused stops no other.

    :raises PermissionDenied: `by` may not collect cards.
    """
    by.require(Permission.COLLECT_CARDS)
    done, refused = [], []
    for serial in serials:
        try:
            card = collect_card(
                campaign=campaign,
                serial=serial,
                reason=reason,
                collected_on=collected_on,
                at=at,
                by=by,
                sure_of=sure_of,
            )
        except StillEligible as question:
            refused.append(NotCollected(serial, question.message, question.certificate))
        except Refused as refusal:
            refused.append(NotCollected(serial, refusal.message))
        else:
            done.append(card)
    return done, refused


@transaction.atomic
def answer_question(*, card: CollectedCard, answer: str, at: datetime, by: User) -> None:
    """Close the question that a card without a loss on file has opened.

    :raises PermissionDenied: `by` may not collect cards.
    :raises Refused: `answer_missing` or `no_question`.
    """
    by.require(Permission.COLLECT_CARDS)
    if not answer.strip():
        raise Refused("answer_missing", _("確認の結果を入力してください。"))
    open_question = CollectedCard.objects.filter(pk=card.pk, loss_on_file=False, answered_at__isnull=True)
    if not open_question.update(answer=answer.strip(), answered_at=at, answered_by=by):
        raise Refused("no_question", _("確認を待つ内容はありません。"))
