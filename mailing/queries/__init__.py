from mailing.queries.batch_warnings import add_warning_source, batch_warnings
from mailing.queries.batches import (
    BatchSum,
    RenderingProgress,
    batch_by_number,
    batch_sum,
    pull_list,
    rendering_progress,
    stopped_envelopes,
    unreported,
)
from mailing.queries.card_warnings import card_warnings
from mailing.queries.closed_employers import closed_employer_warnings, to_closed_employers
from mailing.queries.employer_section import envelopes_of_employer
from mailing.queries.envelopes import (
    envelope_history,
    envelopes_by_number,
    envelopes_for,
    envelopes_out_of_sight,
    people_inside,
)
from mailing.queries.person_answer import envelope_clauses, households_by_number
from mailing.queries.person_history import envelope_entries
from mailing.queries.person_section import envelopes_of_household
from mailing.queries.production import Production, production
from mailing.queries.samples import sample_pages, sample_problems, sample_views, unseen_pages
from mailing.queries.steps import STEP_BATCH_STATES, STEP_CONDITIONS
from mailing.queries.waiting import Waiting, waiting_for, whose_turn, with_waiting

__all__ = [
    "STEP_BATCH_STATES",
    "STEP_CONDITIONS",
    "BatchSum",
    "Production",
    "RenderingProgress",
    "Waiting",
    "add_warning_source",
    "batch_by_number",
    "batch_sum",
    "batch_warnings",
    "card_warnings",
    "closed_employer_warnings",
    "envelope_clauses",
    "envelope_entries",
    "envelope_history",
    "envelopes_by_number",
    "envelopes_for",
    "envelopes_of_employer",
    "envelopes_of_household",
    "envelopes_out_of_sight",
    "households_by_number",
    "people_inside",
    "production",
    "pull_list",
    "rendering_progress",
    "sample_pages",
    "sample_problems",
    "sample_views",
    "stopped_envelopes",
    "to_closed_employers",
    "unreported",
    "unseen_pages",
    "waiting_for",
    "whose_turn",
    "with_waiting",
]
