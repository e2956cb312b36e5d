"""Judging again: first who would change sides and why, then, if that is still so, the change; made cards are never touched."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from backoffice.models import Change, Job
from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from issuance.eligibility import RULE_VERSION
from issuance.models import Campaign, InsuredPerson, Selection, SelectionChange
from issuance.services import preview_rejudging, rejudge, select_targets
from issuance.tasks import PREVIEW_REJUDGING, preview_for_job
from mailing.services import pack_envelopes
from returns.queries import check_integrity
from tests.factories.mailing import MORNING, a_campaign, a_household, a_person, later, lose, staff
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
CHANGES, RUN = reverse("issuance:selection-changes"), reverse("issuance:selection-rejudge")
PREVIEW, SUMMARY = reverse("issuance:selection-preview"), reverse("issuance:selection-summary")


@pytest.fixture
def campaign() -> Campaign:
    """A household of two judged and packed, and one of three judged only."""
    campaign = a_campaign()
    a_household(campaign, "00", "01", targets=False)
    select_targets(campaign=campaign, at=MORNING, by=None)
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    household = a_household(campaign, "00", "01", targets=False)
    a_person(household, "02", myna_usable=True)
    select_targets(campaign=campaign, at=MORNING, by=None)
    return campaign


def unpacked(edaban: str) -> InsuredPerson:
    return InsuredPerson.objects.filter(edaban=edaban).order_by("pk").last()  # type: ignore[return-value]


def found() -> list[tuple[str, str, list[str], bool]]:
    rows = SelectionChange.objects.order_by("was", "became", "has_certificate")
    return list(rows.values_list("was", "became", "reasons", "has_certificate"))


def test_unchanged_data_changes_nobody(campaign: Campaign) -> None:
    assert preview_rejudging(campaign=campaign, at=MORNING, by=None).changes == 0


def test_changed_data_shows_who_changes_sides_and_why_before_it_is_so(campaign: Campaign) -> None:
    lose(unpacked("01"))
    InsuredPerson.objects.filter(pk=unpacked("02").pk).update(myna_usable=False)
    packed = InsuredPerson.objects.filter(edaban="01").order_by("pk").first()
    assert packed
    InsuredPerson.objects.filter(pk=packed.pk).update(myna_usable=True)
    before = list(Selection.objects.order_by("pk").values_list("outcome", "selected_at"))
    found_now = preview_rejudging(campaign=campaign, at=MORNING, by=None)
    assert (found_now.changes, found_now.too_late, found_now.open) == (3, 1, 2)
    assert found() == [
        ("excluded", "target", [], False),
        ("target", "excluded", ["lost"], False),
        ("target", "excluded", ["myna_usable"], True),
    ]
    assert list(Selection.objects.order_by("pk").values_list("outcome", "selected_at")) == before


def test_the_commitment_changes_what_was_shown_and_keeps_it_in_history(campaign: Campaign) -> None:
    lose(unpacked("01"))
    InsuredPerson.objects.filter(pk=unpacked("02").pk).update(myna_usable=False)
    preview_rejudging(campaign=campaign, at=MORNING, by=None)
    rejudge(campaign=campaign, expected=2, at=later(days=1), by=staff(Role.CLERK))
    changed = Selection.objects.filter(selected_at=later(days=1)).order_by("pk")
    assert list(changed.values_list("outcome", "reasons", "rule_version")) == [
        ("excluded", ["lost"], RULE_VERSION),
        ("target", [], RULE_VERSION),
    ]
    assert Change.objects.filter(entity="issuance.selection", operation="update").count() == 2
    assert found() == []
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert [f.name for f in check_integrity(campaign) if f.breaches and f.number > 1] == []


def test_a_made_certificate_is_never_touched(campaign: Campaign) -> None:
    InsuredPerson.objects.update(myna_usable=True)
    shown = preview_rejudging(campaign=campaign, at=MORNING, by=None)
    assert (shown.open, shown.too_late) == (2, 2)
    rejudge(campaign=campaign, expected=2, at=MORNING, by=None)
    assert Selection.objects.filter(outcome="target").count() == 2


def test_what_has_changed_since_the_preview_is_not_committed(campaign: Campaign) -> None:
    lose(unpacked("01"))
    preview_rejudging(campaign=campaign, at=MORNING, by=None)
    lose(unpacked("00"))
    with pytest.raises(Refused) as refusal:
        rejudge(campaign=campaign, expected=1, at=MORNING, by=None)
    assert refusal.value.code == "preview_stale"
    assert not Selection.objects.filter(outcome="excluded", reasons=["lost"]).exists()


def test_judging_again_is_for_those_who_select(campaign: Campaign) -> None:
    for work in (
        lambda: preview_rejudging(campaign=campaign, at=MORNING, by=staff(Role.INQUIRY)),
        lambda: rejudge(campaign=campaign, expected=1, at=MORNING, by=staff(Role.INQUIRY)),
    ):
        with pytest.raises(PermissionDenied):
            work()


def test_the_command_shows_and_commits(campaign: Campaign) -> None:
    lose(unpacked("01"))
    out = StringIO()
    call_command("rejudge_targets", "R7", stdout=out)
    assert out.getvalue().splitlines() == ["target -> excluded (lost) 1", "changes=1 too_late=0"]
    call_command("rejudge_targets", "R7", commit=1, stdout=out)
    assert out.getvalue().splitlines()[-1] == "changed=1 too_late=0"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    InsuredPerson.objects.filter(pk__in=InsuredPerson.objects.order_by("pk")[:count]).update(
        birth_date=date(1960, 1, 1), myna_usable=True
    )
    preview_rejudging(campaign=campaign, at=MORNING, by=None)
    client = client_as(Role.INQUIRY)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(CHANGES)
    assert len(rows_of(page)) == count


def test_the_screens_lead_from_the_look_to_the_commitment(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, CHANGES, Permission.VIEW_SELECTION)
    for url in (PREVIEW, RUN):
        assert_only(client_as, url, Permission.SELECT_TARGETS, "post")
    Job.objects.all().delete()
    client = client_as(Role.CLERK)
    assert "判定の変わる方はいません" in text_of(client.get(CHANGES))
    assert "判定を改める" not in text_of(client.get(SUMMARY))
    lose(unpacked("01"))
    client.post(PREVIEW)
    job = Job.objects.get(kind=PREVIEW_REJUDGING)
    preview_for_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.message == "1人の判定が変わります。ほかに、資格確認書を作成済みの方が0人います。"
    page = text_of(client.get(CHANGES))
    assert "対象 対象外 資格を喪失している いいえ" in page
    assert "1人の判定を、いまのデータに合わせて改めます。" in text_of(client.get(SUMMARY))
    assert messages_of(client.post(RUN, {"expected": 1}, follow=True)) == ["1人の判定を改めました。"]
    assert "判定を改める" not in text_of(client.get(SUMMARY))
    again = Job.objects.create(kind=PREVIEW_REJUDGING, subject=str(campaign.public_id), created_at=MORNING)
    preview_for_job(job_id=again.pk)
    again.refresh_from_db()
    assert again.message == "判定の変わる方はいません。"
    assert rows_of(client_as(Role.INQUIRY, branch_code="27").get(CHANGES)) == []
