"""Accounts of the staff: made, changed and given passwords by a システム管理 user (design: roles)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.models import User
from backoffice.refusal import Refused
from backoffice.roles import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


@transaction.atomic
def create_user(
    *,
    username: str,
    last_name: str,
    first_name: str,
    roles: Sequence[str],
    branch_code: str,
    password: str,
    by: User,
) -> User:
    """A new account that may log in at once.

    :raises PermissionDenied: `by` may not manage users.
    :raises Refused: `username_taken`.
    """
    by.require(Permission.MANAGE_USERS)
    user = User(
        username=username,
        last_name=last_name,
        first_name=first_name,
        roles=list(roles),
        branch_code=branch_code,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused("username_taken", _("このログイン名はすでに使われています。")) from None
    logger.info("user %s created by %s with roles %s", user.pk, by.pk, ",".join(user.roles))
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    last_name: str,
    first_name: str,
    roles: Sequence[str],
    branch_code: str,
    is_active: bool,
    by: User,
) -> None:
    """Change what an account may do, or disable it; accounts are never deleted, because records name them.

    :raises PermissionDenied: `by` may not manage users.
    :raises Refused: `own_account`, nobody takes the key away from themselves, so one key is always left.
    """
    # Two who take the key from each other at once come one after the other, and the second has none any more.
    keepers = User.objects.filter(Q(is_superuser=True) | Q(roles__contains=[Role.ADMIN.value]))
    list(keepers.order_by("pk").select_for_update(no_key=True))
    User.objects.get(pk=by.pk).require(Permission.MANAGE_USERS)
    if user.pk == by.pk and not (is_active and (user.is_superuser or Role.ADMIN in roles)):
        raise Refused(
            "own_account", _("ご自身の利用を停止したり、システム管理の役割を外したりすることはできません。")
        )
    user.last_name, user.first_name = last_name, first_name
    user.roles, user.branch_code, user.is_active = list(roles), branch_code, is_active
    user.save(update_fields=["last_name", "first_name", "roles", "branch_code", "is_active"])
    logger.info("user %s changed by %s: roles %s, active %s", user.pk, by.pk, ",".join(user.roles), is_active)


def choose_language(*, user: User, language: str) -> None:
    """Let the pages speak one of the languages of the settings to a user."""
    user.language = language
    user.save(update_fields=["language"])


def set_password(*, user: User, password: str, by: User) -> None:
    """Give an account a new password; its open sessions end.

    :raises PermissionDenied: `by` is neither the user nor may manage users.
    """
    if user.pk != by.pk:
        by.require(Permission.MANAGE_USERS)
    user.set_password(password)
    user.save(update_fields=["password"])
    logger.info("password of user %s set by %s", user.pk, by.pk)
