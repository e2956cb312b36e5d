"""照会: finding a person by what somebody says on the telephone, and only those the asker may know of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.access import in_branch
from backoffice.roles import Permission
from issuance.models import Campaign, InsuredPerson
from issuance.queries.prefixes import begins_with
from japan.names import kana_search_key, name_search_key
from japan.postal import parse_postal_code

if TYPE_CHECKING:
    from backoffice.models import User
    from employers.models import Employer

_NUMBERS = re.compile(r"([0-9]{7,8})[\s\-・]+([0-9]{1,7})(?:[\s\-・]+([0-9]{2}))?")
_POSTAL_CODE = re.compile(r"〒\s*([0-9]{3}-?[0-9]{4})")
_READING = re.compile(r"[ァ-ヶーa-z.\-]+")
_KANA_ONLY = re.compile(r"[ァ-ヶー]+")
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
    """The people meant by `記号 番号 [枝番]`, by `〒` and a postal code (whole households), by the beginning of a カナ
    name, or by the beginning of a name.

    Each way walks one index; those by name are in the order of the name, so that a page costs the same whether ten or a
    hundred thousand people are called so. A name in kana is looked for among the readings, which everybody has.
    """
    text = words.translate(_FULL_WIDTH).strip()
    if numbers := _NUMBERS.fullmatch(text):
        return people_by_numbers(rows, *numbers.groups())
    if (found := _POSTAL_CODE.fullmatch(text)) and (code := parse_postal_code(found[1])):
        return people_by_postal_code(rows, code)
    name, kana = name_search_key(words), kana_search_key(words)
    if _KANA_ONLY.fullmatch(kana):
        return rows.filter(begins_with("kana_key", kana)).order_by("kana_key", "pk")
    if _READING.fullmatch(kana):  # Latin letters: few people, in either column
        either = begins_with("name_key", name) | begins_with("kana_key", kana)
        return rows.filter(either).order_by("name_key", "pk")
    return rows.filter(begins_with("name_key", name)).order_by("name_key", "pk")


def people_by_numbers(
    rows: QuerySet[InsuredPerson], symbol: str, number: str, edaban: str | None = None
) -> QuerySet[InsuredPerson]:
    """The household of 記号・番号, or its one person with that 枝番."""
    household = Q(household__symbol=symbol, household__number=number.lstrip("0") or "0")
    return rows.filter(household, **({"edaban": edaban} if edaban else {}))


def people_by_postal_code(rows: QuerySet[InsuredPerson], code: str) -> QuerySet[InsuredPerson]:
    """Everybody of the households whose 本人 lives under this postal code."""
    insured = InsuredPerson.objects.filter(relation=InsuredPerson.Relation.INSURED, postal_code=code)
    return rows.filter(household__in=insured.values("household")).order_by("household_id", "edaban", "pk")


def people_of_employer(rows: QuerySet[InsuredPerson], employer: Employer) -> QuerySet[InsuredPerson]:
    """Everybody of the households of an employer."""
    return rows.filter(household__employer=employer).order_by("household_id", "edaban", "pk")
