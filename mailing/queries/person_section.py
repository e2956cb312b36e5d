"""The envelopes of a household, for a person's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.roles import Permission
from backoffice.tones import tone_of
from employers.queries import MOST_SHOWN, Cell, Section
from japan.piece_number import grouped
from mailing.queries.envelopes import envelopes_for

if TYPE_CHECKING:
    from backoffice.models import User
    from issuance.models import Household
    from mailing.models import Envelope


def envelopes_of_household(household: Household, user: User) -> Section:
    """The household's envelopes, the newest first, with whose cards lie in them and, for who may see them, the printed pages."""
    may_see_pages = user.may(Permission.VIEW_PRINTED_PAGES)
    header = (_("封筒番号"), _("種類"), _("枝番"), _("状態"), _("差出日"))
    rows = envelopes_for(user, household.campaign).filter(household=household).order_by("-id")[:MOST_SHOWN]
    found = rows.prefetch_related("cards__certificate__person")
    return Section(
        _("世帯の封筒"),
        (*header, _("印刷ページ")) if may_see_pages else header,
        [_row(one, may_see_pages=may_see_pages) for one in found],
        _("封筒はまだ作成されていません。"),
    )


def _row(envelope: Envelope, *, may_see_pages: bool) -> tuple[Cell, ...]:
    key = {"piece_no": envelope.piece_no}
    cards = sorted(envelope.cards.all(), key=lambda card: card.position)
    row = (
        Cell(grouped(envelope.piece_no), reverse("mailing:envelope-detail", kwargs=key), in_one_line=True),
        Cell(envelope.get_kind_display()),
        Cell("・".join(card.certificate.person.edaban for card in cards)),
        Cell(envelope.get_state_display(), tone=tone_of(envelope.state)),
        Cell(envelope.posted_on.isoformat() if envelope.posted_on else "—", in_one_line=True),
    )
    if not may_see_pages:
        return row
    return (*row, Cell(_("PDFを開く"), reverse("mailing:envelope-pages", kwargs=key)))
