from returns.queries.deadline import DeadlineOutlook, deadline_outlook
from returns.queries.early_warning import band, outliers, outliers_key
from returns.queries.employer_section import returned_of_employer
from returns.queries.forecast import expected_returns, forecast
from returns.queries.integrity import Finding, check_integrity
from returns.queries.kept_counts import kept_counts
from returns.queries.ledger import LEDGER_HEADER, ledger_rows
from returns.queries.open_work import OpenWork, open_work
from returns.queries.overview import (
    batches_in,
    branch_names,
    count_overview,
    overview_key,
    overview_of,
    posted_per_day,
    returns_per_week,
)
from returns.queries.person_history import return_entries
from returns.queries.rejects import REJECTS_HEADER, reject_rows

__all__ = [
    "LEDGER_HEADER",
    "REJECTS_HEADER",
    "DeadlineOutlook",
    "Finding",
    "OpenWork",
    "band",
    "batches_in",
    "branch_names",
    "check_integrity",
    "count_overview",
    "deadline_outlook",
    "expected_returns",
    "forecast",
    "kept_counts",
    "ledger_rows",
    "open_work",
    "outliers",
    "outliers_key",
    "overview_key",
    "overview_of",
    "posted_per_day",
    "reject_rows",
    "return_entries",
    "returned_of_employer",
    "returns_per_week",
]
