"""What was and will be sent to an employer, for its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tones import tone_of
from employers.queries import MOST_SHOWN, Cell, Section
from issuance.queries import newest_open_campaign
from japan.piece_number import grouped
from mailing.queries.envelopes import envelopes_for
from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from backoffice.models import User
    from employers.models import Employer

_TO_EMPLOYERS = (EnvelopeKind.TARGET_LIST, EnvelopeKind.EMPLOYER)


def envelopes_of_employer(employer: Employer, user: User) -> Section:
    """The envelopes to the employer, the newest first, with the day they were posted."""
    campaign = newest_open_campaign()
    rows: list[tuple[Cell, ...]] = []
    if campaign:
        sent = envelopes_for(user, campaign).filter(employer=employer, kind__in=_TO_EMPLOYERS)
        rows = [
            (
                Cell(
                    grouped(one.piece_no),
                    reverse("mailing:envelope-detail", kwargs={"piece_no": one.piece_no}),
                    in_one_line=True,
                ),
                Cell(one.get_kind_display()),
                Cell(one.get_state_display(), tone=tone_of(one.state)),
                Cell(str(one.card_count)),
                Cell(one.posted_on.isoformat() if one.posted_on else "—", in_one_line=True),
            )
            for one in sent.order_by("-id")[:MOST_SHOWN]
        ]
    return Section(
        _("事業所宛の封筒"),
        (_("封筒番号"), _("種類"), _("状態"), _("枚数"), _("差出日")),
        rows,
        _("事業所宛の封筒はまだありません。"),
    )
