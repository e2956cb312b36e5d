from returns.intake.rules import COLUMNS, judge_return
from returns.intake.sheet_code import make_in
from returns.intake.tray_label import TrayLabel, tray_in

__all__ = ["COLUMNS", "TrayLabel", "judge_return", "make_in", "tray_in"]
