from returns.intake.rules import COLUMNS, judge_return

__all__ = ["COLUMNS", "judge_return"]
