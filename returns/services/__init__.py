from returns.services.batch_warnings import return_warnings
from returns.services.closing import close_campaign, reopen_campaign
from returns.services.collecting import (
    NotCollected,
    StillEligible,
    answer_question,
    collect_card,
    collect_cards,
)
from returns.services.correcting import correct_reason
from returns.services.delivery import deliver_after_all, valid_one
from returns.services.erasing import (
    confirm_erasure,
    erase_campaign,
    erasure_due_on,
    propose_erasure,
    standing_erasure,
    withdraw_erasure,
)
from returns.services.exception_work import (
    assign_exception,
    comment_on_exception,
    postpone_exception,
    work_in_bulk,
)
from returns.services.exceptions import resolve_exception, resolve_in_bulk
from returns.services.holding import hold_branch, hold_return, lift_hold
from returns.services.import_returns import import_returns
from returns.services.person_answer import return_clauses
from returns.services.previewing import preview_reroute
from returns.services.reroute_reasons import RerouteReasons, reroute_reasons
from returns.services.rerouting import one_branch_only, reroute
from returns.services.resending import confirm_resend, propose_resend, withdraw_resend
from returns.services.scanning import ScanAnswer, ScanKind, record_return, undo_return
from returns.services.tray_keeping import (
    confirm_destruction,
    enter_destruction,
    store_tray,
    why_still_needed,
)
from returns.services.trays import close_tray, open_tray
from returns.services.unknown import resolve_unknown, undo_unknown

__all__ = [
    "NotCollected",
    "RerouteReasons",
    "ScanAnswer",
    "ScanKind",
    "StillEligible",
    "answer_question",
    "assign_exception",
    "close_campaign",
    "close_tray",
    "collect_card",
    "collect_cards",
    "comment_on_exception",
    "confirm_destruction",
    "confirm_erasure",
    "confirm_resend",
    "correct_reason",
    "deliver_after_all",
    "enter_destruction",
    "erase_campaign",
    "erasure_due_on",
    "hold_branch",
    "hold_return",
    "import_returns",
    "lift_hold",
    "one_branch_only",
    "open_tray",
    "postpone_exception",
    "preview_reroute",
    "propose_erasure",
    "propose_resend",
    "record_return",
    "reopen_campaign",
    "reroute",
    "reroute_reasons",
    "resolve_exception",
    "resolve_in_bulk",
    "resolve_unknown",
    "return_clauses",
    "return_warnings",
    "standing_erasure",
    "store_tray",
    "undo_return",
    "undo_unknown",
    "valid_one",
    "why_still_needed",
    "withdraw_erasure",
    "withdraw_resend",
    "work_in_bulk",
]
