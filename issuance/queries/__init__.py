from issuance.queries.campaigns import campaign_by_code, current_campaign, newest_open_campaign
from issuance.queries.people import matching, people_for
from issuance.queries.person_history import add_history_source, person_history
from issuance.queries.selection import outcome_counts, reason_counts, selection_rows
from issuance.queries.target_lists import target_list_lines

__all__ = [
    "add_history_source",
    "campaign_by_code",
    "current_campaign",
    "matching",
    "newest_open_campaign",
    "outcome_counts",
    "people_for",
    "person_history",
    "reason_counts",
    "selection_rows",
    "target_list_lines",
]
