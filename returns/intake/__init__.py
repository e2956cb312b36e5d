from returns.intake.rules import COLUMNS, judge_return
from returns.intake.sheet_code import make_in

__all__ = ["COLUMNS", "judge_return", "make_in"]
