"""The same file once more: nothing to do, unless what some of its rows lacked has come in since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from issuance.models import LossImport, RosterImport


def settles(earlier: RosterImport | LossImport, *, lacking: str, came: QuerySet[Any]) -> bool:
    """Whether `earlier`, the last attempt at a file, needs no other: it says all there is to say of it, unless rows were rejected by
    the rule `lacking` and an import that may have brought what they lacked (`came`) is newer.
    """
    newer = came.filter(accepted__gt=0, imported_at__gt=earlier.imported_at)
    return not (newer.exists() and earlier.rejects.filter(rule=lacking).exists())


def attempt_after(earlier: RosterImport | LossImport | None) -> int:
    """The number of the attempt at a file that follows `earlier`."""
    return earlier.attempt + 1 if earlier else 1
