from __future__ import annotations

from datetime import date

import pytest

from employers.models import Employer, TargetList
from issuance.models import InsuredPerson, Selection
from issuance.services import publish_target_lists
from mailing.models import Envelope
from mailing.services import pack_target_lists
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, pack_and_plan, render

pytestmark = pytest.mark.django_db


def test_pack_target_lists_makes_one_envelope_per_employer() -> None:
    campaign = a_campaign()
    employer = an_employer(contact="総務部")
    a_household(campaign, "00", "01", employer=employer)
    a_household(campaign, "00", employer=employer)
    a_household(campaign, "00")
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    assert pack_target_lists(campaign=campaign, at=MORNING, by=None) == 1
    envelope = Envelope.objects.get()
    assert (envelope.kind, envelope.employer, envelope.addressee, envelope.contact, envelope.card_count) == (
        "target_list",
        employer,
        employer.name,
        "総務部",
        0,
    )
    assert pack_target_lists(campaign=campaign, at=MORNING, by=None) == 0


def test_pack_target_lists_pulls_an_older_version_that_is_not_posted() -> None:
    campaign = a_campaign()
    employer = an_employer()
    a_household(campaign, "00", employer=employer)
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    a_household(campaign, "00", "01", employer=employer)
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    assert pack_target_lists(campaign=campaign, at=MORNING, by=None) == 1
    envelopes = Envelope.objects.order_by("target_list__version").values_list("target_list__version", "state")
    assert list(envelopes) == [(1, "pulled"), (2, "planned")]


def test_an_office_that_has_closed_gets_no_list() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer(status="2", ended_on=date(2025, 5, 31)))
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    assert pack_target_lists(campaign=campaign, at=MORNING, by=None) == 0
    assert not TargetList.objects.exists()


@pytest.mark.parametrize("why", ["closed", "nobody left"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_list_that_has_lost_its_point_is_not_sent(*, packed: bool, why: str) -> None:
    campaign = a_campaign()
    employer, other = an_employer(), an_employer()
    people = a_household(campaign, "00", employer=employer).people
    a_household(campaign, "00", employer=other)
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    if packed:
        pack_target_lists(campaign=campaign, at=MORNING, by=None)
    if why == "closed":
        Employer.objects.filter(pk=employer.pk).update(status="2", ended_on=date(2025, 5, 31))
    else:
        Selection.objects.filter(person__in=people.all()).update(outcome="excluded", reasons=["lost"])
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    states = dict(Envelope.objects.values_list("employer", "state"))
    assert states == {other.pk: "planned"} | ({employer.pk: "pulled"} if packed else {})


def test_target_lists_are_printed_in_batches_of_their_own() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    batch = pack_and_plan(campaign)
    assert (batch.number, batch.kind) == ("R7-13-L001", "target_list")
    assert render(batch).page_count == 1


def test_target_list_that_names_a_held_person_is_not_printed() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    batch = pack_and_plan(campaign)
    InsuredPerson.objects.update(nondisclosure=True)
    assert render(batch).state == "cancelled"
    envelope = Envelope.objects.get(kind="target_list")
    assert (envelope.stop_code, envelope.state, envelope.batch) == ("held_person", "planned", None)
