from backoffice.models.access_log import AccessLog
from backoffice.models.audit import AuditSeal, Change
from backoffice.models.intake import FileIntake, RejectedRow
from backoffice.models.job import Job
from backoffice.models.transition import Transition
from backoffice.models.upload import Upload
from backoffice.models.user import User

__all__ = [
    "AccessLog",
    "AuditSeal",
    "Change",
    "FileIntake",
    "Job",
    "RejectedRow",
    "Transition",
    "Upload",
    "User",
]
