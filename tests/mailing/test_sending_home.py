"""An employer who closes between the monthly cycle and the posting gets nothing (domain.md §9, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from employers.models import Employer
from issuance.models import Certificate, InsuredPerson
from mailing.models import Envelope, PrintBatch
from mailing.queries import batch_warnings
from mailing.services import Address, plan_batches, release_batch, revise_batch, send_home
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    approve,
    clerk,
    envelopes_of,
    lose,
    release,
    render,
    staff,
    supervisor,
)
from tests.mailing.test_rerouting import reroute, returned_mail
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
HOME = Address("5300001", "大阪府大阪市北区梅田１－１", "梅田ハイツ２０３")


@pytest.fixture
def batch() -> PrintBatch:
    """A planned batch of one envelope for each of two employers."""
    campaign = a_campaign()
    a_household(campaign, "00", "01", employer=an_employer())
    a_household(campaign, "00", employer=an_employer(symbol="21700099"))
    reroute(campaign, *returned_mail(campaign))
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    return PrintBatch.objects.get(kind="employer")


def closing(envelope: Envelope) -> Envelope:
    """The envelope, after its employer has closed."""
    Employer.objects.filter(name=envelope.addressee).update(
        status=Employer.Status.ENDED, ended_on=MORNING.date()
    )
    return envelope


def inside_once(envelope: Envelope) -> list[str]:
    cards = envelope.cards.order_by("position")
    return list(cards.values_list("certificate__person__edaban", flat=True))


def inside(envelope: Envelope) -> list[str]:
    cards = envelope.cards.filter(certificate__state="live").order_by("position")
    return list(cards.values_list("certificate__person__edaban", flat=True))


def test_an_envelope_to_a_closed_employer_is_not_printed_and_its_neighbour_is(batch: PrintBatch) -> None:
    closed, other = envelopes_of(batch)
    closing(closed)
    render(batch)
    closed.refresh_from_db()
    assert (closed.stop_code, closed.state, closed.batch) == ("employer_closed", "planned", None)
    assert envelopes_of(batch) == [other]


def test_a_batch_with_an_employer_who_has_closed_since_is_not_released_but_revised(
    batch: PrintBatch, tmp_path: Path
) -> None:
    approve(batch)
    closed, other = envelopes_of(batch)
    closing(closed)
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert refusal.value.code == "employer_closed"
    revise_batch(batch=batch, by=clerk(), at=MORNING)
    assert envelopes_of(render(batch)) == [other]


def test_an_employer_who_closes_after_the_handover_is_told_of_until_the_posting(
    client_as: ClientAs, batch: PrintBatch, tmp_path: Path
) -> None:
    release(batch, tmp_path / "package")
    closed, _other = envelopes_of(batch)
    closing(closed)
    page = text_of(client_as(Role.CLERK).get(f"/mailing/batches/{batch.number}/"))
    assert "差出の前に確認してください" in page
    assert f"事業所「{closed.addressee}」（1 通）は、再作成のあとに全喪になりました。" in page
    send_home(envelope=closed, to=HOME, by=clerk(), at=MORNING)
    assert batch_warnings(batch, at=MORNING) == []


def test_send_home_makes_a_personal_envelope_in_its_place(batch: PrintBatch) -> None:
    envelope, _other = envelopes_of(batch)
    made = send_home(envelope=closing(envelope), to=HOME, by=clerk(), at=MORNING)
    envelope.refresh_from_db()
    assert (envelope.state, envelope.batch) == ("pulled", None)
    assert (made.kind, made.parent, made.replaces, made.household) == (
        "personal",
        envelope.parent,
        envelope,
        envelope.household,
    )
    assert (made.cycle_no, made.seq, made.of) == (envelope.cycle_no + 1, 1, 1)
    assert (made.addressee, made.postal_code, made.address1, made.address2) == (
        "佐藤　太郎",
        HOME.postal_code,
        HOME.address1,
        HOME.address2,
    )
    assert (inside(envelope), inside(made)) == ([], inside_once(envelope))


def test_send_home_leaves_out_who_has_lost_eligibility_meanwhile(batch: PrintBatch) -> None:
    envelope = next(each for each in envelopes_of(batch) if each.card_count == 2)
    lose(InsuredPerson.objects.get(household=envelope.household, edaban="01"))
    made = send_home(envelope=closing(envelope), to=HOME, by=clerk(), at=MORNING)
    assert inside(made) == ["00"]


def test_send_home_refuses_what_is_nobodys_or_not_to_a_closed_employer(batch: PrintBatch) -> None:
    first, second = envelopes_of(batch)
    closing(first)
    InsuredPerson.objects.filter(household=first.household).update(nondisclosure=True)
    for envelope, to, code in (
        (first, Address("5300001", "梅田"), "bad_address"),
        (first, HOME, "nobody_to_send_to"),
        (second, HOME, "not_to_closed_employer"),
    ):
        with pytest.raises(Refused) as refusal:
            send_home(envelope=envelope, to=to, by=clerk(), at=MORNING)
        assert refusal.value.code == code
    assert Certificate.objects.filter(state="live").count() == 3
    assert not Envelope.objects.filter(state="pulled").exists()


def test_who_may_send_home(client_as: ClientAs, batch: PrintBatch) -> None:
    envelope = closing(envelopes_of(batch)[0])
    for by in (supervisor(), staff(Role.CLERK, branch_code="27")):
        with pytest.raises(PermissionDenied):
            send_home(envelope=envelope, to=HOME, by=by, at=MORNING)
    url = reverse("mailing:envelope-send-home", kwargs={"piece_no": envelope.piece_no})
    assert_only(client_as, url, Permission.PLAN_BATCHES, "post")


def test_the_page_of_the_envelope_offers_it(client_as: ClientAs, batch: PrintBatch) -> None:
    client, (envelope, other) = client_as(Role.CLERK), envelopes_of(batch)
    closing(envelope)
    render(batch)
    page = text_of(client.get(reverse("mailing:envelope-detail", kwargs={"piece_no": envelope.piece_no})))
    assert "送付先の事業所が全喪しています" in page
    assert "本人の住所へ送る" in page
    assert "本人の住所へ送る" not in text_of(
        client.get(reverse("mailing:envelope-detail", kwargs={"piece_no": other.piece_no}))
    )
    url = reverse("mailing:envelope-send-home", kwargs={"piece_no": envelope.piece_no})
    entries = {"postal_code": "530-0001", "address1": HOME.address1, "address2": ""}
    [told] = messages_of(client.post(url, entries, follow=True))
    assert told.startswith("引き抜いて、本人宛の封筒 ")
