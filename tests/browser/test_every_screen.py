"""Every page of the system, with data on it: no barrier that a program can find, and nothing to be scrolled sideways, from a
telephone to a wide screen or on paper, and nothing that a keyboard does not reach and show."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.urls import resolve, reverse
from django.utils import timezone
from playwright.sync_api import expect

from backoffice.access import may_open
from backoffice.models import Job, ListExport, User
from backoffice.roles import Role
from backoffice.services.list_exports import request_list_export
from employers.models import Employer, EmployerImport, TargetList
from issuance.models import Campaign, Certificate, InsuredPerson, LossImport, RosterImport
from japan.piece_number import ENVELOPE_SHIFT, piece_number
from mailing.models import Envelope, PrintBatch
from returns.models import (
    CollectedCard,
    DeliveryException,
    ReturnEvent,
    ReturnsImport,
    ReturnTray,
    UnknownReturn,
)
from returns.services import collect_card, import_returns, open_tray, record_return
from tests.architecture.test_role_matrix import routes
from tests.factories.issuance import LossImportFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.db.models import Model
    from django.test import Client

    from tests.browser.person import Person

pytestmark = pytest.mark.browser

WIDE, NARROW = 1920, 390
# A4 upright without its margins, in CSS pixels.
PAPER = 680
LINK = re.compile(r'<a [^>]*href="(/[^"]*)"')
NEVER_GIVEN = 99_999_999_999
# Which record a page is shown for, by the beginning of its name; the newest one that has come far.
RECORDS: dict[str, tuple[type[Model], str, dict[str, Any]]] = {
    "backoffice:job-": (Job, "public_id", {}),
    "backoffice:export-": (ListExport, "public_id", {}),
    "backoffice:staff-": (User, "pk", {"username": "clerk"}),
    "backoffice:user-": (User, "pk", {"username": "clerk"}),
    "employers:employer-": (Employer, "public_id", {}),
    "employers:target-list": (TargetList, "public_id", {}),
    "employers:import-": (EmployerImport, "public_id", {}),
    "issuance:roster-": (RosterImport, "public_id", {}),
    "issuance:loss-import-": (LossImport, "public_id", {}),
    "issuance:person-": (InsuredPerson, "public_id", {"selection__outcome": "target"}),
    "mailing:batch-": (PrintBatch, "number", {"state": "submitted"}),
    "mailing:envelope-": (Envelope, "piece_no", {"state": "returned"}),
    "returns:campaign-": (Campaign, "code", {}),
    "returns:tray-": (ReturnTray, "public_id", {}),
    "returns:return-": (ReturnEvent, "public_id", {}),
    "returns:returns-import": (ReturnsImport, "public_id", {}),
    "returns:unknown-": (UnknownReturn, "public_id", {}),
    "returns:exception-": (DeliveryException, "public_id", {}),
    "returns:collected-": (CollectedCard, "public_id", {}),
}
# What the story has not: a made export, a package before the release, a campaign before this one.
NOT_MADE_YET = {"backoffice:export-file", "mailing:batch-package", "issuance:roster-changes"}
FURTHER = {"page": 1, "reason": "no_old_card", "what": "new"}


def test_every_screen(as_person: Callable[..., Person], client: Client, tmp_path: Path) -> None:
    call_command("seed_demo", stdout=StringIO())
    everybody = as_person("everybody", *Role, width=WIDE)
    seed_the_rest(User.objects.get(username="everybody"), tmp_path / "returns.csv")
    pages = addresses_of_pages(client, User.objects.get(username="everybody"))
    assert len(pages) >= 45
    shut = {role: shut_links(client, User.objects.get(username="everybody"), role, pages) for role in Role}
    assert not any(shut.values()), shut
    for address in pages:
        everybody.page.set_viewport_size({"width": WIDE, "height": 1000})
        everybody.page.goto(f"{everybody.address}{address}")
        expect(everybody.page.locator("h1")).to_have_count(1)
        everybody.finds_no_barrier()
        everybody.reaches_everything_by_keyboard()
        everybody.page.set_viewport_size({"width": NARROW, "height": 844})
        wide = everybody.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW, f"{address} is {wide} px wide"
        everybody.page.set_viewport_size({"width": PAPER, "height": 1000})
        everybody.prints_whole()
    User.objects.update(language="en")
    everybody.page.set_viewport_size({"width": NARROW, "height": 844})
    for address in pages:
        everybody.page.goto(f"{everybody.address}{address}")
        expect(everybody.page.locator("html")).to_have_attribute("lang", "en")
        wide = everybody.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROW, f"{address} is {wide} px wide in English"


def seed_the_rest(user: User, returns_list: Path) -> None:
    """One of everything that the demonstration's story leaves out; the contractor's list is written to a file of this name."""
    campaign, now = Campaign.objects.get(), timezone.now()
    LossImportFactory.create(campaign=campaign)
    tray = open_tray(campaign=campaign, at=now, by=user)
    unknown = piece_number(NEVER_GIVEN, shift=ENVELOPE_SHIFT)
    day = timezone.localdate(now)
    record_return(
        campaign=campaign, scanned=unknown, reason="moved", returned_on=day, at=now, by=user, tray=tray
    )
    card = Certificate.objects.filter(state="live").first()
    assert card
    collect_card(campaign=campaign, serial=card.serial, reason="lost", collected_on=day, at=now, by=user)
    returns_list.write_text("piece_no,reason,returned_on,note\n123,moved,20250901,\n", encoding="utf-8")
    import_returns(campaign=campaign, path=returns_list, file_name=returns_list.name, at=now, by=user)
    request_list_export(
        title="職員", address=reverse("backoffice:user-list"), query="", encoding="cp932", by=user, at=now
    )


def addresses_of_pages(client: Client, user: User) -> list[str]:
    """Every route that answers with a whole page."""
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    found = []
    for name, pattern in routes().items():
        view = getattr(resolve(pattern).func, "view_class", None)
        if view is None or not hasattr(view, "get") or "get" not in view.http_method_names:
            continue
        address = reverse(name, kwargs=keys_of(name, resolve(pattern).kwargs))
        with closing(client.get(address)) as answer:
            is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
            if is_page and b"<!doctype html>" in answer.content[:200].lower():
                found.append(address)
            else:
                assert answer.status_code != 404 or name in NOT_MADE_YET, f"{name} found no record"
    return found


def shut_links(client: Client, user: User, role: Role, pages: list[str]) -> set[tuple[str, str]]:
    """(page, link) where somebody of this role alone is offered a page that they may not open."""
    roles, user.roles = user.roles, [role.value]
    user.save()
    found = set()
    for page in pages:
        answer = client.get(page)
        if answer.status_code == 200:
            links = {
                unescape(link).split("#")[0].split("?")[0] for link in LINK.findall(answer.content.decode())
            }
            found |= {(page, link) for link in links if not may_open(user, link)}
    user.roles = roles
    user.save()
    return found


def keys_of(name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """What stands in the route's address: of a record that is there."""
    keys = {key: value for key, value in FURTHER.items() if key in wanted}
    if keys.keys() == wanted.keys():
        return keys
    prefix = next(prefix for prefix in RECORDS if name.startswith(prefix))
    model, key, which = RECORDS[prefix]
    record = model._default_manager.filter(**which).order_by("pk").last()
    assert record, f"no record for {name}"
    return keys | {key: getattr(record, key)}
