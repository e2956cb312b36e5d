from returns.queries.integrity import Finding, check_integrity
from returns.queries.ledger import LEDGER_HEADER, ledger_rows
from returns.queries.rejects import REJECTS_HEADER, reject_rows

__all__ = [
    "LEDGER_HEADER",
    "REJECTS_HEADER",
    "Finding",
    "check_integrity",
    "ledger_rows",
    "reject_rows",
]
