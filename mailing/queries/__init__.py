from mailing.queries.batches import (
    BatchSum,
    RenderingProgress,
    batch_by_number,
    batch_sum,
    pull_list,
    rendering_progress,
    stopped_envelopes,
)
from mailing.queries.envelopes import envelope_history, envelopes_by_number, envelopes_for, people_inside
from mailing.queries.person_history import envelope_entries
from mailing.queries.production import Production, production

__all__ = [
    "BatchSum",
    "Production",
    "RenderingProgress",
    "batch_by_number",
    "batch_sum",
    "envelope_entries",
    "envelope_history",
    "envelopes_by_number",
    "envelopes_for",
    "people_inside",
    "production",
    "pull_list",
    "rendering_progress",
    "stopped_envelopes",
]
