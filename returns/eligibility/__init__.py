from returns.eligibility.card import ReturnData, ReturnDates, reroute_lines
from returns.eligibility.rules import RULE_VERSION, ReturnFacts, applying_codes, exception_code

__all__ = [
    "RULE_VERSION",
    "ReturnData",
    "ReturnDates",
    "ReturnFacts",
    "applying_codes",
    "exception_code",
    "reroute_lines",
]
