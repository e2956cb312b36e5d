"""Packing against a naive oracle: nobody lost or doubled, ceil(n / limit) envelopes, one household per envelope."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailing.models import EnclosedCard, Envelope
from mailing.services import pack_envelopes, plan_batches
from tests.factories.mailing import MORNING, a_campaign, a_household

EDABANS = st.sets(st.integers(0, 99).map("{:02d}".format), max_size=9)
HOUSEHOLDS = st.lists(
    st.tuples(
        EDABANS,
        st.sampled_from(["1000001", "1640001", "9999999"]),
        st.sampled_from(["13", "40"]),
        st.booleans(),
    ),
    max_size=5,
)


class Undo(Exception):
    """Rolls an example back."""


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(households=HOUSEHOLDS, limit=st.integers(1, 4), size=st.integers(1, 4))
def test_packing_and_planning_equal_the_naive_oracle(
    households: list[tuple[set[str], str, str, bool]], limit: int, size: int
) -> None:
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - what was made is rolled back
        campaign = a_campaign(cards_per_envelope=limit)
        made = [
            (
                a_household(campaign, *edabans, postal_code=postal_code, branch=branch, held=held),
                edabans,
                held,
            )
            for edabans, postal_code, branch, held in households
        ]
        counts = pack_envelopes(campaign=campaign, at=MORNING, by=None)
        expected = {
            (household.pk, seq): sorted(edabans)[(seq - 1) * limit : seq * limit]
            for household, edabans, held in made
            if not held
            for seq in range(1, -(-len(edabans) // limit) + 1)
        }
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        cards = EnclosedCard.objects.order_by("envelope", "position")
        for household, seq, edaban in cards.values_list(
            "certificate__person__household", "envelope__seq", "certificate__person__edaban"
        ):
            found[household, seq].append(edaban)
        assert found == expected
        assert counts.envelopes == len(expected)
        assert counts.certificates == sum(map(len, expected.values()))
        assert {(e.household_id, e.seq) for e in Envelope.objects.all()} == set(expected)
        plan_batches(campaign=campaign, max_envelopes=size, at=MORNING, by=None)
        _assert_batches_equal_the_oracle(size)
        raise Undo


def _assert_batches_equal_the_oracle(size: int) -> None:
    waiting: dict[str, list[Envelope]] = defaultdict(list)
    for envelope in Envelope.objects.select_related("batch"):
        waiting[envelope.branch_id].append(envelope)
    for branch, envelopes in waiting.items():
        ordered = sorted(envelopes, key=lambda envelope: (envelope.postal_code, envelope.ordinal))
        assert [(e.batch.number, e.position) for e in ordered if e.batch] == [
            (f"R7-{branch}-P{place // size + 1:03d}", place % size + 1) for place in range(len(ordered))
        ]
