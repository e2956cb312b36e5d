from backoffice.models.access_log import AccessLog
from backoffice.models.audit import AuditSeal, Change
from backoffice.models.call_note import CallNote
from backoffice.models.intake import FileIntake, RejectedRow
from backoffice.models.job import Job
from backoffice.models.kept_numbers import KeptNumbers
from backoffice.models.list_export import ListExport
from backoffice.models.transition import Transition
from backoffice.models.upload import Upload
from backoffice.models.user import User
from backoffice.models.work_run import WorkRun

__all__ = [
    "AccessLog",
    "AuditSeal",
    "CallNote",
    "Change",
    "FileIntake",
    "Job",
    "KeptNumbers",
    "ListExport",
    "RejectedRow",
    "Transition",
    "Upload",
    "User",
    "WorkRun",
]
