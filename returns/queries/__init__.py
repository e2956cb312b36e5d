from returns.queries.deadline import DeadlineOutlook, deadline_outlook
from returns.queries.integrity import Finding, check_integrity
from returns.queries.ledger import LEDGER_HEADER, ledger_rows
from returns.queries.overview import batches_waiting_for_approval, branch_lines, funnel, returns_per_week
from returns.queries.person_history import return_entries
from returns.queries.rejects import REJECTS_HEADER, reject_rows

__all__ = [
    "LEDGER_HEADER",
    "REJECTS_HEADER",
    "DeadlineOutlook",
    "Finding",
    "batches_waiting_for_approval",
    "branch_lines",
    "check_integrity",
    "deadline_outlook",
    "funnel",
    "ledger_rows",
    "reject_rows",
    "return_entries",
    "returns_per_week",
]
