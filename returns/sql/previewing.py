"""What a cycle would do, kept for its page: every waiting return is judged once, the rest is counted from that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from returns.sql.rerouting import CLASSIFY

if TYPE_CHECKING:
    from datetime import date

_STAGE = f"CREATE TEMPORARY TABLE staged_preview ON COMMIT DROP AS {CLASSIFY}"
_LINES = """
INSERT INTO returns_previewline (preview_id, branch_id, code, held, envelopes, employers)
SELECT %(preview)s, branch_id, code, held, count(*), count(DISTINCT employer_id)
FROM staged_preview GROUP BY branch_id, code, held ORDER BY branch_id, held, code
"""
_SPLIT = f"""
SELECT branch_id, code, count(*), count(DISTINCT employer_id) FROM ({CLASSIFY}) AS classified
WHERE NOT held GROUP BY branch_id, code
"""
_EMPLOYERS = """
INSERT INTO returns_previewemployer (preview_id, employer_id, envelopes, cards)
SELECT %(preview)s, s.employer_id, count(DISTINCT s.envelope_id), count(p.id)
FROM staged_preview AS s
JOIN mailing_enclosedcard AS k ON k.envelope_id = s.envelope_id
JOIN issuance_certificate AS c ON c.id = k.certificate_id
LEFT JOIN issuance_insuredperson AS p
    ON p.id = c.person_id AND c.state = 'live' AND p.lost_on IS NULL AND p.later_lost_on IS NULL
WHERE s.code = '' AND NOT s.held
GROUP BY s.employer_id ORDER BY count(DISTINCT s.envelope_id) DESC, s.employer_id
"""
_CHANGES = """
INSERT INTO returns_previewchange (preview_id, event_id, what, since)
SELECT %(preview)s, s.event_id, change.what, change.since
FROM staged_preview AS s
JOIN mailing_envelope AS e ON e.id = s.envelope_id
LEFT JOIN employers_employer AS m ON m.id = s.employer_id
LEFT JOIN LATERAL (
    SELECT count(*) AS people, count(p.later_lost_on) AS lost, max(p.later_lost_on) AS lost_on,
           bool_or(p.nondisclosure) AS hidden
    FROM mailing_enclosedcard AS k
    JOIN issuance_certificate AS c ON c.id = k.certificate_id
    JOIN issuance_insuredperson AS p ON p.id = c.person_id
    WHERE k.envelope_id = e.id
) AS inside ON true
LEFT JOIN issuance_insuredperson AS insured ON insured.household_id = e.household_id AND insured.relation = '1'
CROSS JOIN LATERAL (
    VALUES ('lost', inside.lost > 0 AND inside.lost = inside.people, inside.lost_on),
           ('lost_in_part', inside.lost > 0 AND inside.lost < inside.people, inside.lost_on),
           ('employer_closed', m.status = '2' AND m.ended_on >= e.posted_on, m.ended_on),
           ('nondisclosure', inside.hidden OR insured.nondisclosure, NULL::date)
) AS change (what, applies, since)
WHERE change.applies
ORDER BY change.what, s.event_id
"""


def stage_preview(*, campaign_id: int, cutoff: date) -> None:
    """Judge every waiting return up to the cut-off into the temporary table `staged_preview`, the held ones too."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_preview")  # of an earlier look in the same transaction
        cursor.execute(_STAGE, {"campaign": campaign_id, "cutoff": cutoff})
        cursor.execute("ANALYZE staged_preview")


def split_now(*, campaign_id: int, cutoff: date) -> set[tuple[str, str, int, int]]:
    """(branch, exception, envelopes, employers) of every waiting return up to the cut-off that is not held back, judged now."""
    with connection.cursor() as cursor:
        cursor.execute(_SPLIT, {"campaign": campaign_id, "cutoff": cutoff})
        return set(cursor.fetchall())


def store_lines(preview_id: int) -> int:
    """What would happen, by branch and exception; how many lines."""
    return _store(_LINES, preview_id)


def store_employers(preview_id: int) -> int:
    """The employers that would be written to, the one with most envelopes first; how many."""
    return _store(_EMPLOYERS, preview_id)


def store_changes(preview_id: int) -> int:
    """What has changed about the envelopes since they were posted; how many changes."""
    return _store(_CHANGES, preview_id)


def _store(statement: str, preview_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"preview": preview_id})
        return int(cursor.rowcount)
