from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice import listing
from backoffice.roles import Permission, Role
from issuance.forms import JudgedFilterForm
from issuance.models import Campaign, InsuredPerson, Selection
from issuance.states import FREQUENT_REASON, ExclusionReason
from tests.factories.mailing import a_campaign, a_household, of_a_file_not_judged
from tests.factories.planner import plan_for_large_tables
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

JUDGED = reverse("issuance:judged-list")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def test_who_may_see_the_people_behind_the_numbers(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, JUDGED, Permission.VIEW_SELECTION)


def test_people_by_outcome_and_reason(client_as: ClientAs, campaign: Campaign) -> None:
    target = a_household(campaign, "00", branch="13").people.get()
    excluded = a_household(campaign, "00", branch="27").people.get()
    Selection.objects.filter(person=excluded).update(outcome="excluded", reasons=["lost", "myna_usable"])
    unjudged = of_a_file_not_judged(a_household(campaign, targets=False)).people.get()
    held = a_household(campaign, held=True).people.get()
    reader = client_as(Role.SUPERVISOR)
    for query, people in (
        ("outcome=target", [target]),
        ("outcome=excluded", [excluded]),
        ("outcome=held", [held]),
        ("outcome=unjudged", [unjudged]),
        ("reason=lost", [excluded]),
        ("reason=nondisclosure", [held]),
        ("outcome=target&reason=lost", []),
        ("branch=27", [excluded]),
        ("branch=27&outcome=target", []),
    ):
        assert rows_of(reader.get(f"{JUDGED}?{query}")) == people, query
    page = text_of(reader.get(f"{JUDGED}?outcome=excluded"))
    assert "マイナ保険証で確認できる" in page
    assert "不開示の申出がある世帯の方は" not in page
    tokyo = client_as(Role.SUPERVISOR, branch_code="13").get(JUDGED)
    assert "branch" not in tokyo.context["filter_form"].fields
    assert excluded not in rows_of(tokyo)


def test_people_held_are_for_those_who_may_see_them(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", "01", held=True)
    told = "ほかに2件あり、不開示の申出がある世帯のものとして、権限のある職員の画面にだけ表示されます。"
    page = client_as(Role.CLERK).get(f"{JUDGED}?outcome=held")
    assert rows_of(page) == []
    assert told in text_of(page)
    assert told in text_of(client_as(Role.CLERK).get(JUDGED))
    assert "ほかに" not in text_of(client_as(Role.CLERK).get(f"{JUDGED}?outcome=target"))
    assert "ほかに" not in text_of(client_as(Role.CLERK, branch_code="27").get(JUDGED))
    page = client_as(Role.SUPERVISOR).get(f"{JUDGED}?outcome=held")
    assert len(rows_of(page)) == 2
    assert "ほかに" not in text_of(page)


def test_of_many_people_out_of_sight_no_more_than_a_thousand_are_counted(
    client_as: ClientAs, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_household(campaign, "00", "01", held=True)
    monkeypatch.setattr(listing, "COUNTED_UP_TO", 1)
    assert "ほかに1件以上あり、" in text_of(client_as(Role.CLERK).get(JUDGED))


@pytest.mark.parametrize("reason", [reason for reason in ExclusionReason if reason != FREQUENT_REASON])
def test_a_reason_that_nobody_has_is_not_looked_for_among_everybody(
    campaign: Campaign, reason: ExclusionReason
) -> None:
    plan_for_large_tables("issuance_selection", "issuance_insuredperson")
    form = JudgedFilterForm({"reason": reason})
    assert form.is_valid()
    plan = form.apply(InsuredPerson.objects.order_by("pk"))[:50].explain()
    assert f"judged_{reason}" in plan


def test_who_waits_is_looked_for_among_files_not_judged(
    campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_household(campaign, "00")
    form = JudgedFilterForm({"outcome": "unjudged"})
    assert form.is_valid()
    with django_assert_num_queries(1):  # the files
        assert list(form.apply(InsuredPerson.objects.all())) == []
