from returns.queries.cycles import RerouteCounts, done_in, handled_in, unfinished_cycle
from returns.queries.deadline import DeadlineOutlook, deadline_outlook
from returns.queries.early_warning import band, outliers, outliers_key
from returns.queries.employer_section import returned_of_employer
from returns.queries.forecast import Progress, days_for, expected_returns, forecast
from returns.queries.holds import standing_hold
from returns.queries.home import home_counts
from returns.queries.integrity import Finding, check_integrity
from returns.queries.kept_counts import kept_counts
from returns.queries.latest_scans import latest_scans
from returns.queries.ledger import LEDGER_HEADER, ledger_rows
from returns.queries.open_work import OpenWork, open_work
from returns.queries.overview import (
    batches_in,
    branch_names,
    count_overview,
    count_weeks,
    overview_key,
    overview_of,
    posted_per_day,
    rendered_per_day,
    returns_per_week,
    weeks_key,
)
from returns.queries.person_history import return_entries
from returns.queries.previews import facts_moved_on, judgement_moved_on, kept_preview
from returns.queries.rejects import REJECTS_HEADER, reject_rows
from returns.queries.valid_cards import envelopes_holding, made_again, valid_cards

__all__ = [
    "LEDGER_HEADER",
    "REJECTS_HEADER",
    "DeadlineOutlook",
    "Finding",
    "OpenWork",
    "Progress",
    "RerouteCounts",
    "band",
    "batches_in",
    "branch_names",
    "check_integrity",
    "count_overview",
    "count_weeks",
    "days_for",
    "deadline_outlook",
    "done_in",
    "envelopes_holding",
    "expected_returns",
    "facts_moved_on",
    "forecast",
    "handled_in",
    "home_counts",
    "judgement_moved_on",
    "kept_counts",
    "kept_preview",
    "latest_scans",
    "ledger_rows",
    "made_again",
    "open_work",
    "outliers",
    "outliers_key",
    "overview_key",
    "overview_of",
    "posted_per_day",
    "reject_rows",
    "rendered_per_day",
    "return_entries",
    "returned_of_employer",
    "returns_per_week",
    "standing_hold",
    "unfinished_cycle",
    "valid_cards",
    "weeks_key",
]
