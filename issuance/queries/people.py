"""照会: finding a person by what somebody says on the telephone, and only those the asker may know of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.access import in_branch
from backoffice.roles import Permission
from issuance.models import Campaign, InsuredPerson
from japan.names import kana_search_key, name_search_key

if TYPE_CHECKING:
    from backoffice.models import User

_NUMBERS = re.compile(r"([0-9]{7,8})[\s\-・]+([0-9]{1,7})(?:[\s\-・]+([0-9]{2}))?")
_READING = re.compile(r"[ァ-ヶーa-z.\-]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－　", "0123456789- ")


def people_for(user: User, campaign: Campaign) -> QuerySet[InsuredPerson]:
    """The people of a campaign the user may know of: their branch's, and those of a 不開示 household only with
    the permission of its own (domain.md §3.7).
    """
    rows = InsuredPerson.objects.filter(household__campaign=campaign)
    if not user.may(Permission.VIEW_NONDISCLOSED):
        hidden = InsuredPerson.objects.filter(household=OuterRef("household"), nondisclosure=True)
        rows = rows.filter(~Exists(hidden))
    return in_branch(rows, user, "household__branch_id")


def matching(rows: QuerySet[InsuredPerson], words: str) -> QuerySet[InsuredPerson]:
    """The people meant by `記号 番号 [枝番]`, the beginning of a カナ name, or the beginning of a name."""
    text = words.translate(_FULL_WIDTH).strip()
    if numbers := _NUMBERS.fullmatch(text):
        symbol, number, edaban = numbers.groups()
        household = Q(household__symbol=symbol, household__number=number.lstrip("0") or "0")
        return rows.filter(household, **({"edaban": edaban} if edaban else {}))
    by_name, kana = Q(name_key__startswith=name_search_key(words)), kana_search_key(words)
    return rows.filter(by_name | Q(kana_key__startswith=kana) if _READING.fullmatch(kana) else by_name)
