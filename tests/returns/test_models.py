from __future__ import annotations

import pytest

from issuance.models import Certificate
from returns.models import DeliveryException, ReasonCorrection, RerouteCycle, ReturnEvent, UnknownReturn
from returns.services import collect_card, correct_reason, open_tray, record_return, reroute
from tests.factories.mailing import MORNING, a_campaign, a_household
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, desk, post_all


@pytest.mark.django_db
def test_records_call_themselves_by_numbers_and_codes_alone() -> None:
    campaign, by = a_campaign(), desk()
    a_household(campaign, "00")
    (envelope,) = post_all(campaign)
    tray = open_tray(campaign=campaign, at=MORNING, by=by)
    come_back(envelope, "expired", by=by)
    correct_reason(event=ReturnEvent.objects.get(), reason="moved", at=MORNING, by=by)
    record_return(
        campaign=campaign, scanned="0" * 12, reason="moved", returned_on=RETURNED_ON, at=MORNING, by=by
    )
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    serial = Certificate.objects.get().serial
    card = collect_card(
        campaign=campaign, serial=serial, reason="lost", collected_on=CUTOFF, at=MORNING, by=by
    )
    event, exception = ReturnEvent.objects.get(), DeliveryException.objects.get()
    unknown = UnknownReturn.objects.get()
    records = (
        tray,
        event,
        exception,
        RerouteCycle.objects.get(),
        unknown,
        card,
        ReasonCorrection.objects.get(),
    )
    assert [str(record) for record in records] == [
        "1",
        f"{envelope.pk} moved",
        f"no_employer {exception.public_id}",
        "1",
        f"unknown {unknown.pk}",
        str(card.public_id),
        "expired → moved",
    ]
