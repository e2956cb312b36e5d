from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from backoffice.models import Transition
from issuance.models import Household, InsuredPerson
from mailing.models import Envelope, PrintBatch, RenderChunk
from mailing.services import (
    PullCounts,
    approve_batch,
    chunks_to_send,
    claim_chunk,
    finish_batch,
    mark_returned,
    pack_envelopes,
    print_chunk,
    pull_lost_envelopes,
    request_rendering,
    reroute_envelopes,
)
from mailing.services.pulling import pull
from mailing.states import EnvelopeState, RenderState
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    approve,
    lose,
    pack_and_plan,
    post,
    render,
)

if TYPE_CHECKING:
    from mailing.services.chunks import Claim

pytestmark = pytest.mark.django_db


def person(household: Household, edaban: str) -> InsuredPerson:
    return InsuredPerson.objects.get(household=household, edaban=edaban)


def inside(envelope: Envelope) -> list[tuple[str, str, str]]:
    cards = envelope.cards.order_by("position")
    return list(
        cards.values_list("certificate__person__edaban", "certificate__state", "certificate__void_cause")
    )


def test_pull_lost_envelopes_without_a_loss_pulls_nothing() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_and_plan(campaign)
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(0, 0)


def test_pull_lost_envelopes_replaces_the_envelope_for_the_others() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01", "02", "03", "04")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    lose(person(household, "01"))
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(pulled=1, replaced=1)
    pulled = Envelope.objects.get(state=EnvelopeState.PULLED)
    replacement = Envelope.objects.get(replaces=pulled)
    assert (replacement.seq, replacement.of, replacement.kind) == (1, 2, "personal")
    assert (replacement.addressee, replacement.card_count) == (pulled.addressee, 3)
    assert inside(replacement) == [("00", "live", ""), ("02", "live", ""), ("03", "live", "")]
    assert inside(pulled) == [
        ("00", "void", "pulled"),
        ("01", "void", "lost"),
        ("02", "void", "pulled"),
        ("03", "void", "pulled"),
    ]
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(0, 0)
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None).envelopes == 0


def test_pull_lost_envelopes_replaces_nothing_when_everybody_is_lost() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    lose(person(household, "00"))
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(pulled=1, replaced=0)


def test_pull_lost_envelopes_takes_it_out_of_a_planned_batch() -> None:
    campaign = a_campaign()
    leaver = a_household(campaign, "00")
    a_household(campaign, "00", "01")
    batch = pack_and_plan(campaign)
    lose(person(leaver, "00"))
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    batch.refresh_from_db()
    assert (batch.envelope_count, batch.card_count) == (1, 2)
    assert Envelope.objects.get(household=leaver).batch is None
    assert Transition.objects.get(to_state="pulled").reason == "lost"


def test_pull_lost_envelopes_makes_a_chunk_under_way_start_again() -> None:
    campaign = a_campaign()
    leaver, stayer = a_household(campaign, "00"), a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    claim = start(batch)
    lose(person(leaver, "00"))
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    assert print_chunk(claim=claim) is False
    assert RenderChunk.objects.get().state == RenderState.READY
    assert finish_batch(batch_id=batch.pk, at=MORNING) is False
    rendered = render(batch)
    assert (rendered.state, rendered.page_count) == ("rendered", 1)
    remaining = batch.envelopes.get()
    assert (remaining.household, remaining.position, remaining.first_page) == (stayer, 1, 1)


def start(batch: PrintBatch) -> Claim:
    request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=MORNING, by=None)
    (chunk_id,) = chunks_to_send(at=MORNING)
    claim = claim_chunk(chunk_id=chunk_id, at=MORNING)
    assert claim is not None
    return claim


def test_pull_lost_envelopes_leaves_it_in_the_file_of_an_approved_batch() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    batch = approve(pack_and_plan(campaign))
    lose(person(household, "00"))
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    envelope = Envelope.objects.get()
    assert (envelope.state, envelope.batch, envelope.position) == ("pulled", batch, 1)
    batch.refresh_from_db()
    assert (batch.state, batch.envelope_count) == ("approved", 1)
    assert approve_batch(batch=batch, by=batch.approved_by, at=MORNING) is False  # type: ignore[arg-type]


def test_pull_lost_envelopes_leaves_posted_envelopes_alone() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    post(pack_and_plan(campaign))
    lose(person(household, "00"))
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(0, 0)


def test_pull_lost_envelopes_replaces_an_employer_envelope_under_the_same_parent_at_the_current_address() -> (
    None
):
    campaign = a_campaign()
    employer = an_employer()
    household = a_household(campaign, "00", "01", employer=employer)
    post(pack_and_plan(campaign))
    returned = Envelope.objects.filter(household=household)
    mark_returned(envelopes=returned, at=MORNING, by=None)
    reroute_envelopes(campaign=campaign, envelopes=returned, cycle_no=1, run=uuid4(), at=MORNING, by=None)
    lose(person(household, "01"))
    employer.address1 = "東京都港区新橋１－１"
    employer.save()
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(pulled=1, replaced=1)
    old = Envelope.objects.get(kind="employer", state="pulled")
    new = Envelope.objects.get(replaces=old)
    assert (new.kind, new.cycle_no, new.parent, new.seq, new.of) == ("employer", 1, old.parent, 1, 1)
    assert (new.address1, new.contact) == ("東京都港区新橋１－１", employer.contact)
    assert inside(new) == [("00", "live", "")]


def test_pull_of_no_envelope_does_nothing() -> None:
    assert pull([], at=MORNING, by=None, reason="lost") == []
