from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from mailing.models import Envelope
from returns.models import UnknownReturn
from tests.factories.mailing import MORNING, a_household
from tests.factories.returns import RETURNED_ON, desk, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST, BULK = reverse("returns:unknown-list"), reverse("returns:unknown-bulk")
WORK = ["担当を決める", "期限を変える", "経過を書く"]


@pytest.fixture
def piece(campaign: Campaign) -> UnknownReturn:
    found = UnknownReturn.objects.create(
        campaign=campaign,
        scanned_text="000000000000",
        kind="unknown",
        recorded_at=MORNING,
        recorded_by=desk(),
        due_on=date(2025, 8, 4),
        note="赤い封筒",
    )
    found.refresh_from_db()
    return found


def of(piece: UnknownReturn, name: str = "unknown-detail") -> str:
    return reverse(f"returns:{name}", kwargs={"public_id": piece.public_id})


def test_who_may_see_and_resolve_unknown_pieces(client_as: ClientAs, piece: UnknownReturn) -> None:
    assert_only(client_as, LIST, Permission.WORK_EXCEPTIONS)
    assert_only(client_as, of(piece), Permission.WORK_EXCEPTIONS)
    for name in ("take", "assign", "due", "comment", "resolve"):
        assert_only(client_as, of(piece, f"unknown-{name}"), Permission.WORK_EXCEPTIONS, "post")
    assert_only(client_as, BULK, Permission.WORK_EXCEPTIONS, "post")


def test_what_was_scanned_stands_in_the_queue(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.RETURNS)
    assert text_of(client.get(LIST)).count("不明の還付はありません") == 1
    entries = {"scanned": "000000000000", "reason": "moved", "returned_on": "2025-09-03"}
    client.post(reverse("returns:scan"), entries)
    page = client.get(LIST)
    assert rows_of(page) == [UnknownReturn.objects.get()]
    assert text_of(page).count("0000-0000-0000 番号が存在しない") == 1


@pytest.mark.parametrize("pieces", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, pieces: int
) -> None:
    UnknownReturn.objects.bulk_create(
        UnknownReturn(
            campaign=campaign,
            scanned_text=str(number),
            kind="unknown",
            recorded_at=MORNING,
            due_on=date(2025, 8, 4 + number),
            owner=desk(),
        )
        for number in range(pieces)
    )
    client = client_as(Role.RETURNS)
    with django_assert_num_queries(
        9
    ):  # session, user, campaign four times, rows, tiles, staff to choose from
        page = client.get(LIST)
    assert [row.scanned_text for row in rows_of(page)] == [str(number) for number in range(pieces)]


def test_the_list_is_narrowed_by_state_and_kind(client_as: ClientAs, piece: UnknownReturn) -> None:
    client = client_as(Role.RETURNS)
    assert rows_of(client.get(LIST, {"state": "open", "kind": "unknown"})) == [piece]
    assert text_of(client.get(LIST, {"kind": "superseded"})).count("条件に合うものはありません") == 1


def test_a_piece_is_taken_and_resolved(client_as: ClientAs, piece: UnknownReturn) -> None:
    client = client_as(Role.CLERK)
    page = client.get(of(piece))
    assert [str(action.label) for action in page.context["actions"]] == [
        "自分が担当する",
        *WORK,
        "対応を完了する",
    ]
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert (facts["区分"], facts["備考"], facts["担当"]) == ("番号が存在しない", "赤い封筒", "—")
    assert text_of(page).count("印刷会社に調査を依頼してください。") == 1
    assert messages_of(client.post(of(piece, "unknown-take"), follow=True)) == ["担当になりました。"]
    assert [str(action.label) for action in client.get(of(piece)).context["actions"]] == [
        *WORK,
        "対応を完了する",
    ]
    entries = {"outcome": "passed_on", "answer": "他の健保組合の封筒だった"}
    answer = client.post(of(piece, "unknown-resolve"), entries, follow=True)
    assert (messages_of(answer), answer.context["actions"]) == (["対応を完了しました。"], [])
    piece.refresh_from_db()
    assert (piece.state, piece.outcome, piece.answer, piece.resolved_by, piece.owner) == (
        "resolved",
        "passed_on",
        "他の健保組合の封筒だった",
        client.staff,
        client.staff,
    )
    for name in ("unknown-take", "unknown-resolve"):
        again = client.post(of(piece, name), entries, follow=True)
        assert messages_of(again) == ["この個別対応は、すでに完了しています。"]
    assert AccessLog.objects.filter(screen="unknown-return-detail", subject=piece.public_id).count() == 6


def test_a_second_person_is_told_who_has_it_and_what_was_done(
    client_as: ClientAs, piece: UnknownReturn
) -> None:
    first, second = client_as(Role.CLERK), client_as(Role.RETURNS)
    first.post(of(piece, "unknown-take"))
    told = "佐藤 健一 さんが担当しています。引き継ぐ場合は、担当を変えてから行ってください。"
    assert messages_of(second.post(of(piece, "unknown-take"), follow=True)) == [told]
    assert [str(action.label) for action in second.get(of(piece)).context["actions"]] == [
        "担当を引き継ぐ",
        *WORK,
    ]
    second.post(of(piece, "unknown-comment"), {"note": "印刷会社に照会"})
    second.post(of(piece, "unknown-due"), {"due_on": "2099-01-10", "note": "回答待ち"})
    entries = {"owner": second.staff.username, "instead_of": first.staff.username}
    assert (
        messages_of(second.post(of(piece, "unknown-assign"), entries, follow=True))[-1]
        == "担当を決めました。"
    )
    timeline = second.get(of(piece)).context["timeline"]
    assert [(str(entry.title), entry.detail) for entry in timeline] == [
        ("担当を 佐藤 健一 さんにしました", ""),
        ("期限を 2099-01-10 にしました", "回答待ち"),
        ("経過", "印刷会社に照会"),
        ("担当を 佐藤 健一 さんにしました", ""),
    ]


def test_ticked_pieces_get_an_owner_and_the_late_ones_are_named(
    client_as: ClientAs, piece: UnknownReturn
) -> None:
    client = client_as(Role.CLERK)
    assert text_of(client.get(LIST)).count("2025-08-04 期限切れ") == 1
    entries = {"picked": [str(piece.public_id)], "owner": client.staff.username}
    assert messages_of(client.post(BULK, entries, follow=True)) == ["1件を変更しました。"]
    assert rows_of(client.get(LIST, {"whose": "mine"})) == [piece]
    assert rows_of(client.get(LIST, {"whose": "overdue"})) == [piece]
    assert rows_of(client.get(LIST, {"whose": "nobody"})) == []


def test_a_spoiled_make_shows_both_makes(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    (envelope,) = post_all(campaign)
    Envelope.objects.filter(pk=envelope.pk).update(make_no=3)
    client = client_as(Role.RETURNS)
    entries = {"reason": "moved", "returned_on": RETURNED_ON.isoformat()}
    client.post(reverse("returns:scan"), {"scanned": f"T1|{envelope.piece_no}|2|1/1|1", **entries})
    page = client.get(of(UnknownReturn.objects.get()))
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert (facts["封筒の状態"], facts["読み取った作成回"], facts["今の作成回"]) == ("差出済み", 2, 3)
