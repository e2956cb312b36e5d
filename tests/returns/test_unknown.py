from __future__ import annotations

from datetime import date
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from backoffice.refusal import Refused
from backoffice.roles import Role
from mailing.models import Envelope
from returns.models import ReturnEvent, UnknownEntry, UnknownReturn
from returns.services import (
    ScanKind,
    assign_exception,
    record_return,
    resolve_unknown,
    undo_unknown,
    work_in_bulk,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, staff
from tests.factories.returns import RETURNED_ON, desk, post_all

if TYPE_CHECKING:
    from backoffice.models import User
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def envelope(db: None) -> Envelope:
    """A posted envelope whose second make is the valid one."""
    campaign = a_campaign()
    a_household(campaign, "00")
    (posted,) = post_all(campaign)
    Envelope.objects.filter(pk=posted.pk).update(make_no=2)
    posted.refresh_from_db()
    return posted


def scan(campaign: Campaign, text: str, by: User | None = None, note: str = "") -> ScanKind:
    answer = record_return(
        campaign=campaign,
        scanned=text,
        reason="moved",
        returned_on=RETURNED_ON,
        at=MORNING,
        by=by or desk(),
        note=note,
    )
    return answer.kind


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("T1|{0}|1|1/1|1", ScanKind.SUPERSEDED),
        ("Ｔ１｜{0}｜１｜１／１｜１", ScanKind.SUPERSEDED),
        ("T1|{0}|2|1/1|1", ScanKind.RECORDED),
        ("T1|{0}|3|1/1|1", ScanKind.NEVER_ORDERED),
        ("T1|{0}|0|1/1|1", ScanKind.NEVER_ORDERED),
        ("T1|000000000000|3|1/1|1", ScanKind.UNKNOWN),
        ("{0}", ScanKind.RECORDED),
    ],
)
def test_the_make_on_the_sheet_decides(envelope: Envelope, written: str, kind: ScanKind) -> None:
    assert scan(envelope.campaign, written.format(envelope.piece_no)) == kind
    assert ReturnEvent.objects.count() == (kind == ScanKind.RECORDED)


def test_each_make_of_a_piece_stands_in_the_queue_once(envelope: Envelope) -> None:
    Envelope.objects.filter(pk=envelope.pk).update(make_no=3)
    for make in (1, 2, 1):
        scan(envelope.campaign, f"T1|{envelope.piece_no}|{make}|1/1|1", note="しわ")
    rows = UnknownReturn.objects.order_by("pk").values_list("kind", "make_no", "envelope", "note", "state")
    assert list(rows) == [("superseded", make, envelope.pk, "しわ", "open") for make in (1, 2)]


def resolve(piece: UnknownReturn, **changes: object) -> None:
    values = {"outcome": "destroyed", "answer": "中身を確認した", "at": MORNING, "by": desk(), **changes}
    resolve_unknown(piece=piece, **values)  # type: ignore[arg-type]


@pytest.fixture
def piece(envelope: Envelope) -> UnknownReturn:
    scan(envelope.campaign, "000000000000")
    return UnknownReturn.objects.get()


def test_an_unknown_piece_is_resolved_with_what_it_was(piece: UnknownReturn) -> None:
    by = desk()
    assign_exception(exception=piece, owner=by, at=MORNING, by=by)
    resolve(piece, by=by)
    with pytest.raises(Refused, match="すでに完了"):
        resolve(piece)
    with pytest.raises(Refused, match="すでに完了"):
        assign_exception(exception=piece, owner=by, at=MORNING, by=by)
    piece.refresh_from_db()
    assert (piece.state, piece.outcome, piece.answer) == ("resolved", "destroyed", "中身を確認した")


