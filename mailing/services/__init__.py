from mailing.services.address_change import Address, change_address, check_address
from mailing.services.approval import (
    approvals_given,
    approvals_needed,
    approve_batch,
    reject_batch,
    submit_batch,
)
from mailing.services.approval_facts import ApprovalFacts, Changes, approval_facts
from mailing.services.cases import close_case, permission_to_close, take_case
from mailing.services.chunks import claim_chunk, print_chunk
from mailing.services.envelopes import (
    lift_stop,
    mark_delivered_after_all,
    mark_exception,
    mark_returned,
    unmark_returned,
)
from mailing.services.evidence import evidence_of, write_evidence
from mailing.services.file_removal import printed_files, remove_printed_files, remove_unnamed_files
from mailing.services.finishing import finish_batch
from mailing.services.manifest import approved_files_hold
from mailing.services.package_check import PackageCheck, check_package
from mailing.services.packing import PackCounts, pack_envelopes
from mailing.services.planning import most_per_batch, plan_batches
from mailing.services.posting import close_batch, post_batch
from mailing.services.proofs import batch_file_path, envelope_pages, page_picture
from mailing.services.pull_list import PULL_LIST_HEADER, pull_list_rows
from mailing.services.pulling import PullCounts, pull_lost_envelopes
from mailing.services.release import Released, package_path, release_batch
from mailing.services.rendering import batches_to_finish, cancel_rendering, chunks_to_send, request_rendering
from mailing.services.rerouting import Share, reroute_envelopes
from mailing.services.resending import send_again
from mailing.services.revising import cancel_batch, revise_batch
from mailing.services.samples import mark_sample_page, state_sample_seen
from mailing.services.sealing import is_up_to_date, opened_package, seal_package, sealed_file, sealed_package
from mailing.services.sending_home import send_home
from mailing.services.target_lists import pack_target_lists
from mailing.services.vendor_results import ResultCounts, import_vendor_results
from mailing.services.verifying import Verified, verify_batch
from mailing.services.volume import Volume, volume_of

__all__ = [
    "PULL_LIST_HEADER",
    "Address",
    "ApprovalFacts",
    "Changes",
    "PackCounts",
    "PackageCheck",
    "PullCounts",
    "Released",
    "ResultCounts",
    "Share",
    "Verified",
    "Volume",
    "approval_facts",
    "approvals_given",
    "approvals_needed",
    "approve_batch",
    "approved_files_hold",
    "batch_file_path",
    "batches_to_finish",
    "cancel_batch",
    "cancel_rendering",
    "change_address",
    "check_address",
    "check_package",
    "chunks_to_send",
    "claim_chunk",
    "close_batch",
    "close_case",
    "envelope_pages",
    "evidence_of",
    "finish_batch",
    "import_vendor_results",
    "is_up_to_date",
    "lift_stop",
    "mark_delivered_after_all",
    "mark_exception",
    "mark_returned",
    "mark_sample_page",
    "most_per_batch",
    "opened_package",
    "pack_envelopes",
    "pack_target_lists",
    "package_path",
    "page_picture",
    "permission_to_close",
    "plan_batches",
    "post_batch",
    "print_chunk",
    "printed_files",
    "pull_list_rows",
    "pull_lost_envelopes",
    "reject_batch",
    "release_batch",
    "remove_printed_files",
    "remove_unnamed_files",
    "request_rendering",
    "reroute_envelopes",
    "revise_batch",
    "seal_package",
    "sealed_file",
    "sealed_package",
    "send_again",
    "send_home",
    "state_sample_seen",
    "submit_batch",
    "take_case",
    "unmark_returned",
    "verify_batch",
    "volume_of",
    "write_evidence",
]
