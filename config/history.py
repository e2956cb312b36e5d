"""Which columns of which tables are kept in 変更の履歴: (columns with their values, columns of which only the fact is kept).

States are not here: every move of a state is a row of `Transition`. What workers note on millions of rows
(a place in a batch, a page number) is not here either: it is derived, and would drown the rest.
"""

from __future__ import annotations

CHANGE_HISTORY: dict[str, tuple[str, str]] = {
    "backoffice.User": (
        "username last_name first_name roles branch_code language is_active is_superuser second_factor_since",
        "password second_factor_secret",
    ),
    "employers.Branch": ("name insurer_no postal_code address", ""),
    "employers.Employer": (
        "branch_id insurer_no symbol name postal_code address1 address2 status ended_on contact",
        "",
    ),
    "employers.TargetList": (
        "campaign_code employer_id version as_of published_at line_count card_count",
        "",
    ),
    "employers.TargetListLine": ("target_list_id position card_count", "number insured_name"),
    "issuance.Campaign": (
        "code name closed_at closed_by_id keep_months new_cards_ended_on old_cards_valid_until deadline notice decided_by reference_date"
        " expected_people extraction_on provision_on lists_on personal_from personal_until employer_from"
        " employer_until reroute_every_months cards_per_envelope envelopes_per_batch dependants_only_reading"
        " customer_barcode forwarding envelope_grams sheet_grams card_grams leaflet_grams sticker_grams"
        " return_envelope_grams weight_limit_grams second_approval_over"
        " remake_cap_percent accept_rosters seal_packages issued_on keep_issued_on hotline_name"
        " hotline_number return_name return_postal_code return_address",
        "",
    ),
    "issuance.RosterImport": ("rows accepted rejected decision decided_at decided_by_id", "decision_note"),
    "issuance.ExpiryPolicy": ("campaign_id window_start window_end expires_on", ""),
    "issuance.Household": ("branch_id employer_id", "insurer_no symbol number"),
    "issuance.InsuredPerson": (
        "household_id relation insured_kind acquired_on decided_on lost_on card_held myna_usable nondisclosure"
        " voluntary_end later_lost_on later_loss_source_id",
        "edaban name name_kana name_print sex_print birth_date postal_code address1 address2 back_remarks",
    ),
    "issuance.Selection": ("outcome reasons rule_version selected_at", ""),
    "issuance.Certificate": ("person_id serial issued_on expires_on reissue_of_id", ""),
    "mailing.PrintBatch": (
        "number branch_id kind envelope_count card_count page_count ordered manifest_sha256 submitted_by_id"
        " approved_by_id released_by_id",
        "",
    ),
    "mailing.Artifact": ("name sha256 size pages template_version", ""),
    "mailing.Envelope": (
        "piece_no kind household_id employer_id parent_id card_count make_no",
        "addressee postal_code address1 address2 contact",
    ),
    "mailing.Case": ("kind reported_piece_no owner_id cause decision closed_at closed_by_id", ""),
    "returns.ReturnEvent": ("envelope_id reason returned_on undone_at undone_by_id", "note"),
    "returns.DeliveryException": ("code due_on owner_id resolution resolved_at resolved_by_id", "note"),
    "returns.AddressCorrection": (
        "exception_id proposed_by_id outcome decided_at decided_by_id envelope_id",
        "postal_code address1 address2 note",
    ),
    "returns.RerouteHold": ("event_id campaign_id branch_id lifted_at", "reason"),
    "returns.ReturnTray": ("number counted closed_at", ""),
    "returns.CollectedCard": ("certificate_id reason collected_on loss_on_file", ""),
    "returns.Erasure": ("proposed_by_id confirmed_by_id withdrawn_by_id erased_at", "to_erase kept erased"),
    "returns.UnknownReturn": ("kind resolved_at", "scanned_text note"),
}
