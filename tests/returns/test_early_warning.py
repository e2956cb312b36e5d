from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.roles import Role
from mailing.models import Envelope
from returns.queries import band, outliers
from tests.factories.mailing import a_campaign, a_household, an_employer, pack_and_plan, post
from tests.factories.returns import come_back, post_all
from tests.page_text import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.conftest import ClientAs


@given(st.integers(1, 100_000).flatmap(lambda posted: st.tuples(st.integers(0, posted), st.just(posted))))
def test_the_share_lies_within_its_band_and_the_band_within_all_shares(counts: tuple[int, int]) -> None:
    returned, posted = counts
    low, high = band(returned, posted)
    assert 0 <= low <= returned / posted + 1e-12
    assert returned / posted - 1e-12 <= high <= 1


HOME = "/returns/overview/"


def test_the_band_is_wilsons() -> None:
    low, high = band(5, 20)
    assert (round(low, 4), round(high, 4)) == (0.0874, 0.5372)


@pytest.mark.django_db
def test_what_clearly_returns_more_than_expected_is_named(
    client_as: ClientAs, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    campaign = a_campaign()
    bad, good = an_employer(name="株式会社みなと"), an_employer(name="株式会社やまと")
    for number in range(20):
        a_household(campaign, "00", employer=bad if number < 10 else good)
    batch = post(pack_and_plan(campaign))
    for envelope in batch.envelopes.filter(employer=bad)[:6]:
        come_back(envelope)
    found = {(one["sort"], one["name"]): (one["posted"], one["returned"]) for one in outliers(campaign)}
    assert found[("employer", "株式会社みなと")] == (10, 6)
    assert ("employer", "株式会社やまと") not in found
    page = text_of(client_as(Role.CLERK).get(HOME))
    assert "還付が見込みより多いところ" in page
    assert "事業所 株式会社みなと 10 6" in page
    urls = {one["sort"]: one["url"] for one in client_as(Role.CLERK).get(HOME).context["outliers"]}
    assert urls == {
        "batch": f"/mailing/batches/{batch.number}/",
        "branch": "/mailing/envelopes/?kind=personal&step=returned&branch=13",
        "employer": f"/employers/{bad.public_id}/",
        "area": "",
    }
    tokyo = client_as(Role.CLERK, branch_code="13").get(HOME).context["outliers"]
    assert "/mailing/envelopes/?kind=personal&step=returned" in [one["url"] for one in tokyo]
    elsewhere = text_of(client_as(Role.CLERK, branch_code="27").get(HOME))
    assert "株式会社みなと" not in elsewhere


@pytest.mark.django_db
def test_few_returns_and_ordinary_rates_warn_nobody() -> None:
    campaign = a_campaign()
    for _ in range(6):
        a_household(campaign, "00", employer=an_employer())
    for envelope in post_all(campaign)[:4]:
        come_back(envelope)
    assert outliers(campaign) == []
    assert Envelope.objects.filter(state="returned").count() == 4
