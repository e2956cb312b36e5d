"""The menu: the desks of the house (design §5), each item with the permission its page asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from backoffice.roles import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from backoffice.models import User


@dataclass(frozen=True)
class NavItem:
    """A page in the menu."""

    label: StrOrPromise
    url_name: str
    permission: Permission


@dataclass(frozen=True)
class NavGroup:
    """A desk: pages that belong together."""

    label: StrOrPromise
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class ShownItem:
    """A menu item for one reader; `url` is empty for a page this installation does not have."""

    label: StrOrPromise
    url: str
    is_current: bool


@dataclass(frozen=True)
class ShownGroup:
    """A desk for one reader."""

    label: StrOrPromise
    items: list[ShownItem]


P = Permission
NAVIGATION = (
    NavGroup(
        "",
        (NavItem(_("ホーム"), "returns:overview", P.VIEW_HOME),),
    ),
    NavGroup(
        _("対象者・事業所"),
        (
            NavItem(_("取込"), "issuance:import-list", P.VIEW_IMPORTS),
            NavItem(_("対象者判定"), "issuance:selection-summary", P.VIEW_SELECTION),
            NavItem(_("照会"), "issuance:person-list", P.VIEW_PERSONS),
            NavItem(_("事業所"), "employers:employer-list", P.VIEW_EMPLOYERS),
        ),
    ),
    NavGroup(
        _("作成・発送"),
        (
            NavItem(_("印刷バッチ"), "mailing:batch-list", P.VIEW_BATCHES),
            NavItem(_("封筒"), "mailing:envelope-list", P.VIEW_BATCHES),
            NavItem(_("保留・要確認"), "mailing:stopped-list", P.VIEW_BATCHES),
        ),
    ),
    NavGroup(
        _("還付・再送付"),
        (
            NavItem(_("還付受付"), "returns:desk", P.LOG_RETURNS),
            NavItem(_("還付一覧"), "returns:return-list", P.VIEW_RETURNS),
            NavItem(_("月次再送付"), "returns:reroute-preview", P.REROUTE),
            NavItem(_("例外"), "returns:exception-list", P.WORK_EXCEPTIONS),
            NavItem(_("返納"), "returns:collected-list", P.COLLECT_CARDS),
        ),
    ),
    NavGroup(
        _("管理"),
        (
            NavItem(_("書き出し"), "backoffice:export-list", P.USE_OWN_ACCOUNT),
            NavItem(_("監査"), "backoffice:access-log-list", P.VIEW_AUDIT),
            NavItem(_("一括発行の設定"), "issuance:campaign-detail", P.MANAGE_CAMPAIGNS),
            NavItem(_("終了・消去"), "returns:campaign-list", P.VIEW_CAMPAIGNS),
            NavItem(_("職員"), "backoffice:user-list", P.MANAGE_USERS),
        ),
    ),
)


def navigation_for(user: User, path: str) -> list[ShownGroup]:
    """The menu of one reader: only what they may open, the item whose page or sub-page `path` is marked."""
    urls = {item.url_name: _address(item.url_name) for group in NAVIGATION for item in group.items}
    current = max((url for url in urls.values() if url and path.startswith(url)), key=len, default="")
    groups = []
    for group in NAVIGATION:
        items = [
            ShownItem(item.label, url, is_current=bool(current) and url == current)
            for item in group.items
            if user.may(item.permission)
            for url in [urls[item.url_name]]
        ]
        if items:
            groups.append(ShownGroup(group.label, items))
    return groups


def first_page(user: User) -> str:
    """The address of the first page the user may open; their own account page where the menu is empty."""
    pages = (item.url for group in navigation_for(user, "") for item in group.items if item.url)
    return next(pages, reverse("backoffice:account"))


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
