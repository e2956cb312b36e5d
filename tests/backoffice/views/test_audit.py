from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from backoffice.audit_words import (
    ENTITIES,
    SCREENS,
    column_changes,
    column_name,
    entity_name,
    screen_name,
    state_name,
)
from backoffice.filters import AccessLogFilterForm
from backoffice.models import AccessLog, Transition, User
from backoffice.queries.audit import seen_by_many, volumes
from backoffice.roles import Permission, Role
from backoffice.services.access_log import log_access
from backoffice.services.audit_chain import seal_new_rows
from backoffice.states import move
from issuance.models import InsuredPerson
from mailing.models import Envelope, PrintBatch
from tests.factories.backoffice import MORNING, AccessLogFactory, UserFactory
from tests.factories.mailing import a_campaign, a_household, pack_and_plan
from tests.factories.planner import plan_for_large_tables
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

pytestmark = pytest.mark.django_db

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

URL = "/access-log/"
JAPANESE = re.compile(r"[ぁ-ゟァ-ヿ一-鿿]")


@pytest.mark.parametrize("page", ["", "changes/", "volumes/", "report/"])
def test_only_auditors_open_the_audit_pages(client_as: ClientAs, page: str) -> None:
    assert_only(client_as, URL + page, Permission.VIEW_AUDIT)


@pytest.mark.parametrize("rows", [1, 3])
def test_access_log_needs_the_same_queries_for_one_and_three_rows(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    client = client_as(Role.AUDITOR)
    AccessLogFactory.create_batch(rows)
    with django_assert_num_queries(4):  # session, user, rows, campaign
        response = client.get(URL)
    assert len(rows_of(response)) == rows


def test_access_log_says_who_did_what_when(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    log_access(
        user=UserFactory.create(username="sato"),
        action=AccessLog.Action.EXPORT,
        screen="selection-export",
        subject="0100001",
        at=MORNING,
        reason="照合のため",
    )
    assert "2025-07-21 09:00 佐藤 健一（sato） 出力 判定結果の出力 0100001 照合のため" in text_of(
        client.get(URL)
    )


def test_empty_access_log_says_when_something_will_be_there(client_as: ClientAs) -> None:
    assert "記録はまだありません 職員が加入者や封筒の情報を" in text_of(client_as(Role.AUDITOR).get(URL))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"username": "sato"}, ["A"]),
        ({"action": "search"}, ["B"]),
        ({"subject": "A"}, ["A"]),
        ({"since": "2025-07-22"}, ["B"]),
        ({"until": "2025-07-21"}, ["A"]),
        ({"since": "2025-07-21", "until": "2025-07-22"}, ["B", "A"]),
        ({"since": "yesterday"}, []),
    ],
)
def test_access_log_filters(client_as: ClientAs, query: dict[str, str], found: list[str]) -> None:
    AccessLogFactory.create(subject="A", user=UserFactory.create(username="sato"))
    AccessLogFactory.create(subject="B", action=AccessLog.Action.SEARCH, at=MORNING + timedelta(days=1))
    response = client_as(Role.AUDITOR).get(URL, query)
    assert [line.subject for line in rows_of(response)] == found


def test_filter_that_finds_nothing_says_so(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.AUDITOR).get(URL, {"subject": "none"}))
    assert "条件に合うものはありません 条件を変えるか、消してください。" in page


def test_broken_filter_says_so(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.AUDITOR).get(URL, {"since": "yesterday"}))
    assert "入力に誤りがあります 条件の欄をご確認ください。 日付を正しく入力してください。" in page


def look(user: User, subject: str, at: datetime = MORNING, **columns: str) -> None:
    AccessLogFactory.create(user=user, subject=subject, at=at, **columns)


