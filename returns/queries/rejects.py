"""Every rejected row of every file of a campaign (interfaces §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from employers.models import EmployerReject
from issuance.models import Campaign, LossReject, Reject
from returns.models import ReturnsReject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

REJECTS_HEADER = ("file", "line", "column", "rule", "message")
_ORDER = ("source", "line", "pk")


def reject_rows(campaign: Campaign) -> Iterator[tuple[str, int, str, str, str]]:
    """(file, line, column, rule, message), one for each broken rule: employer, roster, loss and returns files in turn."""
    sources: list[QuerySet[Any]] = [EmployerReject.objects.filter(source__campaign_code=campaign.code)]
    models: list[type[Model]] = [Reject, LossReject, ReturnsReject]
    sources += [model._default_manager.filter(source__campaign=campaign) for model in models]
    for rows in sources:
        named = rows.order_by(*_ORDER).values_list("source__file_name", "line", "column", "rule", "message")
        yield from named.iterator(chunk_size=5000)
