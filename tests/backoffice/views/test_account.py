from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from backoffice.roles import Permission, Role
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs

URL = "/account/"


def test_everybody_reaches_their_own_account(client_as: ClientAs) -> None:
    assert_only(client_as, URL, Permission.USE_OWN_ACCOUNT)


def test_account_shows_what_is_registered(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.CLERK, Role.RETURNS, username="sato", branch_code="13").get(URL))
    assert "ログイン名 sato 氏名 佐藤 健一 役割 事務担当、還付担当 支部 東京支部" in page


def test_account_of_head_office_shows_every_branch(client_as: ClientAs) -> None:
    assert "支部 すべて（本部）" in text_of(client_as(Role.CLERK).get(URL))


def test_own_password_is_changed_and_the_session_goes_on(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    client.staff.set_password("old-kakunin-2025")
    client.staff.save()
    client.force_login(client.staff)
    entered = {
        "old_password": "old-kakunin-2025",
        "new_password1": "new-kakunin-2025",
        "new_password2": "new-kakunin-2025",
    }
    response = client.post(URL, entered, follow=True)
    assert messages_of(response) == ["パスワードを変更しました。"]
    client.staff.refresh_from_db()
    assert client.staff.check_password("new-kakunin-2025")
    assert client.get(URL).status_code == 200


def test_own_password_needs_the_old_one(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    entered = {
        "old_password": "guess",
        "new_password1": "new-kakunin-2025",
        "new_password2": "new-kakunin-2025",
    }
    assert list(client.post(reverse("backoffice:account"), entered).context["form"].errors) == [
        "old_password"
    ]