def test_changes_are_told_in_words(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    UserFactory.create(username="sato", branch_code="")
    User.objects.filter(username="sato").update(branch_code="27", is_active=False)
    page = client.get(URL + "changes/", {"entity": "backoffice.user"})
    [row] = rows_of(page)
    assert sorted(row.values) == ["branch_code", "is_active"]
    assert "（" in text_of(page)
    assert " 職員 " in text_of(page)
    assert "sato 変更 有効（はい → いいえ）、支部（なし → 27） 文字コード" in text_of(page)
    assert rows_of(client.get(URL + "changes/", {"username": "nobody"})) == []


def test_what_a_member_of_staff_did_stands_on_one_page(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    user = UserFactory.create(username="sato")
    look(user, "A", timezone.now())
    Transition.objects.create(
        entity="mailing.envelope",
        subject_id=7,
        from_state="planned",
        to_state="released",
        at=MORNING,
        by=user,
    )
    page = client.get(f"{URL}staff/{user.pk}/")
    text = text_of(page)
    assert "照会（加入者の画面） A" in text
    assert "封筒 行 7 作成予定 印刷引渡し済み" in text
    assert [row["views"] for row in page.context["days"].data] == [1]
    assert client.get(f"{URL}staff/{user.pk + 1000}/").status_code == 404


def test_far_more_than_usual_and_work_at_night_are_marked(client_as: ClientAs) -> None:
    curious, nightly, steady = (UserFactory.create(username=name) for name in ("a", "b", "c"))
    for day in (1, 2):
        look(curious, f"old{day}", MORNING - timedelta(days=day))
    for number in range(50):
        look(curious, f"P{number}")
    look(nightly, "P1", MORNING + timedelta(hours=14))
    look(steady, "P1")
    look(steady, "", action="search")
    lines = {line.user.username: line for line in volumes(date(2025, 7, 21))}
    assert {name: line.is_unusual for name, line in lines.items()} == {"a": True, "b": True, "c": False}
    assert (lines["a"].subjects, lines["a"].usual, lines["b"].at_night) == (50, 1, 1)
    assert (lines["c"].subjects, lines["c"].searches, lines["c"].views) == (1, 1, 1)
    page = text_of(client_as(Role.AUDITOR).get(URL + "volumes/", {"day": "2025-07-21"}))
    assert "令和7年7月21日の閲覧" in page
    assert page.count("ふだんどおり") == 1
    assert "5人以上の職員に見られた対象はありません。" in page


def test_subject_many_people_look_at_is_named(client_as: ClientAs) -> None:
    for _person in range(5):
        look(UserFactory.create(), "0100001")
    look(UserFactory.create(), "0100002")
    assert seen_by_many(date(2025, 7, 25)) == [("0100001", 5)]
    page = text_of(client_as(Role.AUDITOR).get(URL + "volumes/", {"day": "2025-07-25"}))
    assert "0100001 ：5人" in page


def test_monthly_report_counts_and_names(client_as: ClientAs) -> None:
    client, user = client_as(Role.AUDITOR), UserFactory.create(username="sato")
    look(user, "A")
    look(user, "0100001", action="export", screen="selection-export", reason="照合のため")
    look(user, "B", MORNING + timedelta(days=31))
    Transition.objects.create(
        entity="mailing.envelope",
        subject_id=7,
        from_state="planned",
        to_state="released",
        at=MORNING,
        by=user,
    )
    seal_new_rows(at=MORNING)
    page = client.get(URL + "report/", {"month": "2025-07"})
    [(who, counts)] = [(row["user"], row) for row in page.context["staff"].data]
    assert who == user
    assert [counts[name] for name in ("views", "exports", "subjects", "moves", "changes")] == [1, 1, 2, 1, 0]
    text = text_of(page)
    assert "個人情報の閲覧・出力・変更の報告（2025年7月、" in text
    assert "出力 判定結果の出力 0100001 照合のため" in text
    assert [head[:3] for head in page.context["heads"]] == [
        ("閲覧・出力の記録", "access", 1),
        ("状態の移り変わり", "transition", 1),
    ]


def test_pages_without_a_day_show_today(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    today = timezone.localdate()
    assert client.get(URL + "volumes/").context["day"] == today
    assert client.get(URL + "report/", {"month": "soon"}).context["month"] == today.replace(day=1)


def test_code_nobody_named_is_shown_as_it_is() -> None:
    assert (screen_name("x"), entity_name("y"), state_name("mailing.envelope", "z")) == ("x", "y", "z")
    changed = column_changes("backoffice.user", {"gone": None, "roles": [["clerk"], []]})
    assert changed == ["役割（clerk → なし）", "gone"]


def test_every_logged_screen_and_kept_table_has_a_name() -> None:
    named = re.findall(
        r'logged_as = "([^"]+)"|screen="([^"]+)"|self\.note\(AccessLog\.Action\.\w+, "([^"]+)"',
        "".join(
            path.read_text()
            for app in ("backoffice", "employers", "issuance", "mailing", "returns")
            for path in Path(app).rglob("views/*.py")
        ),
    )
    screens = {name for names in named for name in names if name}
    assert screens - set(SCREENS) == set()
    assert {label.lower() for label in settings.CHANGE_HISTORY} - set(ENTITIES) == set()


def test_records_are_told_by_their_public_numbers(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    user = UserFactory.create(username="sato")
    PrintBatch.objects.filter(pk=batch.pk).update(manifest_sha256="a" * 64, submitted_by=user)
    InsuredPerson.objects.update(name="別　名")
    person = InsuredPerson.objects.get()
    page = text_of(client.get(URL + "changes/"))
    digest = "承認する内容のハッシュ（なし → " + "a" * 40 + "…）"
    assert f"印刷バッチ {batch.number} 変更 {digest}、提出した方（なし → {user.pk}）" in page
    assert f"加入者 {person.public_id} 変更 氏名" in page
    assert "別　名" not in page
    envelope = Envelope.objects.get()
    move(Envelope.objects.all(), to="pulled", at=MORNING, by=user, reason="lost")
    activity = text_of(client.get(f"{URL}staff/{user.pk}/"))
    assert f"封筒 {envelope.piece_no} 作成予定 引抜き" in activity


def test_what_is_gone_is_told_by_its_row(client_as: ClientAs) -> None:
    gone = UserFactory.create(username="gone")
    key = gone.pk
    gone.delete()
    page = text_of(client_as(Role.AUDITOR).get(URL + "changes/", {"entity": "backoffice.user"}))
    assert f"職員 行 {key} 削除" in page


def test_every_kept_column_has_a_japanese_name() -> None:
    unnamed = [
        f"{label}.{column}"
        for label, (shown, hidden) in settings.CHANGE_HISTORY.items()
        for column in f"{shown} {hidden}".split()
        for field in apps.get_model(label)._meta.concrete_fields
        if field.column == column and not JAPANESE.search(column_name(column, field))
    ]
    assert unnamed == []


def test_what_is_taken_is_not_looked_for_among_all_looks(db: None) -> None:
    form = AccessLogFilterForm({"action": "reveal"})
    assert form.is_valid()
    plan_for_large_tables("backoffice_accesslog")
    plan = form.apply(AccessLog.objects.order_by("-pk"))[:50].explain()
    assert "access_log_of_what_is_taken" in plan
