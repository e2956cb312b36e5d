from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from backoffice.models import Change, User
from backoffice.roles import Role
from backoffice.services.change_history import (
    install_history_triggers,
    missing_history_triggers,
    remove_history_triggers,
)
from issuance.models import InsuredPerson
from tests.factories.backoffice import UserFactory
from tests.factories.issuance import InsuredPersonFactory

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db


def kept(entity: str) -> list[tuple[int, str, object, str | None]]:
    rows = Change.objects.filter(entity=entity).order_by("pk").select_related("by")
    return [(row.subject_id, row.operation, row.values, row.by.username if row.by else None) for row in rows]


def test_bulk_sql_leaves_one_row_for_each_changed_row() -> None:
    people = [InsuredPersonFactory.create() for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE issuance_insuredperson SET myna_usable = (id = %s)", [people[1].pk])
    assert kept("issuance.insuredperson") == [(people[1].pk, "update", {"myna_usable": [False, True]}, None)]
    assert Change.objects.get().database_role == connection.settings_dict["USER"]


def test_of_personal_data_only_the_fact_is_kept() -> None:
    person = InsuredPersonFactory.create()
    InsuredPerson.objects.update(address1="東京都港区芝公園4-2-8", nondisclosure=True)
    assert kept("issuance.insuredperson") == [
        (person.pk, "update", {"address1": None, "nondisclosure": [False, True]}, None)
    ]


def test_column_that_is_not_kept_leaves_nothing() -> None:
    user = UserFactory.create()
    User.objects.update(email="a@example.jp")
    User.objects.update(last_name=user.last_name)
    assert kept("backoffice.user") == []


def test_deleted_row_leaves_its_kept_values() -> None:
    user = UserFactory.create(username="gone", roles=["clerk"])
    key = user.pk
    user.delete()
    [(subject, operation, values, _by)] = kept("backoffice.user")
    assert (subject, operation) == (key, "delete")
    assert isinstance(values, dict)
    assert (values["username"], values["roles"]) == (["gone", None], [["clerk"], None])
    assert "password" not in values


def test_who_acted_is_the_one_who_pressed_the_button(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN, username="kanri")
    user = UserFactory.create(roles=["clerk"])
    entered = {
        "last_name": "田中",
        "first_name": "",
        "roles": ["clerk"],
        "branch_code": "",
        "is_active": "on",
    }
    client.post(f"/users/{user.pk}/", entered)
    assert kept("backoffice.user") == [
        (user.pk, "update", {"last_name": ["佐藤", "田中"], "first_name": ["健一", ""]}, "kanri")
    ]


def test_nobody_is_named_for_a_session_of_somebody_unknown() -> None:
    UserFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('todoke.staff', '999999', true)")
    User.objects.update(branch_code="13")
    assert [who for *_rest, who in kept("backoffice.user")] == [None]


def test_history_can_not_be_changed() -> None:
    UserFactory.create()
    User.objects.update(branch_code="13")
    with pytest.raises(Exception, match="Cannot update or delete rows from backoffice_change"):
        Change.objects.update(values={})


def test_migrate_puts_every_trigger_in_its_place() -> None:
    remove_history_triggers()
    assert "issuance_insuredperson" in missing_history_triggers()
    call_command("migrate", stdout=StringIO(), verbosity=0)
    assert missing_history_triggers() == []


def test_column_the_settings_invent_is_refused(settings: Settings) -> None:
    settings.CHANGE_HISTORY = {"backoffice.User": ("username shoe_size", "")}
    with pytest.raises(LookupError, match=r"backoffice\.User does not have: \['shoe_size'\]"):
        install_history_triggers()


def test_anonymous_post_changes_nothing() -> None:
    assert Client().post("/users/1/", {}).status_code == 302
    assert kept("backoffice.user") == []
