from issuance.intake.losses import LOSS_COLUMNS, judge_loss
from issuance.intake.rules import COLUMNS, judge_person

__all__ = ["COLUMNS", "LOSS_COLUMNS", "judge_loss", "judge_person"]
