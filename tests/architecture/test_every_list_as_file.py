"""Every list of the system can be had as a file: the same rows and columns as on the screen, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import QueryDict
from django.urls import resolve

from backoffice.list_files import ListFile, list_at
from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.roles import Role
from issuance.models import InsuredPerson
from tests.architecture.test_branch_scope import records  # noqa: F401 - a fixture
from tests.architecture.test_role_matrix import routes
from tests.factories.backoffice import UserFactory

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
# What has to be entered before these lists show anything.
WORDS = {"issuance:person-list": "words", "returns:card-search": "words"}


@pytest.mark.usefixtures("records")
def test_every_list_as_a_file(client: Client) -> None:
    person = InsuredPerson.objects.select_related("household").get()
    reader = UserFactory.create(roles=[role.value for role in Role], is_superuser=False)
    lists = {name: address for name, address in routes().items() if _is_list(address)}
    assert len(lists) >= 12
    empty, marked = set(), []
    for name, address in lists.items():
        entered = QueryDict(mutable=True)
        if name in WORDS:
            entered[WORDS[name]] = f"{person.household.symbol} {person.household.number}"
        file = ListFile(list_at(address, reader=reader), entered)
        rows = list(file.rows())
        assert {len(row) for row in rows} <= {len(file.header)}
        if not rows:
            empty.add(name)
        marked += [(name, cell) for row in rows for cell in row if "<" in cell or "—" in cell]
    assert marked == []
    assert empty <= {
        "backoffice:access-log-list",
        "mailing:stopped-list",
        "returns:unknown-list",
        "returns:returns-import-list",
        "returns:tray-list",
        "backoffice:export-list",
        "issuance:selection-changes",
    }
    shown = AccessLog.objects.filter(screen="person-list", subject=str(person.public_id))
    assert shown.count() == 1


def _is_list(address: str) -> bool:
    found = resolve(address)
    return not found.kwargs and issubclass(getattr(found.func, "view_class", object), ListPageView)
