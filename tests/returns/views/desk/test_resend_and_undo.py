from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.urls import reverse

from japan.piece_number import grouped
from returns.models import ReturnEvent
from returns.services import reroute
from tests.factories.mailing import MORNING, a_household
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, text_of
from tests.returns.views.desk.scans import DESK, nonce_of, scan, undo, word_of

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import Envelope
    from tests.conftest import StaffClient


def test_every_answer_brings_a_new_nonce(client: StaffClient, envelope: Envelope) -> None:
    first = nonce_of(client.get(DESK))
    answers = [scan(client, envelope.piece_no, nonce=first), scan(client, "1"), scan(client, "")]
    assert len({first, *map(nonce_of, answers)}) == 4


def test_a_resend_with_the_same_nonce_gets_the_same_answer(client: StaffClient, envelope: Envelope) -> None:
    nonce = nonce_of(client.get(DESK))
    words = [word_of(scan(client, envelope.piece_no, nonce=nonce)) for _ in range(2)]
    assert (words, ReturnEvent.objects.count()) == (["事業所へ", "事業所へ"], 1)


def test_another_piece_with_a_spent_nonce_is_recorded(client: StaffClient, envelope: Envelope) -> None:
    a_household(envelope.campaign, "00")
    other = post_all(envelope.campaign)[1]
    nonce = uuid4()
    words = [word_of(scan(client, number, nonce=nonce)) for number in (envelope.piece_no, other.piece_no)]
    assert words == ["事業所へ", "支部照会"]
    recorded = ReturnEvent.objects.order_by("pk").values_list("envelope", "nonce")
    assert list(recorded) == [(envelope.pk, nonce), (other.pk, None)]


def test_a_page_sent_again_after_the_undo_records_the_envelope(
    client: StaffClient, envelope: Envelope
) -> None:
    nonce = uuid4()
    scan(client, envelope.piece_no, nonce=nonce)
    client.post(undo(ReturnEvent.objects.get()))
    assert word_of(scan(client, envelope.piece_no, nonce=nonce)) == "事業所へ"
    envelope.refresh_from_db()
    assert (envelope.state, ReturnEvent.objects.filter(undone_at=None).count()) == ("returned", 1)


def test_the_last_scan_can_be_taken_back(client: StaffClient, envelope: Envelope) -> None:
    scan(client, envelope.piece_no)
    event = ReturnEvent.objects.get()
    page = client.post(undo(event), follow=True)
    assert messages_of(page) == [f"最後の読み取りを取り消しました（封筒 {grouped(envelope.piece_no)}）。"]
    envelope.refresh_from_db()
    event.refresh_from_db()
    assert (envelope.state, event.undone_by, list(page.context["recent"])) == ("posted", client.staff, [])


def test_somebody_elses_scan_cannot_be_taken_back(client: StaffClient, envelope: Envelope) -> None:
    event = ReturnEvent.objects.get(pk=come_back(envelope).pk)
    page = client.post(undo(event), follow=True)
    assert messages_of(page) == ["取り消せるのは、ご自身が最後に読み取った1通だけです。"]
    event.refresh_from_db()
    assert event.undone_at is None


def test_an_unknown_scan_cannot_be_taken_back(client: StaffClient, campaign: Campaign) -> None:
    assert client.post(reverse("returns:scan-undo", kwargs={"public_id": uuid4()})).status_code == 404


def test_after_the_cycle_no_undo_is_offered(client: StaffClient, envelope: Envelope) -> None:
    scan(client, envelope.piece_no)
    reroute(campaign=envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    page = client.get(DESK)
    assert text_of(page).count("最後の読み取りを取り消す") == 0
    assert [event.envelope for event in page.context["recent"]] == [envelope]
