from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from mailing.models import Envelope
from returns.models import ReasonCorrection, ReturnEvent, UnknownReturn
from returns.services import (
    ScanAnswer,
    ScanKind,
    close_tray,
    correct_reason,
    open_tray,
    record_return,
    reroute,
    undo_return,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, staff
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, desk, post_all

if TYPE_CHECKING:
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


@pytest.fixture
def envelope(campaign: Campaign) -> Envelope:
    a_household(campaign, "00", "01", employer=an_employer())
    return post_all(campaign)[0]


def scan(campaign: Campaign, text: str, **changes: object) -> ScanAnswer:
    values = {"reason": "moved", "returned_on": RETURNED_ON, "at": MORNING, "by": desk(), **changes}
    return record_return(campaign=campaign, scanned=text, **values)  # type: ignore[arg-type]


def test_a_scan_records_the_envelope_and_says_that_the_employer_gets_it(envelope: Envelope) -> None:
    answer = scan(envelope.campaign, envelope.piece_no)
    envelope.refresh_from_db()
    assert (answer.kind, answer.next_step, answer.code, envelope.state) == (
        ScanKind.RECORDED,
        "to_employer",
        "",
        "returned",
    )


@pytest.mark.parametrize("written", ["{0}", " {0} ", "T1|{0}|1|1/1|2", "{1}", "{2}"])
def test_a_number_is_understood_however_the_scanner_types_it(envelope: Envelope, written: str) -> None:
    number = envelope.piece_no
    wide = number.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    grouped = "-".join((number[:4], number[4:8], number[8:]))
    assert scan(envelope.campaign, written.format(number, wide, grouped)).kind == ScanKind.RECORDED


def test_a_second_scan_shows_the_first_and_changes_nothing(envelope: Envelope) -> None:
    first = come_back(envelope)
    answer = scan(envelope.campaign, envelope.piece_no)
    assert (answer.kind, answer.event, ReturnEvent.objects.count()) == (ScanKind.REPEATED, first, 1)


def test_a_resend_with_the_same_nonce_gets_the_first_answer(envelope: Envelope) -> None:
    nonce = uuid4()
    first = scan(envelope.campaign, envelope.piece_no, nonce=nonce)
    again = scan(envelope.campaign, envelope.piece_no, nonce=nonce)
    assert (again.kind, again.event, ReturnEvent.objects.count()) == (ScanKind.RECORDED, first.event, 1)


def test_a_spent_nonce_makes_no_other_piece_a_resend(envelope: Envelope) -> None:
    a_household(envelope.campaign, "00")
    other, nonce = post_all(envelope.campaign)[1], uuid4()
    first = scan(envelope.campaign, envelope.piece_no, nonce=nonce)
    second = scan(envelope.campaign, other.piece_no, nonce=nonce)
    assert (second.kind, second.envelope, ReturnEvent.objects.count()) == (ScanKind.RECORDED, other, 2)
    misread = scan(envelope.campaign, "1", nonce=nonce)
    assert (first.kind, misread.kind) == (ScanKind.RECORDED, ScanKind.MISREAD)


def test_a_resend_after_the_undo_is_recorded_anew(envelope: Envelope) -> None:
    person, nonce = desk(), uuid4()
    event = scan(envelope.campaign, envelope.piece_no, nonce=nonce, by=person).event
    assert event is not None
    undo_return(event=event, at=MORNING, by=person)
    again = scan(envelope.campaign, envelope.piece_no, nonce=nonce, by=person)
    assert (again.kind, again.event == event) == (ScanKind.RECORDED, False)


def test_a_wrong_digit_is_a_misread_and_stores_nothing(envelope: Envelope) -> None:
    wrong = envelope.piece_no[:-1] + str((int(envelope.piece_no[-1]) + 1) % 10)
    assert scan(envelope.campaign, wrong).kind == ScanKind.MISREAD
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.count()) == (0, 0)


def test_numbers_of_no_posted_envelope_are_kept_once_each(campaign: Campaign) -> None:
    a_household(campaign, "00")
    other = a_campaign("R8")
    a_household(other, "00")
    foreign = post_all(other)[0]
    from mailing.services import pack_envelopes

    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    planned = Envelope.objects.get(campaign=campaign)
    kinds = [
        scan(campaign, text).kind
        for text in ("000000000000", foreign.piece_no, planned.piece_no, planned.piece_no)
    ]
    assert kinds == [ScanKind.UNKNOWN, ScanKind.OTHER_CAMPAIGN, ScanKind.NOT_POSTED, ScanKind.NOT_POSTED]
    assert list(UnknownReturn.objects.order_by("pk").values_list("kind", flat=True)) == [
        "unknown",
        "other_campaign",
        "not_posted",
    ]


