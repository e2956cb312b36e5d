"""A mailing that has been posted, of any size, in a scratch database: one household, one card and one envelope each, in all
branches, made with set-based SQL; some of the envelopes have come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from issuance.models import Campaign

PER_EMPLOYER = 60
# The 47 branches, nine of them larger than the others, as demo.population shares people out.
BRANCHES = "".join(
    f"{code:02}" * {13: 11, 27: 8, 23: 7, 14: 6, 11: 5, 12: 5, 28: 5, 1: 4, 40: 4}.get(code, 2)
    for code in range(1, 48)
)
TABLES = (
    "employers_employer",
    "issuance_household",
    "issuance_insuredperson",
    "issuance_selection",
    "issuance_certificate",
    "mailing_envelope",
    "mailing_enclosedcard",
    "returns_returnevent",
)
_FILL = """
INSERT INTO employers_employer (id, branch_id, insurer_no, symbol, name, name_kana, name_key, postal_code, address1, address2, status,
    contact, imported_from_id)
SELECT n, substr(%(branches)s, 2 * (n %% %(shares)s) + 1, 2), '01130012', (21700000 + n)::text, '株式会社' || n, '', '株式会社' || n, '1000013', '東京都千代田区霞が関1丁目' || n || '番',
    '', '1', '総務担当', %(employers)s
FROM generate_series(1, %(count)s / %(each)s + 1) n;
INSERT INTO issuance_household (id, campaign_id, branch_id, employer_id, insurer_no, symbol, number)
SELECT n, %(campaign)s, substr(%(branches)s, 2 * ((n / %(each)s + 1) %% %(shares)s) + 1, 2), n / %(each)s + 1, '01130012', (21700000 + n / %(each)s + 1)::text, (n %% %(each)s + 1)::text
FROM generate_series(1, %(count)s) n;
INSERT INTO issuance_insuredperson (id, public_id, household_id, source_id, line, edaban, relation, insured_kind, name, name_kana,
    name_print, name_key, kana_key, sex_print, birth_date, acquired_on, decided_on, card_held, myna_usable, postal_code,
    address1, address2, nondisclosure, back_remarks)
SELECT n, gen_random_uuid(), n, %(roster)s, n, '00', '1', '1', '健保　太郎' || n, 'ｹﾝﾎﾟ ﾀﾛｳ', '健保　太郎' || n, '健保太郎' || n, 'ｹﾝﾎﾟﾀﾛｳ', '男',
    date '1955-01-01' + n %% 24000, date '2019-05-01', date '2024-01-01', true, false, '1000013',
    '東京都千代田区霞が関' || (n %% 9 + 1) || '丁目' || n || '号', '', false, ''
FROM generate_series(1, %(count)s) n;
INSERT INTO issuance_selection (person_id, outcome, reasons, rule_version, selected_at)
SELECT n, 'target', '{}', 'bench', now() FROM generate_series(1, %(count)s) n;
INSERT INTO issuance_certificate (id, campaign_id, person_id, ordinal, serial, issued_on, expires_on, created_at, state, void_cause)
SELECT n, %(campaign)s, n, n, 'C' || lpad(n::text, 12, '0'), date '2025-07-18', date '2029-11-30', now(), 'live', ''
FROM generate_series(1, %(count)s) n;
INSERT INTO mailing_envelope (id, piece_no, campaign_id, branch_id, ordinal, kind, cycle_no, household_id, employer_id, seq, "of",
    card_count, card_limit, addressee, postal_code, address1, address2, contact, state, make_no, content_sha256, stop_code,
    stop_detail, created_at, tracking_no, released_at, posted_on)
SELECT n, todoke_piece_number(1000000000::bigint + n, %(shift)s), %(campaign)s, substr(%(branches)s, 2 * ((n / %(each)s + 1) %% %(shares)s) + 1, 2), n, 'personal', 0, n, n / %(each)s + 1, 1, 1, 1, 4,
    '健保　太郎' || n, '1000013', '東京都千代田区霞が関1丁目' || n || '号', '', '', CASE WHEN n <= %(returned)s THEN 'returned' ELSE 'posted' END, 1,
    '', '', '', now(), '', now(), %(posted_on)s
FROM generate_series(1, %(count)s) n;
INSERT INTO mailing_enclosedcard (envelope_id, certificate_id, position) SELECT n, n, 1 FROM generate_series(1, %(count)s) n;
INSERT INTO returns_returnevent (envelope_id, reason, returned_on, note, recorded_at, state)
SELECT n, 'not_found', %(returned_on)s, '', now(), 'waiting' FROM generate_series(1, %(returned)s) n;
SELECT setval(pg_get_serial_sequence('issuance_certificate', 'id'), %(count)s),
    setval(pg_get_serial_sequence('mailing_envelope', 'id'), %(count)s);
"""


def posted_mailing(*, envelopes: int, returned: int) -> Campaign:
    """A campaign with so many posted envelopes, the first `returned` of which wait for the monthly cycle since today."""
    from datetime import timedelta

    from django.db import connection, transaction
    from django.utils import timezone

    from backoffice.file_intake.heavy_load import bulk_settings, indexes_set_aside
    from employers.models import EmployerImport
    from issuance.models import RosterImport
    from issuance.services import create_campaign
    from japan.piece_number import ENVELOPE_SHIFT

    at = timezone.now()
    campaign = create_campaign(code="BENCH", at=at, by=None).campaign
    counted = {"file_name": "bench", "sha256": "0" * 64, "rows": 0, "accepted": 0, "imported_at": at}
    values: dict[str, Any] = {
        "campaign": campaign.pk,
        "employers": EmployerImport.objects.create(**counted).pk,
        "roster": RosterImport.objects.create(campaign=campaign, **counted).pk,
        "count": envelopes,
        "returned": returned,
        "each": PER_EMPLOYER,
        "branches": BRANCHES,
        "shares": len(BRANCHES) // 2,
        "shift": ENVELOPE_SHIFT,
        "posted_on": at.date() - timedelta(days=10),
        "returned_on": at.date(),
    }
    with transaction.atomic(), indexes_set_aside(TABLES, rows=envelopes), connection.cursor() as cursor:
        bulk_settings()
        for statement in _FILL.strip().split(";\n"):
            cursor.execute(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return campaign
