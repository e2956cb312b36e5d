from issuance.eligibility.card import DataDates, RuleLine, rule_lines
from issuance.eligibility.expiry import ExpiryWindow, NoExpiryPolicy, expiry_date
from issuance.eligibility.explanations import explanations
from issuance.eligibility.rules import RULE_VERSION, Facts, judge, outcome_of

__all__ = [
    "RULE_VERSION",
    "DataDates",
    "ExpiryWindow",
    "Facts",
    "NoExpiryPolicy",
    "RuleLine",
    "expiry_date",
    "explanations",
    "judge",
    "outcome_of",
    "rule_lines",
]
