from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from backoffice.roles import Permission, Role
from tests.page_text import text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs

pytestmark = pytest.mark.urls("tests.backoffice.recipe_urls")


def test_view_without_a_declared_permission_is_an_error(client_as: ClientAs) -> None:
    with pytest.raises(ImproperlyConfigured, match="declares no permission"):
        client_as(Role.CLERK).get("/recipe/undeclared")


def test_function_view_is_guarded_by_its_declaration(client_as: ClientAs) -> None:
    assert_only(client_as, "/recipe/declared", Permission.MANAGE_USERS)


def test_refusal_is_a_polite_page(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.CLERK).get("/recipe/declared"))
    assert "この画面は開けません この画面を開く権限がありません。 必要な場合は、" in page


def test_unknown_address_is_a_polite_page(client_as: ClientAs) -> None:
    response = client_as(Role.CLERK).get("/no/such/page")
    assert response.status_code == 404
    assert "お探しのページは見つかりません" in text_of(response)


def test_broken_view_is_a_polite_page_without_details(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    client.raise_request_exception = False
    response = client.get("/recipe/undeclared")
    assert response.status_code == 500
    assert text_of(response).endswith("途中までの変更は取り消されています。 ホームへ戻る")


def test_disabled_staff_are_logged_out(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    client.staff.is_active = False
    client.staff.save()
    assert client.get("/recipe/").headers["Location"] == "/login?next=/recipe/"


def test_answers_are_kept_in_no_cache(client_as: ClientAs) -> None:
    assert client_as(Role.CLERK).get("/recipe/").headers["Cache-Control"] == "no-store"


def test_content_security_policy_allows_own_files_only(client_as: ClientAs) -> None:
    policy = client_as(Role.CLERK).get("/recipe/").headers["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'self'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]


def test_part_of_a_page_asked_for_after_the_session_ended_reloads_the_page(db: None) -> None:
    response = Client().get("/recipe/", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"


def test_part_of_a_page_is_answered_while_the_session_lasts(client_as: ClientAs) -> None:
    response = client_as(Role.CLERK).get("/recipe/", headers={"HX-Request": "true"})
    assert (response.status_code, "HX-Refresh" in response.headers) == (200, False)


def test_post_without_token_is_refused(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(client.staff)
    assert strict.post("/recipe/act").status_code == 403
