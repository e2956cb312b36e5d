"""Cards and addresses of a batch that are printable and yet may be wrong: for the eyes of those who approve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.utils import timezone
from django.utils.translation import gettext as _

from issuance.states import CertificateState
from japan.piece_number import grouped
from mailing.models import EnclosedCard, Envelope
from mailing.states import EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mailing.models import PrintBatch

MOST_NAMED = 5


def card_warnings(batch: PrintBatch, at: datetime) -> Iterator[str]:
    """A sentence each, with some of their numbers, for envelopes with a card that has expired by now (its holder or the 本人 has turned
    75, or 任意継続 has ended: domain.md §2), and for personal ones whose address is that of the employer (I3).
    """
    going = batch.envelopes.exclude(state=EnvelopeState.PULLED)
    expired = EnclosedCard.objects.filter(
        envelope=OuterRef("pk"),
        certificate__state=CertificateState.LIVE,
        certificate__expires_on__lt=timezone.localdate(at),
    )
    at_work = Q(
        kind=EnvelopeKind.PERSONAL,
        postal_code=F("employer__postal_code"),
        address1=F("employer__address1"),
    )
    words = {
        _(
            "有効期限をすでに過ぎた資格確認書の入った封筒が %(count)s 通あります（%(pieces)s）。資格を失っていないか確かめてください。"
        ): going.filter(Exists(expired)),
        _(
            "登録された住所が事業所の所在地と同じ封筒が %(count)s 通あります（%(pieces)s）。本人の住所か確かめてください。"
        ): going.filter(at_work),
    }
    for text, envelopes in words.items():
        if told := _some_of(envelopes):
            yield text % told


def _some_of(envelopes: QuerySet[Envelope]) -> dict[str, str] | None:
    """How many there are, and the numbers of the first; None if there are none."""
    rows = envelopes.order_by("position").annotate(every=Window(Count("pk")))
    found = list(rows.values_list("piece_no", "every")[:MOST_NAMED])
    if not found:
        return None
    pieces = _("、").join(grouped(piece_no) for piece_no, _every in found)
    every = found[0][1]
    return {"count": f"{every:,}", "pieces": pieces + (_(" ほか") if every > len(found) else "")}