def test_an_unknown_reason_is_refused(envelope: Envelope) -> None:
    with pytest.raises(Refused, match="還付理由"):
        scan(envelope.campaign, envelope.piece_no, reason="lazy")


def test_only_the_returns_desk_may_scan(envelope: Envelope) -> None:
    with pytest.raises(PermissionDenied):
        scan(envelope.campaign, envelope.piece_no, by=staff(Role.CLERK))


def test_what_the_desk_says_follows_the_household(campaign: Campaign) -> None:
    open_employer, ended = an_employer(), an_employer(status="2", ended_on=RETURNED_ON)
    leaver = a_household(campaign, "00", employer=open_employer)
    for employer in (open_employer, ended, None):
        a_household(campaign, "00", employer=employer)
    envelopes = {envelope.household_id: envelope for envelope in post_all(campaign)}
    lose(*leaver.people.all())
    said = [
        (scan(campaign, envelope.piece_no).code, scan(campaign, envelope.piece_no).kind)
        for _household, envelope in sorted(envelopes.items())
    ]
    assert [code for code, _kind in said] == ["lost", "", "employer_closed", "no_employer"]


def test_a_refused_envelope_is_put_on_hold(envelope: Envelope) -> None:
    assert scan(envelope.campaign, envelope.piece_no, reason="refused").next_step == "hold"


def test_undo_posts_the_envelope_again_and_lets_it_be_scanned_anew(envelope: Envelope) -> None:
    person = desk()
    event = come_back(envelope, by=person)
    undo_return(event=event, at=MORNING, by=person)
    envelope.refresh_from_db()
    assert envelope.state == "posted"
    assert scan(envelope.campaign, envelope.piece_no).kind == ScanKind.RECORDED


def test_undo_is_for_ones_own_last_scan_only(envelope: Envelope) -> None:
    event = come_back(envelope)
    with pytest.raises(Refused, match="最後に読み取った"):
        undo_return(event=event, at=MORNING, by=desk())


def test_a_reason_can_be_corrected_until_the_cycle(envelope: Envelope) -> None:
    event = come_back(envelope)
    person = desk()
    assert correct_reason(event=event, reason="expired", note="見間違い", at=MORNING, by=person)
    assert not correct_reason(event=event, reason="expired", at=MORNING, by=person)
    event.refresh_from_db()
    assert event.reason == "expired"
    history = ReasonCorrection.objects.filter(event=event).values_list(
        "was", "became", "note", "corrected_by"
    )
    assert list(history) == [("unknown_address", "expired", "見間違い", person.pk)]
    reroute(campaign=envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    with pytest.raises(Refused, match="訂正できません"):
        correct_reason(event=event, reason="moved", at=MORNING, by=desk())
    with pytest.raises(Refused, match="還付理由"):
        correct_reason(event=event, reason="lazy", at=MORNING, by=desk())


def test_a_tray_counts_its_scans_and_closes_only_on_the_same_count(envelope: Envelope) -> None:
    person = desk()
    tray = open_tray(campaign=envelope.campaign, at=MORNING, by=person)
    assert open_tray(campaign=envelope.campaign, at=MORNING, by=person) == tray
    event = scan(envelope.campaign, envelope.piece_no, tray=tray, by=person).event
    assert event is not None
    with pytest.raises(Refused, match="合いません"):
        close_tray(tray=tray, counted=2, at=MORNING, by=person)
    close_tray(tray=tray, counted=1, at=MORNING, by=person)
    tray.refresh_from_db()
    assert (tray.state, tray.scanned, tray.counted) == ("closed", 1, 1)
    with pytest.raises(Refused, match="閉じられて"):
        close_tray(tray=tray, counted=1, at=MORNING, by=person)
    with pytest.raises(Refused, match="閉じられて"):
        undo_return(event=event, at=MORNING, by=person)


def test_a_full_or_closed_tray_takes_no_more(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    envelope, person = post_all(campaign)[0], desk()
    tray = open_tray(campaign=campaign, at=MORNING, by=person)
    type(tray).objects.update(scanned=100)
    with pytest.raises(Refused, match="いっぱい"):
        scan(campaign, envelope.piece_no, tray=tray, by=person)
    close_tray(tray=tray, counted=100, at=MORNING, by=person)
    with pytest.raises(Refused, match="閉じられて"):
        scan(campaign, envelope.piece_no, tray=tray, by=person)


def test_undo_takes_the_envelope_out_of_its_open_tray(envelope: Envelope) -> None:
    person = desk()
    tray = open_tray(campaign=envelope.campaign, at=MORNING, by=person)
    event = scan(envelope.campaign, envelope.piece_no, tray=tray, by=person).event
    assert event is not None
    undo_return(event=event, at=MORNING, by=person)
    tray.refresh_from_db()
    assert tray.scanned == 0
