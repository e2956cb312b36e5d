"""How members of staff are named on screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.roles import Role

if TYPE_CHECKING:
    from backoffice.models import User


def staff_name(user: User | None) -> str:
    """Family name first; the login name where no name is kept; a dash for nobody (the system)."""
    if user is None:
        return "—"
    return f"{user.last_name} {user.first_name}".strip() or user.username


def role_names(user: User) -> list[str]:
    """The labels of the user's roles, in the order in which roles are declared."""
    return [str(role.label) for role in Role if role.value in user.roles]
