"""Another branch's records do not exist: every page and button of one record answers 404 to its neighbours."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.urls import NoReverseMatch, reverse

from backoffice.models import Transition
from backoffice.roles import Role
from employers.models import Employer, TargetList
from issuance.models import Certificate, InsuredPerson
from issuance.services import publish_target_lists
from mailing.models import Envelope, PrintBatch
from mailing.services import Address
from returns.models import DeliveryException, ReturnEvent
from returns.services import collect_card, hold_branch, propose_resend, reroute
from tests.architecture.test_role_matrix import routes
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    pack_and_plan,
    post,
    supervisor,
)
from tests.factories.returns import come_back, desk

if TYPE_CHECKING:
    from tests.conftest import ClientAs

# Records every branch shares: one's own jobs, accounts, and the files a whole campaign came in.
SHARED = (
    *(
        "backoffice:",
        "employers:import-",
        "issuance:roster-",
        "issuance:loss-import-",
        "returns:returns-import-",
    ),
    # A scan and a tray belong to the one at the desk, a case to its batch; an unknown piece is nobody's yet.
    *("returns:scan-undo", "returns:tray-", "returns:unknown-", "mailing:case-"),
    # A campaign belongs to every branch.
    *("returns:campaign-", "returns:erasure-"),
)

ENTERED = {
    "reason": "moved",
    "resolution": "handed_over",
    "note": "x",
    "answer": "x",
    "manifest_sha256": "0" * 64,
    "postal_code": "1000013",
    "address1": "東京都千代田区霞が関１丁目",
    "correction": str(UUID(int=0)),
}


@pytest.fixture
def records(db: None) -> dict[str, dict[str, object]]:
    """A returned envelope of a Tokyo household: route prefix → the key in its addresses."""
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    Employer.objects.update(status="2", ended_on=date(2025, 8, 1))
    batch = post(pack_and_plan(campaign))
    come_back(batch.envelopes.get())
    reroute(campaign=campaign, cutoff=date(2025, 9, 30), max_envelopes=None, at=MORNING, by=supervisor())
    collected = collect_card(
        campaign=campaign,
        serial=Certificate.objects.get().serial,
        reason="lost",
        collected_on=date(2025, 9, 3),
        at=MORNING,
        by=desk(),
    )
    propose_resend(
        exception=DeliveryException.objects.get(),
        to=Address("1000013", "東京都千代田区霞が関１丁目"),
        note="x",
        at=MORNING,
        by=desk(),
    )
    hold = hold_branch(campaign=campaign, branch=batch.branch, reason="x", at=MORNING, by=supervisor())
    return {
        "returns:hold-": {"public_id": hold.public_id},
        "returns:collected-": {"public_id": collected.public_id},
        "employers:employer-": {"public_id": Employer.objects.get().public_id},
        "employers:target-list": {"public_id": TargetList.objects.get().public_id},
        "issuance:person-": {"public_id": InsuredPerson.objects.get().public_id},
        "mailing:batch-": {"number": PrintBatch.objects.get().number},
        "mailing:envelope-": {"piece_no": Envelope.objects.get().piece_no},
        "returns:return-": {"public_id": ReturnEvent.objects.get().public_id},
        "returns:exception-": {"public_id": DeliveryException.objects.get().public_id},
    }


PAGE: dict[str, object] = {"page": 1}
FURTHER: dict[str, dict[str, object]] = {
    "mailing:batch-page": PAGE,
    "mailing:batch-page-picture": PAGE,
    "mailing:batch-sample-page": PAGE,
    "mailing:batch-sample-mark": PAGE,
    "mailing:batch-left-out": {"reason": "lost"},
}


def test_other_branches_find_no_record(client_as: ClientAs, records: dict[str, dict[str, object]]) -> None:
    neighbours, own = client_as(*Role, branch_code="27"), client_as(*Role, branch_code="13")
    moves = Transition.objects.count()
    unknown, open_to_neighbours, closed_to_own = [], [], []
    for name, address in routes().items():
        if address == reverse_without_key(name) or name.startswith(SHARED):
            continue
        key = next((key for prefix, key in records.items() if name.startswith(prefix)), None)
        if key is None:
            unknown.append(name)
            continue
        url = reverse(name, kwargs={**key, **FURTHER.get(name, {})})
        for method in ("get", "post"):
            answer = getattr(neighbours, method)(url, ENTERED)
            if answer.status_code == 302:  # what was entered was no good; the way back leads nowhere
                answer = neighbours.get(answer.url)
            if answer.status_code not in {404, 405}:
                open_to_neighbours.append((name, method, answer.status_code))
        if name.endswith("-detail") and own.get(url).status_code != 200:
            closed_to_own.append(name)
    assert Transition.objects.count() == moves
    assert (unknown, open_to_neighbours, closed_to_own) == ([], [], [])


def reverse_without_key(name: str) -> str:
    """The address of a route that has no key; empty for one that has."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
