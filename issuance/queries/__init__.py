from issuance.queries.campaigns import (
    campaign_before,
    campaign_by_code,
    current_campaign,
    newest_open_campaign,
    open_campaign_by_code,
)
from issuance.queries.estimates import estimated_rows
from issuance.queries.people import (
    add_number_finder,
    matching,
    people_by_numbers,
    people_by_postal_code,
    people_for,
    people_of_employer,
    people_out_of_sight,
)
from issuance.queries.person_answer import Clause, add_answer_source, person_answer, spoken_day, spoken_month
from issuance.queries.person_history import add_history_source, household_history
from issuance.queries.person_sections import add_person_section, person_sections
from issuance.queries.prefixes import begins_with, text_after
from issuance.queries.selection import (
    count_selection,
    files_not_judged,
    outcome_counts,
    reason_counts,
    selection_key,
    selection_of,
    selection_rows,
)
from issuance.queries.target_lists import target_list_lines

__all__ = [
    "Clause",
    "add_answer_source",
    "add_history_source",
    "add_number_finder",
    "add_person_section",
    "begins_with",
    "campaign_before",
    "campaign_by_code",
    "count_selection",
    "current_campaign",
    "estimated_rows",
    "files_not_judged",
    "household_history",
    "matching",
    "newest_open_campaign",
    "open_campaign_by_code",
    "outcome_counts",
    "people_by_numbers",
    "people_by_postal_code",
    "people_for",
    "people_of_employer",
    "people_out_of_sight",
    "person_answer",
    "person_sections",
    "reason_counts",
    "selection_key",
    "selection_of",
    "selection_rows",
    "spoken_day",
    "spoken_month",
    "target_list_lines",
    "text_after",
]
