from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyotp
import pytest
from django.core import checks
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from backoffice.models import User
from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from backoffice.services.login_guard import ATTEMPTS
from backoffice.services.second_factor import check_code, enrol, remove_second_factor
from tests.factories.backoffice import UserFactory
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
URL, HOME = reverse("backoffice:second-factor"), reverse("returns:overview")
NOON = datetime(2025, 7, 21, 3, 0, tzinfo=UTC)
PASSWORD = "kakunin-2025-07"


def half_in(*roles: Role, secret: str = "") -> Client:
    """Somebody whose password was right and who has shown no second factor yet."""
    user = UserFactory.create(roles=[role.value for role in roles], second_factor_secret=secret)
    client = Client()
    client.force_login(user)
    return client


def shown_now(secret: str) -> str:
    return pyotp.TOTP(secret).now()


@pytest.mark.parametrize("role", list(Role))
def test_approvers_and_administrators_need_a_second_factor(role: Role) -> None:
    answer = half_in(role).get(HOME)
    wanted = f"{URL}?{urlencode({'next': HOME})}" if role in {Role.SUPERVISOR, Role.ADMIN} else None
    assert answer.headers.get("Location") == wanted


def test_anybody_who_registered_an_authenticator_needs_it() -> None:
    assert half_in(Role.CLERK, secret=pyotp.random_base32()).get(HOME).status_code == 302


def test_authenticator_is_registered_at_the_first_login() -> None:
    client = half_in(Role.SUPERVISOR)
    page = client.get(URL)
    secret = page.context["secret"]
    assert "認証アプリを登録してください" in text_of(page)
    assert "メニュー" not in text_of(page)
    assert client.get(URL).context["secret"] == secret
    wrong = client.post(URL, {"code": "abc"})
    assert wrong.context["form"].non_field_errors() == [
        "コードが正しくありません。認証アプリに表示されている6桁を入力してください。"
    ]
    done = client.post(URL, {"code": shown_now(secret), "next": HOME}, follow=True)
    assert messages_of(done) == ["認証アプリを登録しました。"]
    assert done.redirect_chain == [(HOME, 302)]
    assert User.objects.get().second_factor_secret == secret


def test_code_lets_in_once_and_the_session_gets_a_new_key() -> None:
    secret = pyotp.random_base32()
    client = half_in(Role.ADMIN, secret=secret)
    before = client.session.session_key
    assert "secret" not in client.get(URL).context
    assert client.post(URL, {"code": shown_now(secret)}).status_code == 302
    assert client.session.session_key != before
    assert client.get(reverse("backoffice:user-list")).status_code == 200


def test_logout_needs_no_second_factor() -> None:
    answer = half_in(Role.ADMIN).post(reverse("backoffice:logout"))
    assert answer.headers["Location"] == reverse("backoffice:login")


def test_code_is_taken_in_its_time_and_once() -> None:
    secret = pyotp.random_base32()
    user = UserFactory.create(second_factor_secret=secret)
    code = pyotp.TOTP(secret).at(NOON)
    for at, refusal in (
        (NOON + timedelta(minutes=2), "wrong_code"),
        (NOON + timedelta(seconds=29), None),
        (NOON + timedelta(seconds=29), "used_code"),
        (NOON + timedelta(seconds=59), "used_code"),
    ):
        if refusal is None:
            check_code(user=user, code=f" {code[:3]} {code[3:]}", at=at)
            continue
        with pytest.raises(Refused) as refused:
            check_code(user=user, code=code, at=at)
        assert refused.value.code == refusal


def test_code_of_the_step_before_is_still_taken() -> None:
    secret = pyotp.random_base32()
    user = UserFactory.create(second_factor_secret=secret)
    check_code(user=user, code=pyotp.TOTP(secret).at(NOON), at=NOON + timedelta(seconds=45))
    user.refresh_from_db()
    assert user.second_factor_step == int(NOON.timestamp()) // 30


def test_guessing_codes_is_slowed_down() -> None:
    secret = pyotp.random_base32()
    user = UserFactory.create(second_factor_secret=secret)
    codes = []
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(Refused) as refused:
            check_code(user=user, code="1", at=NOON)
        codes.append(refused.value.code)
    assert codes == ["wrong_code"] * ATTEMPTS + ["paused"]
    with pytest.raises(Refused, match="15分後"):
        check_code(user=user, code=pyotp.TOTP(secret).at(NOON), at=NOON)


def test_second_authenticator_is_refused() -> None:
    first, second = pyotp.random_base32(), pyotp.random_base32()
    user = UserFactory.create(second_factor_secret=first)
    with pytest.raises(Refused) as refused:
        enrol(user=user, secret=second, code=pyotp.TOTP(second).at(NOON), at=NOON)
    assert refused.value.code == "already_enrolled"


def test_demo_code_opens_what_the_demo_has(settings: Settings) -> None:
    settings.DEMO_SECOND_FACTOR_CODE = "000000"
    client = half_in(Role.SUPERVISOR)
    page = client.get(URL)
    assert "デモでは確認コード 000000 を使います。" in text_of(page)
    assert page.context["form"]["code"].value() == "000000"
    done = client.post(URL, {"code": "000000", "next": HOME}, follow=True)
    assert messages_of(done) == ["確認しました。"]
    assert half_in(Role.SUPERVISOR).post(URL, {"code": "000001"}).status_code == 200


def test_check_for_deployment_refuses_the_demo_code(settings: Settings) -> None:
    settings.DEMO_SECOND_FACTOR_CODE = "000000"
    found = checks.run_checks(include_deployment_checks=True, tags=[checks.Tags.security])
    assert "backoffice.E001" in [message.id for message in found]
    settings.DEMO_SECOND_FACTOR_CODE = ""
    found = checks.run_checks(include_deployment_checks=True, tags=[checks.Tags.security])
    assert "backoffice.E001" not in [message.id for message in found]
    call_command("check", verbosity=0)


def test_administrator_takes_a_lost_authenticator_away(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    user = UserFactory.create(
        username="sato", roles=["supervisor"], second_factor_secret="X", second_factor_since=NOON
    )
    page = client.get(reverse("backoffice:user-edit", args=[user.pk]))
    assert "認証アプリ 2025-07-21 12:00" in text_of(page)
    assert "登録済み" in text_of(client.get(reverse("backoffice:user-list")))
    url = reverse("backoffice:user-second-factor-remove", args=[user.pk])
    assert_only(client_as, url, Permission.MANAGE_USERS, "post")
    User.objects.filter(pk=user.pk).update(second_factor_secret="X")
    assert messages_of(client.post(url, follow=True)) == ["職員「sato」の認証アプリを解除しました。"]
    assert messages_of(client.post(url, follow=True)) == ["認証アプリは登録されていません。"]
    assert "認証アプリ 未登録" in text_of(client.get(reverse("backoffice:user-edit", args=[user.pk])))


def test_nobody_takes_off_their_own_lock() -> None:
    admin = UserFactory.create(roles=["admin"], second_factor_secret="X")
    with pytest.raises(Refused) as refused:
        remove_second_factor(user=admin, by=admin)
    assert refused.value.code == "own_account"
