from issuance.eligibility.expiry import ExpiryWindow, NoExpiryPolicy, expiry_date
from issuance.eligibility.explanations import explanations
from issuance.eligibility.rules import RULE_VERSION, Facts, judge, outcome_of

__all__ = [
    "RULE_VERSION",
    "ExpiryWindow",
    "Facts",
    "NoExpiryPolicy",
    "expiry_date",
    "explanations",
    "judge",
    "outcome_of",
]
