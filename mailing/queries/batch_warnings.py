"""What is to be looked at before a batch is printed, told by apps that know what became of earlier ones (domain.md I14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.states import BatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mailing.models import PrintBatch

    Source = Callable[["PrintBatch", "datetime"], Iterable[str]]

_SOURCES: list[Source] = []
_NOT_HANDED_OVER = {
    BatchState.PLANNED,
    BatchState.RENDERED,
    BatchState.SUBMITTED,
    BatchState.REJECTED,
    BatchState.APPROVED,
}


def add_warning_source(source: Source) -> None:
    """Let an app further down warn of a batch; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def batch_warnings(batch: PrintBatch, *, at: datetime) -> list[str]:
    """Sentences for the people who decide on the batch; none once it has been handed over, when nothing can be decided."""
    if batch.state not in _NOT_HANDED_OVER:
        return []
    return [warning for source in _SOURCES for warning in source(batch, at)]
