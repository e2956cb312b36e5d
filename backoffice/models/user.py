from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.roles import Permission, Role, permissions_of

if TYPE_CHECKING:
    from typing import ClassVar


class User(AbstractUser):
    """A member of staff 職員, with roles and, where set, the one branch 支部 whose records they may see.

    `branch_code` is the two-digit prefecture code of a branch (`13` = 東京); empty means every branch. It is a code and
    not a foreign key because branches live in `employers`, downstream of here. `second_factor_step` is the time step of
    the last code that was taken, so that none is taken twice.
    """

    roles = ArrayField(models.CharField(max_length=12, choices=Role), default=list, verbose_name=_("役割"))
    branch_code = models.CharField(_("支部"), max_length=2, blank=True, default="")
    language = models.CharField(
        _("表示言語"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    second_factor_secret = models.CharField(max_length=64, blank=True, default="")
    second_factor_since = models.DateTimeField(_("二要素認証の登録"), null=True, blank=True)
    second_factor_step = models.BigIntegerField(default=0)

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_roles_are_known",
                condition=Q(roles__contained_by=[role.value for role in Role]),
            ),
            models.CheckConstraint(
                name="user_language_is_known",
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
            ),
            models.CheckConstraint(
                name="user_branch_is_a_prefecture_code",
                condition=Q(branch_code="") | Q(branch_code__regex="^(0[1-9]|[1-3][0-9]|4[0-7])$"),
            ),
        ]

    def may(self, permission: Permission) -> bool:
        """Whether one of the user's roles allows it (a superuser may do everything; a disabled user nothing)."""
        return self.is_active and (self.is_superuser or permission in permissions_of(self.roles))

    def require(self, permission: Permission) -> None:
        """
        :raises PermissionDenied: no role of the user allows it.
        """
        if not self.may(permission):
            raise PermissionDenied(_("この操作を行う権限がありません。"))
