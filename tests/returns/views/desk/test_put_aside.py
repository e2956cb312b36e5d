from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Role
from japan.piece_number import grouped
from mailing.models import Envelope
from mailing.services import pack_envelopes
from returns.models import ReturnEvent, UnknownReturn
from returns.services import assign_exception
from tests.factories.mailing import MORNING, a_campaign, a_household, supervisor
from tests.factories.returns import post_all
from tests.page_text import messages_of, text_of
from tests.returns.views.desk.scans import DESK, absent, scan, undo, word_of

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient


def test_pieces_that_are_none_of_ours_are_put_aside(client: StaffClient, campaign: Campaign) -> None:
    older = a_campaign("R6")
    a_household(older, "00")
    foreign = post_all(older)[0]
    type(older).objects.filter(pk=older.pk).update(closed_at=MORNING, closed_by=supervisor())
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    planned = Envelope.objects.get(campaign=campaign)
    told = {
        "000000000000": ("番号なし：別に置く", "この番号の封筒はありません。「不明の還付」に記録しました。"),
        foreign.piece_no: ("別の発行：別に置く", "別の一括発行の封筒です。「不明の還付」に記録しました。"),
        planned.piece_no: ("差出前：別に置く", "差出の記録がない封筒です。「不明の還付」に記録しました。"),
    }
    for number, (word, sentence) in told.items():
        answer = scan(client, number)
        assert (word_of(answer), text_of(answer).count(sentence)) == (word, 1)
    assert list(UnknownReturn.objects.order_by("pk").values_list("scanned_text", flat=True)) == list(told)


def test_a_spoiled_make_that_turns_up_is_put_aside(client: StaffClient, envelope: Envelope) -> None:
    Envelope.objects.filter(pk=envelope.pk).update(make_no=2)
    answer = scan(client, f"T1|{envelope.piece_no}|1|1/1|2")
    assert word_of(answer) == "作り直す前：別に置く"
    assert text_of(answer).count("作成回 1 の封筒で、そのあとに作り直されています。") == 1
    assert text_of(answer).count("さん") == 1
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.get().kind) == (0, "superseded")
    assert word_of(scan(client, f"T1|{envelope.piece_no}|2|1/1|2")) == "事業所へ"


@pytest.mark.parametrize("make", [0, 3])
def test_a_make_that_was_never_ordered_is_a_suspicious_piece(
    client: StaffClient, envelope: Envelope, make: int
) -> None:
    Envelope.objects.filter(pk=envelope.pk).update(make_no=2)
    answer = scan(client, f"T1|{envelope.piece_no}|{make}|1/1|2")
    assert word_of(answer) == "不審な封筒：別に置く"
    assert text_of(answer).count(f"作成回 {make} は注文したことがありません。") == 1
    piece = UnknownReturn.objects.get()
    assert (ReturnEvent.objects.count(), piece.kind, piece.make_no) == (0, "never_ordered", make)
    page = client.get(reverse("returns:unknown-detail", kwargs={"public_id": piece.public_id}))
    assert text_of(page).count("開封せずに保管し、上長と印刷会社に確認してください。") == 1


def test_a_return_before_the_posting_is_refused(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, envelope.piece_no, returned_on="2025-08-20")
    told = "還付日が差出日（2025-08-21）より前です。還付日をご確認ください。"
    assert (word_of(answer), text_of(answer).count(told), text_of(answer).count(envelope.piece_no)) == (
        "受け付けられません",
        1,
        1,
    )
    assert ReturnEvent.objects.count() == 0


def test_a_misread_number_is_asked_for_again(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, envelope.piece_no[:-1])
    assert word_of(answer) == "読み直してください"
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.count()) == (0, 0)


def taking_back(piece: UnknownReturn) -> str:
    return reverse("returns:unknown-scan-undo", kwargs={"public_id": piece.public_id})


def test_a_piece_put_aside_by_mistake_stands_among_the_last_scans_and_is_taken_back(
    client: StaffClient, envelope: Envelope
) -> None:
    scan(client, envelope.piece_no)
    answer = scan(client, absent(7))
    piece, event = UnknownReturn.objects.get(), ReturnEvent.objects.get()
    assert answer.context["recent"] == [piece, event]
    assert "番号が存在しない" in text_of(answer)
    # the last scan is what is taken back, never the return before it
    assert answer.context["undo"] == {"url": taking_back(piece), "number": ""}
    page = client.post(taking_back(piece), follow=True)
    assert messages_of(page) == [f"読み取りを取り消しました（{grouped(absent(7))}）。"]
    assert (page.context["recent"], page.context["undo"]) == ([event], {"url": undo(event), "number": ""})
    piece.refresh_from_db()
    assert (piece.state, piece.outcome, UnknownReturn.objects.count()) == ("resolved", "mistaken", 1)
    told = messages_of(client.post(taking_back(piece), follow=True))
    assert told == ["取り消せるのは、ご自身が読み取り、まだ誰も対応していないものだけです。"]


def test_what_somebody_else_has_scanned_first_is_not_among_ones_own(
    client: StaffClient, client_as: ClientAs, campaign: Campaign
) -> None:
    scan(client_as(Role.RETURNS), absent(7))
    answer = scan(client, absent(7))
    assert (word_of(answer), answer.context["recent"], answer.context["undo"]) == (
        "番号なし：別に置く",
        [],
        None,
    )


def test_a_suspicious_piece_stays_and_the_return_before_it_is_named(
    client: StaffClient, envelope: Envelope
) -> None:
    scan(client, envelope.piece_no)
    event = ReturnEvent.objects.get()
    answer = scan(client, f"T1|{envelope.piece_no}|9|1/1|2")
    assert answer.context["recent"] == [UnknownReturn.objects.get(), event]
    assert answer.context["undo"] == {"url": undo(event), "number": envelope.piece_no}
    assert f"最後の読み取りを取り消す {grouped(envelope.piece_no)}" in text_of(answer)


def test_a_piece_that_somebody_works_on_is_not_taken_back_at_the_desk(
    client: StaffClient, campaign: Campaign
) -> None:
    scan(client, absent(7))
    piece = UnknownReturn.objects.get()
    assign_exception(exception=piece, owner=client.staff, at=MORNING, by=client.staff)
    page = client.get(DESK)
    assert (page.context["recent"], page.context["undo"]) == ([piece], None)
