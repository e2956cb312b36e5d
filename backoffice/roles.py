"""Who may do what: roles of staff and the permissions each view and service asks for (design: six roles)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The role of a member of staff; one person may hold several."""

    CLERK = "clerk", _("事務担当")
    SUPERVISOR = "supervisor", _("承認者")
    RETURNS = "returns", _("還付担当")
    INQUIRY = "inquiry", _("照会担当")
    AUDITOR = "auditor", _("監査")
    ADMIN = "admin", _("システム管理")


class Permission(StrEnum):
    """One thing a person may be allowed to do."""

    USE_OWN_ACCOUNT = "use_own_account"
    VIEW_HOME = "view_home"
    IMPORT_FILES = "import_files"
    VIEW_IMPORTS = "view_imports"
    ACCEPT_FILES = "accept_files"
    SELECT_TARGETS = "select_targets"
    VIEW_SELECTION = "view_selection"
    VIEW_PERSONS = "view_persons"
    VIEW_NONDISCLOSED = "view_nondisclosed"
    NOTE_CALLS = "note_calls"
    VIEW_EMPLOYERS = "view_employers"
    PUBLISH_LISTS = "publish_lists"
    VIEW_BATCHES = "view_batches"
    PLAN_BATCHES = "plan_batches"
    SUBMIT_BATCH = "submit_batch"
    APPROVE_BATCH = "approve_batch"
    RELEASE_BATCH = "release_batch"
    RECORD_RESULTS = "record_results"
    POST_BATCH = "post_batch"
    VIEW_PRINTED_PAGES = "view_printed_pages"
    LOG_RETURNS = "log_returns"
    VIEW_RETURNS = "view_returns"
    REROUTE = "reroute"
    WORK_EXCEPTIONS = "work_exceptions"
    COLLECT_CARDS = "collect_cards"
    VIEW_AUDIT = "view_audit"
    VIEW_CAMPAIGNS = "view_campaigns"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    MANAGE_USERS = "manage_users"


P = Permission
_EVERYONE = frozenset({P.USE_OWN_ACCOUNT, P.VIEW_HOME})
_READERS = _EVERYONE | {P.VIEW_PERSONS, P.VIEW_EMPLOYERS, P.VIEW_BATCHES, P.VIEW_RETURNS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: _READERS
    | {P.NOTE_CALLS}
    | {P.IMPORT_FILES, P.VIEW_IMPORTS, P.SELECT_TARGETS, P.VIEW_SELECTION, P.PUBLISH_LISTS, P.PLAN_BATCHES}
    | {
        P.SUBMIT_BATCH,
        P.RECORD_RESULTS,
        P.POST_BATCH,
        P.VIEW_PRINTED_PAGES,
        P.WORK_EXCEPTIONS,
        P.COLLECT_CARDS,
    },
    Role.SUPERVISOR: _READERS
    | {P.NOTE_CALLS}
    | {
        P.VIEW_IMPORTS,
        P.ACCEPT_FILES,
        P.VIEW_SELECTION,
        P.VIEW_NONDISCLOSED,
        P.SUBMIT_BATCH,
        P.APPROVE_BATCH,
        P.RELEASE_BATCH,
    }
    | {
        P.RECORD_RESULTS,
        P.POST_BATCH,
        P.VIEW_PRINTED_PAGES,
        P.REROUTE,
        P.WORK_EXCEPTIONS,
        P.VIEW_CAMPAIGNS,
        P.MANAGE_CAMPAIGNS,
    },
    Role.RETURNS: _READERS | {P.NOTE_CALLS, P.LOG_RETURNS, P.WORK_EXCEPTIONS, P.COLLECT_CARDS},
    Role.INQUIRY: _READERS | {P.NOTE_CALLS, P.VIEW_SELECTION},
    Role.AUDITOR: _READERS
    | {P.VIEW_IMPORTS, P.VIEW_SELECTION, P.VIEW_PRINTED_PAGES, P.VIEW_AUDIT, P.VIEW_CAMPAIGNS},
    Role.ADMIN: _EVERYONE | {P.MANAGE_USERS},
}


def permissions_of(roles: list[str]) -> frozenset[Permission]:
    """Everything the roles together allow."""
    return frozenset().union(*(PERMISSIONS[Role(role)] for role in roles))
