from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import Permission, Role
from returns.models import DeliveryException
from returns.services import reroute
from returns.views.work import workers_for
from tests.factories.mailing import MORNING, a_household, staff
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST, BULK = reverse("returns:exception-list"), reverse("returns:exception-bulk")


@pytest.fixture
def found(campaign: Campaign) -> list[DeliveryException]:
    """Two of 東京 and one of 大阪, opened in 2025 and long overdue."""
    for branch in ("13", "13", "27"):
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope, "refused")
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return list(DeliveryException.objects.order_by("pk"))


def picked(*rows: DeliveryException) -> list[str]:
    return [str(row.public_id) for row in rows]


def test_tiles_count_what_waits(client_as: ClientAs, found: list[DeliveryException]) -> None:
    client = client_as(Role.CLERK)
    soon = timezone.localdate() + timedelta(days=3)
    DeliveryException.objects.filter(pk=found[0].pk).update(
        owner=client.staff, due_on=soon, opened_at=timezone.now()
    )
    page = client.get(LIST)
    assert [(str(tile.label), tile.value) for tile in page.context["tiles"]] == [
        ("未対応", 3),
        ("期限切れ", 2),
        ("30日を超えるもの", 2),
        ("担当なし", 2),
        ("自分の担当", 1),
    ]
    ages = {row.pk: (row.age, row.late) for row in rows_of(page)}
    days = (timezone.now() - MORNING).days
    assert ages == {found[0].pk: (0, False), found[1].pk: (days, True), found[2].pk: (days, True)}
    assert text_of(page).count("2025-08-04 期限切れ") == 2


def test_the_list_is_narrowed_by_owner_and_lateness(
    client_as: ClientAs, found: list[DeliveryException]
) -> None:
    client = client_as(Role.CLERK)
    soon = timezone.localdate() + timedelta(days=3)
    DeliveryException.objects.filter(pk=found[0].pk).update(owner=client.staff, due_on=soon)
    assert rows_of(client.get(LIST, {"whose": "mine"})) == [found[0]]
    assert rows_of(client.get(LIST, {"whose": "nobody"})) == found[1:]
    assert rows_of(client.get(LIST, {"whose": "overdue", "code": "refused"})) == found[1:]


def test_ticked_rows_get_an_owner_and_a_due_date(client_as: ClientAs, found: list[DeliveryException]) -> None:
    client, other = client_as(Role.CLERK), staff(Role.RETURNS)
    due = timezone.localdate() + timedelta(days=7)
    entries = {"picked": picked(*found[:2]), "owner": other.username, "due_on": due.isoformat()}
    assert messages_of(client.post(BULK, entries, follow=True)) == ["2件を変更しました。"]
    rows = DeliveryException.objects.order_by("pk").values_list("owner__username", "due_on")
    expected = [(other.username, due), (other.username, due), (None, found[2].due_on)]
    assert [(owner or None, day) for owner, day in rows] == expected


def test_ticked_rows_are_resolved_together(client_as: ClientAs, found: list[DeliveryException]) -> None:
    client = client_as(Role.CLERK)
    entries = {"picked": picked(*found), "resolution": "handed_over", "note": "支部でまとめて手渡し"}
    assert messages_of(client.post(BULK, entries, follow=True)) == ["3件の対応を完了しました。"]
    assert set(DeliveryException.objects.values_list("state", "resolution")) == {("resolved", "handed_over")}


def test_what_cannot_be_done_for_one_is_done_for_none(
    client_as: ClientAs, found: list[DeliveryException]
) -> None:
    client, other = client_as(Role.CLERK), staff(Role.CLERK)
    DeliveryException.objects.filter(pk=found[1].pk).update(owner=other)
    entries = {"picked": picked(*found), "resolution": "handed_over", "note": "手渡し"}
    (told,) = messages_of(client.post(BULK, entries, follow=True))
    assert told.startswith(f"封筒 {found[1].event.envelope.piece_no}：佐藤 健一 さんが担当しています。")
    assert DeliveryException.objects.filter(state="open").count() == 3


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"note": "x"}, "行を選んでください。"),
        ({"picked": ["not-a-number"], "note": "x"}, "“not-a-number” は有効なUUIDではありません。"),
        ({"picked": [str(uuid4())], "note": "x"}, "正しく選択してください。"),
    ],
)
def test_a_choice_that_is_none_is_refused(
    client_as: ClientAs, found: list[DeliveryException], entries: dict[str, object], told: str
) -> None:
    (message,) = messages_of(client_as(Role.CLERK).post(BULK, entries, follow=True))
    assert message.startswith(told)


def test_nothing_entered_is_nothing_to_do(client_as: ClientAs, found: list[DeliveryException]) -> None:
    told = messages_of(client_as(Role.CLERK).post(BULK, {"picked": picked(found[0])}, follow=True))
    assert told == ["担当、期限、経過のいずれかを入力してください。"]


def test_rows_of_another_branch_cannot_be_ticked(client_as: ClientAs, found: list[DeliveryException]) -> None:
    client = client_as(Role.CLERK, branch_code="27")
    client.post(BULK, {"picked": picked(*found), "note": "x", "resolution": "handed_over"})
    assert DeliveryException.objects.filter(state="resolved").count() == 0
    assert_only(client_as, BULK, Permission.WORK_EXCEPTIONS, "post")


def test_work_is_given_to_those_who_may_do_it(db: None) -> None:
    everywhere, tokyo, osaka = (staff(Role.CLERK, branch_code=code) for code in ("", "13", "27"))
    staff(Role.INQUIRY)
    staff(Role.CLERK, is_active=False)
    assert list(workers_for(everywhere)) == sorted([everywhere, tokyo, osaka], key=lambda one: one.username)
    assert set(workers_for(tokyo)) == {everywhere, tokyo}
