from employers.intake.rules import COLUMNS, EmployerRow, judge_employer

__all__ = ["COLUMNS", "EmployerRow", "judge_employer"]
