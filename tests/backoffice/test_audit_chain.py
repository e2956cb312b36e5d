from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from backoffice.models import AuditSeal, Transition
from backoffice.services import audit_chain
from backoffice.services.audit_chain import Stream, chain_heads, seal_new_rows
from backoffice.services.audit_check import Problem, check_audit
from backoffice.tasks import seal_audit
from tests.factories.backoffice import MORNING, AccessLogFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "ROWS_PER_SEAL", 3)


@pytest.fixture
def rows() -> list[int]:
    """Seven rows of the access log under three seals."""
    ids = [AccessLogFactory.create(subject=f"{place}").pk for place in range(7)]
    assert seal_new_rows(at=MORNING) == 7
    return ids


def by_hand(statement: str, *values: int, table: str = "backoffice_accesslog") -> None:
    """What somebody with the database's password does: guards off, the statement, guards on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_untouched_rows_have_no_problem(rows: list[int]) -> None:
    assert check_audit() == []
    seals = AuditSeal.objects.order_by("number").values_list("number", "first_id", "last_id", "row_count")
    assert list(seals) == [(1, rows[0], rows[2], 3), (2, rows[3], rows[5], 3), (3, rows[6], rows[6], 1)]


def test_sealing_again_seals_only_what_is_new(rows: list[int]) -> None:
    assert seal_new_rows(at=MORNING) == 0
    AccessLogFactory.create()
    assert seal_new_rows(at=MORNING) == 1
    assert check_audit() == []


@pytest.mark.parametrize("place", [0, 2, 3, 6])
def test_one_altered_row_is_named(rows: list[int], place: int) -> None:
    by_hand("UPDATE backoffice_accesslog SET reason = 'x' WHERE id = %s", rows[place])
    assert check_audit() == [Problem("backoffice_accesslog", rows[place], "row_altered")]


def test_removed_row_is_named_by_the_one_before(rows: list[int]) -> None:
    by_hand("DELETE FROM backoffice_accesslog WHERE id = %s", rows[4])
    assert check_audit() == [Problem("backoffice_accesslog", rows[3], "row_removed_after_this")]


def test_removed_block_is_found(rows: list[int]) -> None:
    by_hand("DELETE FROM backoffice_accesslog WHERE id <= %s", rows[2])
    assert check_audit() == [Problem("backoffice_accesslog", 0, "row_removed_after_this")]


def test_replaced_row_is_named(rows: list[int]) -> None:
    by_hand("DELETE FROM backoffice_accesslog WHERE id = %s", rows[4])
    AccessLogFactory.create(pk=rows[4], screen="forged")
    assert check_audit() == [Problem("backoffice_accesslog", rows[4], "row_altered")]


def test_row_added_to_a_sealed_range_is_named() -> None:
    first = AccessLogFactory.create()
    gap = first.pk + 5
    AccessLogFactory.create(pk=gap + 5)
    seal_new_rows(at=MORNING)
    assert check_audit() == []
    AccessLogFactory.create(pk=gap)
    assert check_audit() == [Problem("backoffice_accesslog", gap, "row_slipped_in")]


def test_seals_made_anew_do_not_match_the_one_written_down(rows: list[int]) -> None:
    [(stream, number, digest)] = chain_heads()
    written_down = f"{stream}:{number}:{digest}"
    assert command("--expect", written_down)[-1] == "problems=0 sealed=0 chains=1"
    by_hand("DELETE FROM backoffice_auditseal", table="backoffice_auditseal")
    by_hand("UPDATE backoffice_accesslog SET reason = 'x' WHERE id = %s", rows[6])
    seal_new_rows(at=MORNING)
    assert check_audit() == []
    with pytest.raises(CommandError, match="監査の記録に1件の不整合があります。"):
        command("--expect", written_down)
    with pytest.raises(CommandError, match="監査の記録に1件の不整合があります。"):
        command("--expect", "nonsense")


def test_altered_seal_breaks_the_chain(rows: list[int]) -> None:
    second = AuditSeal.objects.get(number=2)
    by_hand(
        "UPDATE backoffice_auditseal SET sealed_at = now(), row_count = 2 WHERE id = %s",
        second.pk,
        table="backoffice_auditseal",
    )
    assert check_audit() == [Problem("backoffice_auditseal", second.pk, "seal_broken")]


def test_removed_seal_breaks_the_chain(rows: list[int]) -> None:
    by_hand("DELETE FROM backoffice_auditseal WHERE number = 1", table="backoffice_auditseal")
    assert [problem.what for problem in check_audit()] == ["seal_broken"]


def test_guard_that_is_off_is_found(rows: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE backoffice_transition DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE issuance_campaign DISABLE TRIGGER USER")
    assert check_audit() == [
        Problem("backoffice_transition", 0, "append_only_trigger_off"),
        Problem("issuance_campaign", 0, "history_trigger_off"),
    ]


def test_transitions_are_sealed_in_their_own_chain() -> None:
    for place in range(4):
        Transition.objects.create(
            entity="mailing.envelope", subject_id=place, from_state="planned", to_state="released", at=MORNING
        )
    seal_audit.run()
    assert [(stream, number) for stream, number, _digest in chain_heads()] == [(Stream.TRANSITION, 2)]
    moved = Transition.objects.order_by("pk").last()
    assert moved is not None
    by_hand(
        "UPDATE backoffice_transition SET at = at + interval '1 second' WHERE id = %s",
        moved.pk,
        table="backoffice_transition",
    )
    assert check_audit() == [Problem("backoffice_transition", moved.pk, "row_altered")]


def command(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("check_audit", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_command_prints_the_heads_to_write_down(rows: list[int]) -> None:
    [(_stream, _number, digest)] = chain_heads()
    assert command() == [f"access:3:{digest}", "problems=0 sealed=0 chains=1"]


def test_command_names_the_row_and_fails(rows: list[int]) -> None:
    by_hand("UPDATE backoffice_accesslog SET subject = 'other' WHERE id = %s", rows[1])
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_audit", stdout=out)
    assert out.getvalue() == f"backoffice_accesslog row={rows[1]} row_altered\n"


@pytest.mark.django_db(transaction=True)
def test_rows_wait_while_somebody_writes() -> None:
    AccessLogFactory.create()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE backoffice_accesslog IN ROW EXCLUSIVE MODE")
            assert seal_new_rows(at=MORNING) == 0
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert seal_new_rows(at=MORNING) == 1
