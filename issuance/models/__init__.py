from issuance.models.campaign import Campaign, ExpiryPolicy
from issuance.models.certificate import Certificate
from issuance.models.household import Household
from issuance.models.insured_person import InsuredPerson
from issuance.models.intake import LossImport, LossReject, Reject, RosterImport
from issuance.models.search_key import SearchKey
from issuance.models.selection import Selection
from issuance.models.selection_change import SelectionChange

__all__ = [
    "Campaign",
    "Certificate",
    "ExpiryPolicy",
    "Household",
    "InsuredPerson",
    "LossImport",
    "LossReject",
    "Reject",
    "RosterImport",
    "SearchKey",
    "Selection",
    "SelectionChange",
]
