"""Envelopes that would go to an employer who has closed since the cycle that made them (domain.md §9, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _

from employers.models import Employer
from mailing.states import NOT_YET_POSTED, EnvelopeKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from mailing.models import Envelope, PrintBatch

MOST_NAMED = 5


def to_closed_employers(envelopes: QuerySet[Envelope]) -> QuerySet[Envelope]:
    """Those of the envelopes that would go to an employer who has closed, and are not posted yet."""
    return envelopes.filter(
        kind=EnvelopeKind.EMPLOYER, state__in=NOT_YET_POSTED, employer__status=Employer.Status.ENDED
    )


def closed_employer_warnings(batch: PrintBatch, _at: datetime) -> Iterator[str]:
    """A sentence for each such employer in a batch, `MOST_NAMED` at most."""
    if batch.kind != EnvelopeKind.EMPLOYER:
        return
    rows = to_closed_employers(batch.envelopes.all()).order_by("employer__name", "employer_id")
    for _employer, name, inside in rows.values_list("employer_id", "employer__name").annotate(Count("pk"))[
        :MOST_NAMED
    ]:
        yield _(
            "事業所「%(name)s」（%(inside)s 通）は、再作成のあとに全喪になりました。封筒の画面の「本人の住所へ送る」で、本人宛に作り直してください。"
        ) % {"name": name, "inside": f"{inside:,}"}
