from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mailing.models import Envelope
from mailing.services import pack_envelopes
from returns.models import ReturnEvent, UnknownReturn
from tests.factories.mailing import MORNING, a_campaign, a_household, supervisor
from tests.factories.returns import post_all
from tests.page_text import messages_of, text_of
from tests.returns.views.desk.scans import scan, word_of

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import StaffClient


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


def test_a_piece_put_aside_by_mistake_is_taken_back_where_it_was_scanned(
    client: StaffClient, campaign: Campaign
) -> None:
    answer = scan(client, "000000000000")
    piece = UnknownReturn.objects.get()
    url = reverse("returns:unknown-scan-undo", kwargs={"public_id": piece.public_id})
    assert url in answer.content.decode()
    assert url not in scan(client, "000000000000").content.decode()  # it was there before this scan
    told = messages_of(client.post(url, follow=True))
    assert told == ["読み取りを取り消しました（0000-0000-0000）。"]
    piece.refresh_from_db()
    assert (piece.state, piece.outcome) == ("resolved", "mistaken")
    told = messages_of(client.post(url, follow=True))
    assert told == ["取り消せるのは、ご自身が読み取り、まだ誰も対応していないものだけです。"]


def test_a_suspicious_piece_is_not_taken_back(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, f"T1|{envelope.piece_no}|9|1/1|2")
    assert "この読み取りを取り消す" not in text_of(answer)
