from issuance.queries.campaigns import campaign_by_code, newest_open_campaign
from issuance.queries.selection import outcome_counts, reason_counts, selection_rows
from issuance.queries.target_lists import target_list_lines

__all__ = [
    "campaign_by_code",
    "newest_open_campaign",
    "outcome_counts",
    "reason_counts",
    "selection_rows",
    "target_list_lines",
]
