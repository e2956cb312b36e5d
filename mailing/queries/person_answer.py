"""Where a person's envelopes are, as clauses of the answer a hotline clerk reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from issuance.queries import Clause, spoken_day
from japan.piece_number import is_piece_number, normalise_scanned
from japan.tracking_number import parse_tracking_number
from mailing.models import Envelope
from mailing.states import EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from typing import Any

    from django.db.models import QuerySet

    from issuance.models import InsuredPerson


def households_by_number(words: str) -> QuerySet[Envelope, Any] | None:
    """The households of the envelope with this 封筒番号 or 引受番号; None where the words are neither."""
    number = normalise_scanned(words)
    wanted = Q(piece_no=number) if is_piece_number(number) else Q()
    if tracking := parse_tracking_number(number):
        wanted |= Q(tracking_no=tracking)
    if not wanted:
        return None
    return Envelope.objects.filter(wanted, household__isnull=False).values("household")


def envelope_clauses(person: InsuredPerson, at: datetime) -> Iterable[Clause]:
    """One clause for each envelope that holds or held a certificate of the person, in the order of their making."""
    rows = Envelope.objects.filter(cards__certificate__person=person).select_related("employer")
    for envelope in rows.order_by("pk"):
        if envelope.posted_on:
            yield _posted(envelope, envelope.posted_on, at)
        else:
            yield _on_its_way(envelope)


def _posted(envelope: Envelope, on: date, at: datetime) -> Clause:
    told = {"day": spoken_day(on, at), "to": _destination(envelope)}
    return Clause(on, _("%(day)sに%(to)sへ発送し") % told, _("%(day)sに%(to)sへ発送済みです") % told)


def _on_its_way(envelope: Envelope) -> Clause:
    told, on = {"to": _destination(envelope)}, timezone.localdate(envelope.created_at)
    if envelope.state == EnvelopeState.PULLED:
        return Clause(on, _("%(to)sへの発送を取りやめ") % told, _("%(to)sへの発送は取りやめました") % told)
    if envelope.stop_code:
        return Clause(
            on,
            _("%(to)s宛の封筒は内容を確認しており") % told,
            _("%(to)s宛の封筒は内容を確認しています（まだ発送していません）") % told,
        )
    if envelope.state in {EnvelopeState.RELEASED, EnvelopeState.INSERTED}:
        return Clause(
            on,
            _("%(to)s宛の封筒を印刷・封入しており") % told,
            _("%(to)s宛の封筒を印刷・封入しています（まだ発送していません）") % told,
        )
    return Clause(
        on,
        _("%(to)s宛の封筒を準備しており") % told,
        _("%(to)s宛の封筒を準備しています（まだ発送していません）") % told,
    )


def _destination(envelope: Envelope) -> str:
    if envelope.kind == EnvelopeKind.EMPLOYER and envelope.employer:
        return _("事業所「%(name)s」") % {"name": envelope.employer.name}
    return _("ご登録の住所")
