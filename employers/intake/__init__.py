from employers.intake.columnwise import EmployerColumns
from employers.intake.rules import COLUMNS, EmployerRow, judge_employer

__all__ = ["COLUMNS", "EmployerColumns", "EmployerRow", "judge_employer"]
