"""The questions behind the invariants (interfaces §5). Each counts breaches; values: campaign, code, live states."""

from __future__ import annotations

_PEOPLE = """issuance_insuredperson AS p JOIN issuance_household AS h ON h.id = p.household_id
    AND h.campaign_id = %(campaign)s"""
_PACKED = "EXISTS (SELECT 1 FROM mailing_envelope WHERE campaign_id = %(campaign)s AND kind = 'personal')"
_LIVE_ENVELOPE = """SELECT 1 FROM mailing_enclosedcard AS k JOIN mailing_envelope AS e ON e.id = k.envelope_id
    WHERE k.certificate_id = c.id AND e.state = ANY(%(live)s)"""

INVARIANTS: list[tuple[int, str, dict[str, str]]] = [
    (
        1,
        "every_row_is_a_person_or_a_reject",
        {
            "rows_do_not_add_up": """SELECT count(*) FROM (
                SELECT rows, accepted, rejected FROM issuance_rosterimport WHERE campaign_id = %(campaign)s
                UNION ALL SELECT rows, accepted, rejected FROM employers_employerimport WHERE campaign_code = %(code)s
                UNION ALL SELECT rows, accepted, rejected FROM issuance_lossimport WHERE campaign_id = %(campaign)s
                UNION ALL SELECT rows, accepted, rejected FROM returns_returnsimport WHERE campaign_id = %(campaign)s
                ) AS files WHERE rows <> accepted + rejected""",
            "accepted_rows_are_not_people": """SELECT count(*) FROM issuance_rosterimport AS i
                WHERE i.campaign_id = %(campaign)s AND i.decision <> 'refused'
                AND i.accepted <> (SELECT count(*) FROM issuance_insuredperson AS p WHERE p.source_id = i.id)""",
            "rejected_rows_without_reason": """SELECT count(*) FROM issuance_rosterimport AS i
                WHERE i.campaign_id = %(campaign)s
                AND i.rejected <> (SELECT count(DISTINCT r.line) FROM issuance_reject AS r WHERE r.source_id = i.id)""",
        },
    ),
    (
        2,
        "every_target_has_one_live_certificate",
        {
            "people_without_outcome": f"""SELECT count(*) FROM {_PEOPLE}
                WHERE EXISTS (SELECT 1 FROM issuance_selection AS x JOIN issuance_insuredperson AS q ON q.id = x.person_id
                              WHERE q.source_id = p.source_id)
                AND NOT EXISTS (SELECT 1 FROM issuance_selection AS s WHERE s.person_id = p.id)""",
            "eligible_targets_without_certificate": f"""SELECT count(*) FROM {_PEOPLE}
                JOIN issuance_selection AS s ON s.person_id = p.id AND s.outcome = 'target'
                WHERE {_PACKED} AND p.later_lost_on IS NULL
                AND NOT EXISTS (SELECT 1 FROM issuance_certificate AS c WHERE c.person_id = p.id
                                AND (c.state = 'live' OR c.void_cause = 'collected'))""",
            "two_live_certificates": """SELECT count(*) FROM (
                SELECT person_id FROM issuance_certificate WHERE campaign_id = %(campaign)s AND state = 'live'
                GROUP BY person_id HAVING count(*) > 1) AS twice""",
            "live_after_loss": """SELECT count(*) FROM issuance_certificate AS c
                JOIN issuance_insuredperson AS p ON p.id = c.person_id
                WHERE c.campaign_id = %(campaign)s AND c.state = 'live' AND p.later_lost_on IS NOT NULL""",
            "certificates_of_people_who_are_no_targets": """SELECT count(*) FROM issuance_certificate AS c
                LEFT JOIN issuance_selection AS s ON s.person_id = c.person_id
                WHERE c.campaign_id = %(campaign)s AND s.outcome IS DISTINCT FROM 'target'""",
        },
    ),
    (
        3,
        "every_live_certificate_lies_in_one_envelope",
        {
            "not_in_a_live_envelope": f"""SELECT count(*) FROM issuance_certificate AS c
                WHERE c.campaign_id = %(campaign)s AND c.state = 'live' AND NOT EXISTS ({_LIVE_ENVELOPE})""",
            "too_many_or_uncounted_cards": """SELECT count(*) FROM mailing_envelope AS e
                JOIN issuance_campaign AS g ON g.id = e.campaign_id
                LEFT JOIN LATERAL (SELECT count(*) AS cards FROM mailing_enclosedcard AS k WHERE k.envelope_id = e.id)
                    AS inside ON true
                WHERE e.campaign_id = %(campaign)s
                AND (inside.cards <> e.card_count OR inside.cards > g.cards_per_envelope)""",
            "two_households_in_one_envelope": """SELECT count(*) FROM mailing_enclosedcard AS k
                JOIN mailing_envelope AS e ON e.id = k.envelope_id AND e.campaign_id = %(campaign)s
                JOIN issuance_certificate AS c ON c.id = k.certificate_id
                JOIN issuance_insuredperson AS p ON p.id = c.person_id
                WHERE p.household_id IS DISTINCT FROM e.household_id""",
        },
    ),
    (
        4,
        "seq_runs_from_one_to_of",
        {
            "holes_in_seq": """SELECT count(*) FROM (
                SELECT 1 FROM mailing_envelope WHERE campaign_id = %(campaign)s AND household_id IS NOT NULL
                GROUP BY household_id, kind, cycle_no
                HAVING count(DISTINCT seq) <> max(of) OR min(of) <> max(of) OR max(seq) <> max(of)) AS holes""",
            "seq_used_twice": """SELECT count(*) FROM (
                SELECT 1 FROM mailing_envelope
                WHERE campaign_id = %(campaign)s AND household_id IS NOT NULL AND state <> 'pulled'
                GROUP BY household_id, kind, cycle_no, seq HAVING count(*) > 1) AS twice""",
            "employer_envelope_without_returned_parent": """SELECT count(*) FROM mailing_envelope AS e
                LEFT JOIN mailing_envelope AS parent ON parent.id = e.parent_id
                WHERE e.campaign_id = %(campaign)s AND e.kind = 'employer'
                AND (parent.state IS DISTINCT FROM 'rerouted' OR parent.household_id IS DISTINCT FROM e.household_id)""",
        },
    ),
    (
        5,
        "selected_are_in_envelopes_held_or_pulled",
        {
            "branches_that_do_not_add_up": f"""SELECT count(*) FROM (
                SELECT h.branch_id,
                       count(*) AS selected,
                       count(*) FILTER (WHERE s.outcome = 'held') AS held,
                       count(*) FILTER (WHERE s.outcome = 'target' AND place.live) AS enveloped,
                       count(*) FILTER (WHERE s.outcome = 'target' AND NOT coalesce(place.live, false)
                           AND (place.pulled OR p.later_lost_on IS NOT NULL)) AS pulled
                FROM {_PEOPLE}
                JOIN issuance_selection AS s ON s.person_id = p.id AND s.outcome IN ('target', 'held')
                LEFT JOIN LATERAL (
                    SELECT bool_or(e.state = ANY(%(live)s)) AS live, bool_or(e.state = 'pulled') AS pulled
                    FROM issuance_certificate AS c JOIN mailing_enclosedcard AS k ON k.certificate_id = c.id
                    JOIN mailing_envelope AS e ON e.id = k.envelope_id WHERE c.person_id = p.id
                ) AS place ON true
                WHERE {_PACKED} GROUP BY h.branch_id
                ) AS branches WHERE selected <> held + enveloped + pulled""",
        },
    ),
    (6, "batches_add_up", {}),
    (
        7,
        "every_return_has_one_end",
        {
            "end_without_what_it_says": """SELECT count(*) FROM returns_returnevent AS r
                JOIN mailing_envelope AS e ON e.id = r.envelope_id AND e.campaign_id = %(campaign)s
                LEFT JOIN mailing_envelope AS child ON child.parent_id = e.id
                LEFT JOIN returns_deliveryexception AS x ON x.event_id = r.id
                WHERE r.undone_at IS NULL AND CASE r.state
                    WHEN 'waiting' THEN e.state <> 'returned' OR child.id IS NOT NULL OR x.id IS NOT NULL
                    WHEN 'rerouted' THEN e.state <> 'rerouted' OR child.id IS NULL OR x.id IS NOT NULL
                    WHEN 'exception' THEN e.state <> 'exception' OR x.id IS NULL
                        OR (child.id IS NOT NULL) <> (x.resolution = 'sent_again')
                    ELSE e.state <> 'delivered_after_all' OR child.id IS NOT NULL END""",
            "returned_without_event": """SELECT count(*) FROM mailing_envelope AS e
                WHERE e.campaign_id = %(campaign)s
                AND e.state IN ('returned', 'rerouted', 'exception', 'delivered_after_all')
                AND NOT EXISTS (SELECT 1 FROM returns_returnevent AS r WHERE r.envelope_id = e.id AND r.undone_at IS NULL)""",
        },
    ),
    (
        8,
        "approved_files_are_unchanged",
        {
            "approver_is_submitter": """SELECT count(*) FROM mailing_printbatch
                WHERE campaign_id = %(campaign)s AND approved_by_id = submitted_by_id""",
            "approved_without_decision": """SELECT count(*) FROM mailing_printbatch AS b
                WHERE b.campaign_id = %(campaign)s AND b.approved_at IS NOT NULL AND b.state <> 'cancelled'
                AND NOT EXISTS (SELECT 1 FROM mailing_approval AS a WHERE a.batch_id = b.id AND a.revision = b.revision
                    AND a.decision = 'approved' AND a.manifest_sha256 = b.manifest_sha256
                    AND a.decided_by_id = b.approved_by_id)""",
        },
    ),
    (
        9,
        "held_people_are_nowhere",
        {
            "held_cards": """SELECT count(*) FROM issuance_certificate AS c
                JOIN issuance_insuredperson AS p ON p.id = c.person_id
                JOIN issuance_insuredperson AS insured ON insured.household_id = p.household_id AND insured.relation = '1'
                WHERE c.campaign_id = %(campaign)s AND (p.nondisclosure OR insured.nondisclosure)""",
            "held_on_a_list": """SELECT count(*) FROM employers_targetlistline AS l
                JOIN employers_targetlist AS t ON t.id = l.target_list_id AND t.campaign_code = %(code)s
                JOIN issuance_household AS h ON h.employer_id = t.employer_id AND h.number = l.number
                    AND h.campaign_id = %(campaign)s
                JOIN issuance_insuredperson AS insured ON insured.household_id = h.id AND insured.relation = '1'
                WHERE insured.nondisclosure""",
        },
    ),
]
