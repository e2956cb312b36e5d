from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.roles import Role
from backoffice.services.login_guard import ATTEMPTS
from tests.factories.backoffice import UserFactory
from tests.page_text import text_of

if TYPE_CHECKING:
    from tests.conftest import ClientAs

PASSWORD = "kakunin-2025-07"


def log_in(username: str, password: str) -> tuple[int, str]:
    response = Client().post(reverse("backoffice:login"), {"username": username, "password": password})
    return response.status_code, response.headers.get("Location", "")


@pytest.fixture
def username() -> str:
    # The pause after wrong passwords is kept in the shared cache, so every test has a name of its own.
    return f"login-{uuid4().hex}"


@pytest.fixture
def _account(db: None, username: str) -> None:
    user = UserFactory.build(username=username)
    user.set_password(PASSWORD)
    user.save()


@pytest.mark.usefixtures("_account")
def test_login_leads_home(username: str) -> None:
    assert log_in(username, PASSWORD) == (302, reverse("backoffice:home"))


@pytest.mark.usefixtures("_account")
def test_login_with_wrong_password_says_so(username: str) -> None:
    response = Client().post(reverse("backoffice:login"), {"username": username, "password": "wrong"})
    assert response.context["form"].non_field_errors() == ["ログイン名またはパスワードが正しくありません。"]


@pytest.mark.usefixtures("_account")
def test_ten_wrong_passwords_pause_the_account_even_for_the_right_one(username: str) -> None:
    for _ in range(ATTEMPTS):
        assert log_in(username, "wrong")[0] == 200
    response = Client().post(reverse("backoffice:login"), {"username": username, "password": PASSWORD})
    assert response.context["form"].non_field_errors() == [
        "パスワードの誤りが続いたため、ログインを一時停止しています。15分後にもう一度お試しください。"
    ]


@pytest.mark.usefixtures("_account")
def test_right_password_ends_a_row_of_wrong_ones(username: str) -> None:
    for _ in range(ATTEMPTS - 1):
        log_in(username, "wrong")
    assert log_in(username, PASSWORD)[0] == 302
    assert log_in(username, "wrong")[0] == 200
    assert log_in(username, PASSWORD)[0] == 302


@pytest.mark.usefixtures("_account")
def test_login_goes_on_to_the_page_that_was_asked_for(username: str) -> None:
    asked = Client().get(reverse("backoffice:account"))
    assert asked.headers["Location"] == "/login?next=/account/"
    response = Client().post(
        asked.headers["Location"], {"username": username, "password": PASSWORD, "next": "/account/"}
    )
    assert response.headers["Location"] == "/account/"


def test_login_page_shows_no_menu(db: None) -> None:
    response = Client().get(reverse("backoffice:login"))
    assert response.status_code == 200
    assert "メニュー" not in text_of(response)


def test_login_page_sends_on_who_is_logged_in(client_as: ClientAs) -> None:
    assert client_as(Role.CLERK).get(reverse("backoffice:login")).headers["Location"] == reverse(
        "backoffice:home"
    )


def test_logout_is_a_post(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    assert client.get(reverse("backoffice:logout")).status_code == 405
    assert client.post(reverse("backoffice:logout")).headers["Location"] == reverse("backoffice:login")
    assert client.get(reverse("backoffice:account")).status_code == 302


def test_home_leads_an_administrator_to_a_page_they_may_open(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    home = client.get(reverse("backoffice:home"))
    assert home.status_code == 302
    assert client.get(home.headers["Location"]).status_code == 200


def test_home_leads_somebody_without_any_role_nowhere(client_as: ClientAs) -> None:
    assert client_as().get(reverse("backoffice:home")).status_code == 403


def test_health_check_answers_without_login(db: None) -> None:
    assert Client().get("/healthz").content == b"ok"
