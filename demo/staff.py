"""The staff of the demo: one of each role, a second approver, and a clerk of one branch."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings

from backoffice.models import User
from backoffice.roles import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A login name with its roles, branch and printed name."""

    username: str
    roles: tuple[Role, ...]
    family: str
    given: str
    branch_code: str = ""


STAFF = (
    Member("clerk", (Role.CLERK,), "事務", "花子"),
    Member("supervisor", (Role.SUPERVISOR,), "承認", "太郎"),
    Member("supervisor2", (Role.SUPERVISOR,), "承認", "次郎"),
    Member("returns", (Role.RETURNS,), "還付", "良子"),
    Member("inquiry", (Role.INQUIRY,), "照会", "誠"),
    Member("auditor", (Role.AUDITOR,), "監査", "正"),
    Member("admin", (Role.ADMIN,), "管理", "修"),
    Member("tokyo", (Role.CLERK,), "東京", "葵", "13"),
)


def password_of(username: str) -> str:
    """The password of a demo user: made from this installation's own secret, so no two installations share one."""
    digest = hmac.new(settings.SECRET_KEY.encode(), username.encode(), hashlib.sha256).hexdigest()
    return f"{username}-{digest[:10]}"


def ensure_staff() -> list[tuple[Member, str]]:
    """Every member of the demo's staff with the password; those who exist already keep what they have."""
    for member in STAFF:
        if not User.objects.filter(username=member.username).exists():
            User.objects.create_user(
                member.username,
                password=password_of(member.username),
                roles=[role.value for role in member.roles],
                branch_code=member.branch_code,
                last_name=member.family,
                first_name=member.given,
            )
    return [(member, password_of(member.username)) for member in STAFF]
