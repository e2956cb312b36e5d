from __future__ import annotations

from contextlib import suppress
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from backoffice.models import User
from backoffice.refusal import Refused
from backoffice.roles import PERMISSIONS, Permission, Role, permissions_of
from backoffice.services.users import change_user, create_user, set_password
from backoffice.staff import role_names, staff_name
from tests.factories.backoffice import UserFactory

pytestmark = pytest.mark.django_db
ACCOUNT: dict[str, Any] = {"last_name": "鈴木", "first_name": "美咲", "roles": ["clerk"], "branch_code": ""}


def administrator() -> User:
    return UserFactory.create(roles=["admin"])


def test_create_user_refuses_who_may_not_manage() -> None:
    with pytest.raises(PermissionDenied):
        create_user(username="mio", password="x", by=UserFactory.create(roles=["supervisor"]), **ACCOUNT)


def test_create_user_refuses_a_taken_name() -> None:
    UserFactory.create(username="mio")
    with pytest.raises(Refused) as refusal:
        create_user(username="mio", password="x", by=administrator(), **ACCOUNT)
    assert refusal.value.code == "username_taken"


def test_change_user_refuses_who_may_not_manage() -> None:
    with pytest.raises(PermissionDenied):
        change_user(user=UserFactory.create(), is_active=True, by=UserFactory.create(), **ACCOUNT)


@pytest.mark.parametrize(("roles", "is_active"), [(["clerk"], True), (["admin"], False)])
def test_change_user_leaves_administrators_their_own_key(roles: list[str], is_active: bool) -> None:
    user = administrator()
    with pytest.raises(Refused) as refusal:
        change_user(user=user, by=user, is_active=is_active, **ACCOUNT | {"roles": roles})
    assert refusal.value.code == "own_account"


def test_change_user_lets_administrators_take_further_roles() -> None:
    user = administrator()
    change_user(user=user, by=user, is_active=True, **ACCOUNT | {"roles": ["admin", "auditor"]})
    assert User.objects.get(pk=user.pk).roles == ["admin", "auditor"]


def test_set_password_of_somebody_else_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        set_password(user=UserFactory.create(), password="x", by=UserFactory.create(roles=["clerk"]))


def test_set_own_password_needs_none() -> None:
    user = UserFactory.create()
    set_password(user=user, password="kakunin", by=user)
    assert User.objects.get(pk=user.pk).check_password("kakunin")


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"last_name": "佐藤", "first_name": "健一"}, "佐藤 健一"),
        ({"last_name": "佐藤", "first_name": ""}, "佐藤"),
        ({"last_name": "", "first_name": "", "username": "mio"}, "mio"),
    ],
)
def test_staff_name_is_family_name_first(columns: dict[str, str], name: str) -> None:
    assert staff_name(User(**columns)) == name


def test_staff_name_of_nobody_is_a_dash() -> None:
    assert staff_name(None) == "—"


def test_role_names_follow_the_order_of_declaration() -> None:
    assert role_names(User(roles=["auditor", "clerk"])) == ["事務担当", "監査"]


def test_several_roles_add_up() -> None:
    assert permissions_of(["clerk", "auditor"]) == PERMISSIONS[Role.CLERK] | PERMISSIONS[Role.AUDITOR]


def test_disabled_user_may_nothing_even_as_superuser() -> None:
    assert not User(is_superuser=True, is_active=False).may(Permission.VIEW_HOME)
    assert User(is_superuser=True).may(Permission.MANAGE_USERS)


def test_administrators_see_no_personal_data() -> None:
    assert {Permission.VIEW_PERSONS, Permission.VIEW_BATCHES, Permission.VIEW_RETURNS} & PERMISSIONS[
        Role.ADMIN
    ] == set()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_the_role_from_each_other_leave_one() -> None:
    both = [administrator(), administrator()]
    start = Barrier(2)

    def take(by: User, user: User) -> None:
        try:
            start.wait(30)
            with suppress(PermissionDenied):
                change_user(user=user, is_active=True, by=by, **ACCOUNT)
        finally:
            connection.close()

    threads = [Thread(target=take, args=pair) for pair in (both, both[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(roles__contains=["admin"]).count() == 1
