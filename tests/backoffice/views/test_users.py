from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import User
from backoffice.roles import Permission, Role
from tests.factories.backoffice import UserFactory
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

LIST = "/users/"
NEW = {
    "username": "sato.k",
    "last_name": "佐藤",
    "first_name": "健一",
    "roles": ["clerk", "returns"],
    "branch_code": "13",
    "password1": "kakunin-2025-07",
    "password2": "kakunin-2025-07",
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["user-list", "user-create"])
def test_only_administrators_reach_the_accounts(client_as: ClientAs, name: str, method: str) -> None:
    assert_only(client_as, reverse(f"backoffice:{name}"), Permission.MANAGE_USERS, method)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["user-edit", "user-password"])
def test_only_administrators_reach_one_account(client_as: ClientAs, name: str, method: str) -> None:
    assert_only(
        client_as,
        reverse(f"backoffice:{name}", args=[UserFactory.create().pk]),
        Permission.MANAGE_USERS,
        method,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_user_list_needs_the_same_queries_for_one_and_three_rows(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    client = client_as(Role.ADMIN)
    UserFactory.create_batch(rows - 1, branch_code="13")
    with django_assert_num_queries(4):  # session, user, rows, campaign
        response = client.get(LIST)
    assert len(rows_of(response)) == rows


def test_user_list_shows_name_roles_branch_and_use(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN, username="kanri")
    UserFactory.create(
        username="mio",
        last_name="髙橋",
        first_name="澪",
        roles=["returns", "clerk"],
        branch_code="27",
        is_active=False,
    )
    row = text_of(client.get(LIST, {"username": "mio"}))
    assert "mio 髙橋 澪 事務担当、還付担当 大阪支部 停止中 — —" in row


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"username": "ALPHA"}, ["alpha"]),
        ({"role": "auditor"}, ["beta"]),
        ({"active": "0"}, ["gamma"]),
        ({"active": "1", "role": "returns"}, ["alpha"]),
        ({"username": "nobody"}, []),
        ({"role": "no such role"}, []),
    ],
)
def test_user_list_filters(client_as: ClientAs, query: dict[str, str], found: list[str]) -> None:
    client = client_as(Role.ADMIN, username="kanri")
    UserFactory.create(username="alpha", roles=["returns"])
    UserFactory.create(username="beta", roles=["auditor"])
    UserFactory.create(username="gamma", roles=["returns"], is_active=False)
    assert [user.username for user in rows_of(client.get(LIST, query))] == found


def test_user_list_sorts_by_login_name_downwards(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN, username="kanri")
    UserFactory.create(username="abe")
    assert [user.username for user in rows_of(client.get(LIST, {"sort": "-username"}))] == ["kanri", "abe"]


def test_create_user_makes_an_account_that_can_log_in(client_as: ClientAs) -> None:
    response = client_as(Role.ADMIN).post(reverse("backoffice:user-create"), NEW, follow=True)
    assert messages_of(response) == ["職員「sato.k」を登録しました。"]
    user = User.objects.get(username="sato.k")
    assert (user.last_name, user.roles, user.branch_code) == ("佐藤", ["clerk", "returns"], "13")
    assert user.check_password("kakunin-2025-07")


def test_create_user_refuses_a_taken_name_at_the_form(client_as: ClientAs) -> None:
    UserFactory.create(username="sato.k")
    response = client_as(Role.ADMIN).post(reverse("backoffice:user-create"), NEW)
    assert response.context["form"].non_field_errors() == ["このログイン名はすでに使われています。"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password2": "another-one-2025"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"roles": []}, "roles"),
        ({"branch_code": "48"}, "branch_code"),
        ({"username": "佐藤 健一"}, "username"),
    ],
)
def test_create_user_shows_what_is_wrong(client_as: ClientAs, changed: dict[str, object], field: str) -> None:
    response = client_as(Role.ADMIN).post(reverse("backoffice:user-create"), NEW | changed)
    assert list(response.context["form"].errors) == [field]
    assert User.objects.count() == 1


def test_edit_user_changes_roles_and_use(client_as: ClientAs) -> None:
    user = UserFactory.create(username="mio", roles=["clerk"], branch_code="13")
    page = client_as(Role.ADMIN).get(reverse("backoffice:user-edit", args=[user.pk]))
    assert page.context["form"].initial["roles"] == ["clerk"]
    response = client_as(Role.ADMIN).post(
        reverse("backoffice:user-edit", args=[user.pk]),
        {"last_name": "髙橋", "roles": ["returns"]},
        follow=True,
    )
    assert messages_of(response) == ["職員「mio」を変更しました。"]
    user.refresh_from_db()
    assert (user.last_name, user.roles, user.branch_code, user.is_active) == ("髙橋", ["returns"], "", False)


def test_edit_user_does_not_lock_out_oneself(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    response = client.post(
        reverse("backoffice:user-edit", args=[client.staff.pk]), {"last_name": "佐藤", "roles": ["admin"]}
    )
    assert response.context["form"].non_field_errors() == [
        "ご自身の利用を停止したり、システム管理の役割を外したりすることはできません。"
    ]


def test_set_password_of_another_account(client_as: ClientAs) -> None:
    user = UserFactory.create(username="mio")
    response = client_as(Role.ADMIN).post(
        reverse("backoffice:user-password", args=[user.pk]),
        {"new_password1": "kakunin-2025-08", "new_password2": "kakunin-2025-08"},
        follow=True,
    )
    assert messages_of(response) == ["職員「mio」のパスワードを設定しました。"]
    user.refresh_from_db()
    assert user.check_password("kakunin-2025-08")


def test_unknown_account_is_not_found(client_as: ClientAs) -> None:
    assert client_as(Role.ADMIN).get(reverse("backoffice:user-edit", args=[0])).status_code == 404
