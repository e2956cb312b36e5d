from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backoffice import navigation
from backoffice.models import User
from backoffice.navigation import NavGroup, NavItem, ShownItem, first_page, navigation_for
from backoffice.roles import Permission, Role
from config.context import workplace
from tests.page_text import text_of

if TYPE_CHECKING:
    from tests.conftest import ClientAs

MENU = (
    NavGroup("一", (NavItem("ホーム", "backoffice:home", Permission.VIEW_HOME),)),
    NavGroup("二", (NavItem("監査", "backoffice:access-log-list", Permission.VIEW_AUDIT),)),
    NavGroup(
        "三",
        (
            NavItem("職員", "backoffice:user-list", Permission.MANAGE_USERS),
            NavItem("登録", "backoffice:user-create", Permission.MANAGE_USERS),
            NavItem("未設置", "backoffice:no-such-page", Permission.MANAGE_USERS),
        ),
    ),
)
ADMIN = User(roles=[Role.ADMIN.value])


@pytest.fixture(autouse=True)
def _menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "NAVIGATION", MENU)


def test_menu_holds_only_what_the_reader_may_open() -> None:
    shown = {
        group.label: [item.label for item in group.items] for group in navigation_for(ADMIN, "/account/")
    }
    assert shown == {"一": ["ホーム"], "三": ["職員", "登録", "未設置"]}


@pytest.mark.parametrize(
    ("path", "current"),
    [("/users/", ["職員"]), ("/users/7/", ["職員"]), ("/users/new/", ["登録"]), ("/", ["ホーム"])],
)
def test_menu_marks_the_nearest_page(path: str, current: list[str]) -> None:
    items = [item for group in navigation_for(ADMIN, path) for item in group.items]
    assert [item.label for item in items if item.is_current] == current


def test_page_this_installation_lacks_is_shown_without_a_link() -> None:
    assert navigation_for(ADMIN, "/users/")[-1].items[-1] == ShownItem("未設置", "", is_current=False)


def test_first_page_is_the_first_that_may_be_opened() -> None:
    assert first_page(ADMIN) == "/"


def test_first_page_of_somebody_without_menu_is_their_account() -> None:
    assert first_page(User(roles=[])) == "/account/"


def test_page_shows_who_is_at_work_where(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.RETURNS, branch_code="27").get("/account/"))
    assert "佐藤 健一 還付担当／大阪支部 ログアウト" in page


def test_request_without_a_user_has_no_workplace(rf: object) -> None:
    assert workplace(rf.get("/")) == {}  # type: ignore[attr-defined]