@pytest.mark.parametrize(
    ("changes", "code"), [({"outcome": "eaten"}, "unknown_outcome"), ({"answer": " "}, "answer_missing")]
)
def test_an_outcome_and_words_are_needed(piece: UnknownReturn, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        resolve(piece, **changes)
    assert refusal.value.code == code


def test_only_who_works_on_exceptions_resolves(piece: UnknownReturn) -> None:
    for work in (
        lambda: resolve(piece, by=staff(Role.INQUIRY)),
        lambda: assign_exception(exception=piece, owner=desk(), at=MORNING, by=staff(Role.INQUIRY)),
    ):
        with pytest.raises(PermissionDenied):
            work()


def test_what_somebody_has_taken_on_is_for_them(piece: UnknownReturn) -> None:
    first, second = desk(), desk()
    assign_exception(exception=piece, owner=first, at=MORNING, by=first)
    for work in (
        lambda: resolve(piece, by=second),
        lambda: assign_exception(exception=piece, owner=second, at=MORNING, by=second),
    ):
        with pytest.raises(Refused) as refusal:
            work()
        assert refusal.value.code == "owned_by_other"
    assign_exception(exception=piece, owner=second, at=MORNING, by=second, instead_of=first)
    resolve(piece, by=second)
    entries = UnknownEntry.objects.order_by("pk").values_list("step", "owner")
    assert list(entries) == [("assigned", first.pk), ("assigned", second.pk)]


def test_pieces_get_owner_due_date_and_words_together(piece: UnknownReturn) -> None:
    scan(piece.campaign, f"T1|{Envelope.objects.get().piece_no}|1|1/1|1")
    by, due = desk(), date(2025, 10, 1)
    pieces = UnknownReturn.objects.all()
    assert set(pieces.values_list("due_on", flat=True)) == {date(2025, 8, 4)}
    assert work_in_bulk(exceptions=pieces, owner=by, due_on=due, note="照会済み", at=MORNING, by=by) == 2
    assert work_in_bulk(exceptions=pieces, owner=None, due_on=None, note="回答待ち", at=MORNING, by=by) == 2
    assert work_in_bulk(exceptions=[], owner=by, due_on=None, note="", at=MORNING, by=by) == 0
    assert set(pieces.values_list("due_on", "owner")) == {(due, by.pk)}
    entries = UnknownEntry.objects.filter(exception=piece).order_by("pk")
    assert list(entries.values_list("step", "note")) == [
        ("assigned", "照会済み"),
        ("due", "照会済み"),
        ("comment", "回答待ち"),
    ]
    assert str(entries[0]) == f"{piece.pk} assigned"


def test_the_same_number_may_turn_up_again_after_it_was_resolved(piece: UnknownReturn) -> None:
    resolve(piece)
    assert scan(piece.campaign, "000000000000") == ScanKind.UNKNOWN
    assert list(UnknownReturn.objects.order_by("pk").values_list("state", flat=True)) == ["resolved", "open"]


@pytest.mark.django_db(transaction=True)
def test_eight_stations_put_an_unknown_piece_into_the_queue_once() -> None:
    campaign, people, kinds = a_campaign(), [desk() for _ in range(8)], []

    def station(person: User) -> None:
        kinds.append(scan(campaign, "000000000000", by=person))
        connection.close()

    threads = [Thread(target=station, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (kinds, UnknownReturn.objects.count()) == ([ScanKind.UNKNOWN] * 8, 1)


def test_ones_own_scan_of_an_unknown_piece_is_taken_back_and_may_come_again(envelope: Envelope) -> None:
    person, campaign = desk(), envelope.campaign
    scan(campaign, "000000000000", by=person)
    piece = UnknownReturn.objects.get()
    with pytest.raises(Refused) as refusal:
        undo_unknown(piece=piece, at=MORNING, by=desk())
    assert refusal.value.code == "not_undoable"
    undo_unknown(piece=piece, at=MORNING, by=person)
    piece.refresh_from_db()
    assert (piece.state, piece.outcome, piece.resolved_by) == ("resolved", "mistaken", person)
    with pytest.raises(Refused):
        undo_unknown(piece=piece, at=MORNING, by=person)
    scan(campaign, "000000000000", by=person)
    assert UnknownReturn.objects.filter(state="open").count() == 1


def test_what_somebody_has_taken_on_or_is_suspicious_is_not_taken_back(envelope: Envelope) -> None:
    person, campaign = desk(), envelope.campaign
    scan(campaign, "000000000000", by=person)
    taken = UnknownReturn.objects.get()
    assign_exception(exception=taken, owner=person, at=MORNING, by=person)
    scan(campaign, f"T1|{envelope.piece_no}|3|1/1|1", by=person)
    suspicious = UnknownReturn.objects.get(kind="never_ordered")
    for piece in (taken, suspicious):
        with pytest.raises(Refused) as refusal:
            undo_unknown(piece=piece, at=MORNING, by=person)
        assert refusal.value.code == "not_undoable"
    assert UnknownReturn.objects.filter(state="open").count() == 2
