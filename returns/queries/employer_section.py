"""Whose envelopes came back from among an employer's people, for its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tones import tone_of
from employers.queries import MOST_SHOWN, Cell, Section
from issuance.models import InsuredPerson
from issuance.queries import newest_open_campaign, people_for
from returns.models import ReturnEvent

if TYPE_CHECKING:
    from backoffice.models import User
    from employers.models import Employer


def returned_of_employer(employer: Employer, user: User) -> Section:
    """The insured people whose envelope came back, the newest first, and what became of it; 不開示 households only for those who may
    know of them.
    """
    campaign = newest_open_campaign()
    rows: list[tuple[Cell, ...]] = []
    people = []
    if campaign:
        known = people_for(user, campaign).filter(
            household__employer=employer, relation=InsuredPerson.Relation.INSURED
        )
        events = ReturnEvent.objects.filter(
            envelope__household__in=known.values("household"), undone_at__isnull=True
        )
        insured = Prefetch("envelope__household__people", queryset=known, to_attr="insured")
        shown = events.select_related("envelope__household").prefetch_related(insured).order_by("-id")
        for event in shown[:MOST_SHOWN]:
            household = event.envelope.household
            assert household is not None
            [person] = household.insured  # type: ignore[attr-defined]
            people.append(person.public_id)
            rows.append(
                (
                    Cell(
                        person.name_print,
                        reverse("issuance:person-detail", kwargs={"public_id": person.public_id}),
                    ),
                    Cell(event.returned_on.isoformat()),
                    Cell(event.get_reason_display()),
                    Cell(event.get_state_display(), tone=tone_of(event.state)),
                )
            )
    return Section(
        _("還付された方"),
        (_("本人の氏名"), _("還付日"), _("還付理由"), _("行き先")),
        rows,
        _("この事業所の方の封筒は還付されていません。"),
        people,
    )
