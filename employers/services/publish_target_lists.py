"""対象者一覧表の作成."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from employers.sql.target_lists import publish_lists

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class PublishedLists:
    """How many lists with how many lines were newly published."""

    lists: int
    lines: int


@transaction.atomic
def publish_target_lists(
    *, campaign_code: str, as_of: date, source: QuerySet[Any], at: datetime
) -> PublishedLists:
    """Publish one list per employer from a queryset of agreed columns: employer_id, number, insured_name,
    card_count.

    Values are copied; an employer whose newest list says the same gets no new one, others a new version
    (R30).
    """
    return PublishedLists(*publish_lists(campaign_code=campaign_code, as_of=as_of, source=source, at=at))
