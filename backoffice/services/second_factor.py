"""二要素認証: a code of an authenticator application (TOTP, RFC 6238) beside the password.

Approvers and administrators must have one (domain.md §7, MFA for privileged users); others may.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from backoffice.models import User
from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from backoffice.services import login_guard

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
ISSUER = "Todoke"
STEP_SECONDS = 30
REQUIRED_FOR = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value})


def needs_second_factor(user: User) -> bool:
    """Whether a password alone does not let this user in."""
    return bool(user.second_factor_secret) or user.is_superuser or bool(REQUIRED_FOR & set(user.roles))


def must_enrol(user: User) -> bool:
    """Whether an authenticator has to be registered first; the demo takes its one code from everybody."""
    return not user.second_factor_secret and not settings.DEMO_SECOND_FACTOR_CODE


def new_secret() -> str:
    """A secret to be shared with one authenticator."""
    return pyotp.random_base32()


def enrolment_uri(user: User, secret: str) -> str:
    """What the authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


@transaction.atomic
def enrol(*, user: User, secret: str, code: str, at: datetime) -> None:
    """Register the authenticator that shows `code` for `secret`.

    :raises Refused: `wrong_code`, `paused`; `already_enrolled`, an administrator has to take the old one away.
    """
    step = _step_of(user, secret, code, at)
    rows = User.objects.filter(pk=user.pk, second_factor_secret="")
    if not rows.update(second_factor_secret=secret, second_factor_since=at, second_factor_step=step):
        raise Refused("already_enrolled", _("認証アプリはすでに登録されています。"))
    user.refresh_from_db(fields=["second_factor_secret", "second_factor_since", "second_factor_step"])
    logger.info("second factor of user %s enrolled", user.pk)


def check_code(*, user: User, code: str, at: datetime) -> None:
    """Take the code shown now (or just before), each code once.

    :raises Refused: `wrong_code`, `used_code`, `paused` after too many wrong ones.
    """
    demo = settings.DEMO_SECOND_FACTOR_CODE
    if demo and constant_time_compare(code.strip(), demo):
        return
    step = _step_of(user, user.second_factor_secret, code, at)
    taken = User.objects.filter(pk=user.pk, second_factor_step__lt=step).update(second_factor_step=step)
    if not taken:
        raise Refused("used_code", _("このコードは使用済みです。次のコードが表示されるまでお待ちください。"))


@transaction.atomic
def remove_second_factor(*, user: User, by: User) -> None:
    """Forget the authenticator of somebody who lost it; they register another at the next login.

    :raises PermissionDenied: `by` may not manage users.
    :raises Refused: `not_enrolled`; `own_account`, nobody takes off their own lock.
    """
    by.require(Permission.MANAGE_USERS)
    if user.pk == by.pk:
        raise Refused("own_account", _("ご自身の認証アプリは、ほかのシステム管理の担当者が解除します。"))
    rows = User.objects.filter(pk=user.pk).exclude(second_factor_secret="")
    if not rows.update(second_factor_secret="", second_factor_since=None):
        raise Refused("not_enrolled", _("認証アプリは登録されていません。"))
    logger.info("second factor of user %s removed by %s", user.pk, by.pk)


def _step_of(user: User, secret: str, code: str, at: datetime) -> int:
    """The time step whose code this is: the present one or the one before it."""
    key = f"code {user.username}"
    if login_guard.is_paused(key):
        raise Refused(
            "paused", _("コードの誤りが続いたため、一時停止しています。15分後にもう一度お試しください。")
        )
    digits, now = "".join(code.split()), int(at.timestamp())
    for moment in (now, now - STEP_SECONDS):
        if secret and pyotp.TOTP(secret).verify(digits, for_time=moment):
            login_guard.note_success(key)
            return moment // STEP_SECONDS
    login_guard.note_failure(key)
    raise Refused(
        "wrong_code", _("コードが正しくありません。認証アプリに表示されている6桁を入力してください。")
    )
