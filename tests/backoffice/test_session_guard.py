from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.roles import Role
from backoffice.services.login_guard import ATTEMPTS, ATTEMPTS_FROM_ONE_ADDRESS
from backoffice.session_guard import BEGAN, CONFIRMED, NOTED_EVERY, SEEN
from tests.factories.backoffice import JobFactory, UserFactory
from tests.page_text import messages_of, text_of

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.conftest import ClientAs, StaffClient

pytestmark = pytest.mark.django_db
ACCOUNT, CONFIRM = reverse("backoffice:account"), reverse("backoffice:confirm")
PASSWORD = "kakunin-2025-07"


def turn_back(client: StaffClient, name: str, seconds: float) -> float:
    """Let something in the session have happened earlier."""
    session = client.session
    session[name] -= seconds
    session.save()
    return float(session[name])


def removal(user_pk: int) -> str:
    return reverse("backoffice:user-second-factor-remove", args=[user_pk])


def test_session_ends_when_nobody_works(client_as: ClientAs, settings: Settings) -> None:
    client = client_as(Role.CLERK)
    turn_back(client, SEEN, settings.SESSION_IDLE_SECONDS - 5)
    assert client.get(ACCOUNT).status_code == 200
    turn_back(client, SEEN, settings.SESSION_IDLE_SECONDS + 5)
    answer = client.get(ACCOUNT + "?x=1", follow=True)
    assert answer.redirect_chain == [("/login?next=%2Faccount%2F%3Fx%3D1", 302)]
    assert messages_of(answer) == [
        "しばらく操作がなかったため、または時間の上限に達したため、ログアウトしました。"
    ]
    assert client.get(ACCOUNT).status_code == 302


def test_session_ends_after_a_working_day_however_busy(client_as: ClientAs, settings: Settings) -> None:
    client = client_as(Role.CLERK)
    turn_back(client, BEGAN, settings.SESSION_COOKIE_AGE + 5)
    assert client.get(ACCOUNT).status_code == 302


def test_work_is_noted_once_a_minute(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    early = turn_back(client, SEEN, NOTED_EVERY - 30)
    client.get(ACCOUNT)
    assert client.session[SEEN] == early
    early = turn_back(client, SEEN, 60)
    client.get(ACCOUNT)
    assert client.session[SEEN] > early


def test_progress_bar_that_asks_by_itself_is_no_work(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(running=True, started_by=client.staff)
    job.refresh_from_db()
    early = turn_back(client, SEEN, NOTED_EVERY + 30)
    assert client.get(reverse("backoffice:job-progress", args=[job.public_id])).status_code == 200
    assert client.session[SEEN] == early


def test_what_can_not_be_taken_back_asks_for_the_password_after_ten_minutes(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    client.staff.set_password(PASSWORD)
    client.staff.save()
    client.force_login(client.staff)
    session = client.session
    session["second_factor"] = True
    session.save()
    other = UserFactory.create(second_factor_secret="X")
    turn_back(client, CONFIRMED, 601)
    page = reverse("backoffice:user-edit", args=[other.pk])
    answer = client.post(removal(other.pk), headers={"referer": f"http://testserver{page}"})
    assert answer.headers["Location"] == f"{CONFIRM}?next=%2Fusers%2F{other.pk}%2F"
    other.refresh_from_db()
    assert other.second_factor_secret == "X"
    asked = client.get(answer.headers["Location"])
    assert f'name="next" value="{page}"' in asked.content.decode()
    wrong = client.post(CONFIRM, {"password": "guess", "next": page})
    assert wrong.context["form"].non_field_errors() == ["パスワードが正しくありません。"]
    right = client.post(CONFIRM, {"password": PASSWORD, "next": page}, follow=True)
    assert right.redirect_chain == [(page, 302)]
    assert messages_of(right) == ["本人確認ができました。もう一度ボタンを押してください。"]
    assert messages_of(client.post(removal(other.pk), follow=True)) == [
        f"職員「{other.username}」の認証アプリを解除しました。"
    ]


def test_guessing_the_password_at_the_confirmation_is_slowed_down(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    for _ in range(ATTEMPTS):
        client.post(CONFIRM, {"password": "guess"})
    answer = client.post(CONFIRM, {"password": "guess"})
    assert answer.context["form"].non_field_errors() == [
        "パスワードの誤りが続きました。15分後にもう一度お試しください。"
    ]


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_confirmation_leads_nowhere_outside(client_as: ClientAs, elsewhere: str) -> None:
    client = client_as(Role.CLERK)
    client.staff.set_password(PASSWORD)
    client.staff.save()
    client.force_login(client.staff)
    answer = client.post(CONFIRM, {"password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_button_without_a_page_behind_it_leads_home(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    turn_back(client, CONFIRMED, 601)
    assert client.post(removal(1)).headers["Location"] == f"{CONFIRM}?next=%2F"


def test_many_wrong_passwords_from_one_address_pause_it_for_every_account() -> None:
    def log_in(username: str, address: str) -> str:
        entered = {"username": username, "password": "wrong"}
        page = Client(REMOTE_ADDR=address).post(reverse("backoffice:login"), entered)
        return text_of(page)

    for _ in range(ATTEMPTS_FROM_ONE_ADDRESS):
        log_in(uuid4().hex, "192.0.2.1")
    assert "ログインを一時停止しています" in log_in(uuid4().hex, "192.0.2.1")
    assert "ログインを一時停止しています" not in log_in(uuid4().hex, "192.0.2.2")
