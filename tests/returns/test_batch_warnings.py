"""What came back more often than expected is named on the page of the next batch it is about to be mailed in (I14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backoffice.roles import Role
from employers.models import Employer
from mailing.models import PrintBatch
from mailing.queries import batch_warnings
from returns.services import reroute, return_warnings
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, pack_and_plan
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import text_of

if TYPE_CHECKING:
    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db


def next_batch(employer: Employer, *, branch: str = "13", postal_code: str = "1640001") -> PrintBatch:
    """A batch made after 6 of 10 envelopes of an employer in 東京 (area 164) have come back."""
    campaign = a_campaign()
    for _ in range(10):
        a_household(campaign, "00", employer=employer)
    pack_and_plan(campaign)
    for envelope in post_all(campaign)[:6]:
        come_back(envelope)
    a_household(campaign, "00", employer=employer, branch=branch, postal_code=postal_code)
    return pack_and_plan(campaign)


def test_the_next_batch_names_branch_batch_employer_and_area(client_as: ClientAs) -> None:
    batch = next_batch(an_employer(name="株式会社みなと"))
    first = PrintBatch.objects.exclude(pk=batch.pk).get()
    rate = "では、差し出した 10 通のうち 6 通（24.8〜87.2%、見込みは 3%）が返送されています。"
    page = text_of(client_as(Role.SUPERVISOR).get(f"/mailing/batches/{batch.number}/"))
    assert batch_warnings(batch, at=MORNING) == [
        f"支部「東京支部」全体{rate}",
        f"同じ支部のバッチ {first.number}{rate}",
        f"このバッチに 1 通ある事業所「株式会社みなと」の方{rate}",
        f"このバッチに 1 通ある郵便番号 164 の地域{rate}",
    ]
    assert "承認の前に確認してください" in page
    assert f"支部「東京支部」全体{rate}" in page


def test_a_batch_of_another_branch_and_area_is_warned_of_the_employer_only() -> None:
    batch = next_batch(an_employer(name="株式会社みなと"), branch="27", postal_code="5300001")
    assert [warning[:20] for warning in batch_warnings(batch, at=MORNING)] == [
        "このバッチに 1 通ある事業所「株式会社"
    ]


def test_a_batch_is_not_measured_by_itself_and_not_warned_of_once_handed_over() -> None:
    batch = next_batch(an_employer())
    first = PrintBatch.objects.exclude(pk=batch.pk).get()
    warnings = batch_warnings(first, at=MORNING)
    assert len(warnings) == 3
    assert not any(first.number in warning for warning in warnings)
    first.state = "posted"
    assert batch_warnings(first, at=MORNING) == []


def test_lists_and_ordinary_rates_are_not_warned_of(client_as: ClientAs) -> None:
    batch = next_batch(an_employer())
    batch.kind = "target_list"
    assert list(return_warnings(batch, MORNING)) == []
    campaign = a_campaign("NB2")
    a_household(campaign, "00")
    quiet = pack_and_plan(campaign)
    assert batch_warnings(quiet, at=MORNING) == []
    page = text_of(client_as(Role.SUPERVISOR).get(f"/mailing/batches/{quiet.number}/"))
    assert "承認の前に確認してください" not in page


def test_a_batch_to_employers_names_those_that_have_closed_or_moved_since(client_as: ClientAs) -> None:
    campaign = a_campaign()
    closing, moving, staying = (
        an_employer(name=name) for name in ("株式会社とじる", "株式会社うつる", "株式会社みなと")
    )
    for employer in (closing, moving, moving, staying):
        a_household(campaign, "00", employer=employer)
    for envelope in post_all(campaign):
        come_back(envelope)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    batch = PrintBatch.objects.get(kind="employer")
    assert batch_warnings(batch, at=MORNING) == []
    Employer.objects.filter(pk=closing.pk).update(status="2", ended_on=CUTOFF, address1="東京都港区別の場所1")
    Employer.objects.filter(pk=moving.pk).update(address1="東京都港区芝1-1-1")
    told = [
        "事業所「株式会社とじる」（1 通）は、再作成のあとに全喪になりました。"
        "封筒の画面の「本人の住所へ送る」で、本人宛に作り直してください。",
        "事業所「株式会社うつる」（2 通）は、再作成のあとに所在地が変わりました。",
    ]
    assert batch_warnings(batch, at=MORNING) == told
    page = text_of(client_as(Role.SUPERVISOR).get(f"/mailing/batches/{batch.number}/"))
    assert all(warning in page for warning in told)
