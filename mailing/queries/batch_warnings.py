"""What is to be looked at before a batch is printed, told by apps that know what became of earlier ones (domain.md I14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.states import BatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mailing.models import PrintBatch

    Source = Callable[["PrintBatch", "datetime"], Iterable[str]]

_SOURCES: dict[Source, bool] = {}
_NOT_HANDED_OVER = {
    BatchState.PLANNED,
    BatchState.RENDERED,
    BatchState.SUBMITTED,
    BatchState.REJECTED,
    BatchState.APPROVED,
}
_NOT_POSTED = _NOT_HANDED_OVER | {BatchState.RELEASED, BatchState.RECONCILED}


def add_warning_source(source: Source, *, until_posting: bool = False) -> None:
    """Let an app further down warn of a batch; each source counts once. Most of what it says is of use only as long as nothing has
    been handed over; with `until_posting`, something can be done about it until the posting.
    """
    _SOURCES[source] = until_posting


def batch_warnings(batch: PrintBatch, *, at: datetime) -> list[str]:
    """Sentences for the people who decide on the batch, or still can do something about it; none once it is posted."""
    if batch.state not in _NOT_POSTED:
        return []
    decided = batch.state not in _NOT_HANDED_OVER
    asked = [source for source, until_posting in _SOURCES.items() if until_posting or not decided]
    return [warning for source in asked for warning in source(batch, at)]
