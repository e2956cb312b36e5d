"""照会: finding a person by what somebody says on the telephone, and only those the asker may know of.

Every kind of words leads to one index and keeps its order, so that the first page of a common name costs as
little as that of a rare one. Searching goes by keys; names themselves are never folded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.access import in_branch
from backoffice.roles import Permission
from issuance.models import Campaign, InsuredPerson, SearchKey
from issuance.queries.prefixes import begins_with
from japan.names import kana_search_key, name_search_key
from japan.postal import parse_postal_code
from japan.wareki import DateError, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import Any

    from backoffice.models import User
    from employers.models import Employer

    # What an app further down makes of a number on an envelope: household ids, or None where it is none of its own.
    NumberFinder = Callable[[str], QuerySet[Any, Any] | None]

_NUMBERS = re.compile(r"([0-9]{7,8})[\s\-・]+([0-9]{1,7})(?:[\s\-・]+([0-9]{2}))?")
_POSTAL_CODE = re.compile(r"〒\s*([0-9]{3}-?[0-9]{4})")
_SYMBOL = re.compile(r"[0-9]{7,8}")
_SERIAL = re.compile(r"C[0-9]{12}")
_READING = re.compile(r"[ァ-ヶーa-z.\-]+")
_KANA_ONLY = re.compile(r"[ァ-ヶー.\-]+")
_FOLDED = str.maketrans("０１２３４５６７８９－‐−―　／．ＣＴＳＨＲ", "0123456789---- /.CTSHR")
_FINDERS: list[NumberFinder] = []


def add_number_finder(finder: NumberFinder) -> None:
    """Let an app further down find households by the numbers it gives out; each finder counts once."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def people_for(user: User, campaign: Campaign) -> QuerySet[InsuredPerson]:
    """The people of a campaign the user may know of: their branch's, and those of a 不開示 household only with
    the permission of its own (domain.md §3.7).
    """
    rows = InsuredPerson.objects.filter(household__campaign=campaign)
    if not user.may(Permission.VIEW_NONDISCLOSED):
        hidden = InsuredPerson.objects.filter(household=OuterRef("household"), nondisclosure=True)
        rows = rows.filter(~Exists(hidden))
    return in_branch(rows, user, "household__branch_id")


def people_out_of_sight(user: User, campaign: Campaign) -> QuerySet[InsuredPerson]:
    """The people of 不開示 households in the user's branch whom the user may not see."""
    rows = InsuredPerson.objects.filter(household__campaign=campaign)
    if user.may(Permission.VIEW_NONDISCLOSED):
        return rows.none()
    hidden = InsuredPerson.objects.filter(nondisclosure=True).values("household")
    return in_branch(rows.filter(household__in=hidden), user, "household__branch_id")


def matching(rows: QuerySet[InsuredPerson], words: str) -> QuerySet[InsuredPerson]:
    """The people meant by `words`.

    `記号-番号(-枝番)`, a 記号 (or a day of birth in eight digits, where no 記号 is so), an 証番号, a 封筒番号 or 引受番号, `〒` and a
    postal code (whole households), a day of birth, the beginning of a カナ name or of a name; a day of birth may stand beside any
    of the others. Each way walks an index; those by name are in the order of the name, so that a page costs the same whether ten
    or a hundred thousand people are called so. A name in kana is looked for among the readings, which everybody has; Latin
    letters among names and readings, two indexes whose walks the database merges.
    """
    born, text = _birth_date(words)
    if born:
        rows = rows.filter(birth_date=born)
        if not text:
            return rows.order_by("kana_key", "pk")
    if (found := _by_numbers(rows, text.translate(_FOLDED).strip())) is not None:
        return found
    name, kana = name_search_key(text), kana_search_key(text)
    if _KANA_ONLY.fullmatch(kana):
        return rows.filter(begins_with("kana_key", kana)).order_by("kana_key", "pk")
    if _READING.fullmatch(kana):
        return _by_name_or_reading(rows, name, kana)
    return rows.filter(begins_with("name_key", name)).order_by("name_key", "pk")


def people_by_numbers(
    rows: QuerySet[InsuredPerson], symbol: str, number: str, edaban: str | None = None
) -> QuerySet[InsuredPerson]:
    """The household of 記号・番号, or its one person with that 枝番."""
    household = Q(household__symbol=symbol, household__number=number.lstrip("0") or "0")
    return rows.filter(household, **({"edaban": edaban} if edaban else {}))


def people_by_postal_code(rows: QuerySet[InsuredPerson], code: str) -> QuerySet[InsuredPerson]:
    """Everybody of the households whose 本人 lives under this postal code."""
    # One join and not a set of households: so a page is read in the order of an index and no further.
    insured = rows.filter(
        household__people__relation=InsuredPerson.Relation.INSURED, household__people__postal_code=code
    )
    return insured.order_by("household_id", "edaban", "pk")


def people_of_employer(rows: QuerySet[InsuredPerson], employer: Employer) -> QuerySet[InsuredPerson]:
    """Everybody of the households of an employer."""
    return rows.filter(household__employer=employer).order_by("household_id", "edaban", "pk")


def _by_name_or_reading(rows: QuerySet[InsuredPerson], name: str, kana: str) -> QuerySet[InsuredPerson]:
    """Latin letters stand in a name or in a reading: everybody once, in the order of what was found (`found_under`)."""
    by_name, by_reading = Q(search_keys__way=SearchKey.Way.NAME), Q(search_keys__way=SearchKey.Way.READING)
    found = by_name & begins_with("search_keys__key", name) | by_reading & begins_with(
        "search_keys__key", kana
    )
    once = by_name | ~begins_with("name_key", name)
    # Both columns of the order are the view's, so that its two walks are entered at the very place where a page begins.
    placed = rows.filter(found, once).annotate(
        found_under=F("search_keys__key"), found_person=F("search_keys__person_id")
    )
    return placed.order_by("found_under", "found_person")


def _by_numbers(rows: QuerySet[InsuredPerson], text: str) -> QuerySet[InsuredPerson] | None:
    """The people behind a number of the card or of an envelope; None where the words are no number."""
    in_household = ("household_id", "edaban", "pk")
    if numbers := _NUMBERS.fullmatch(text):
        return people_by_numbers(rows, *numbers.groups()).order_by(*in_household)
    if (found := _POSTAL_CODE.fullmatch(text)) and (code := parse_postal_code(found[1])):
        return people_by_postal_code(rows, code)
    if _SERIAL.fullmatch(text.upper()):
        return rows.filter(certificates__serial=text.upper()).order_by(*in_household)
    for finder in _FINDERS:
        if (households := finder(text)) is not None:
            return rows.filter(household__in=households).order_by(*in_household)
    if _SYMBOL.fullmatch(text):
        of_symbol = rows.filter(household__symbol=text)
        if (born := _compact_day(text)) and not of_symbol.exists():
            return rows.filter(birth_date=born).order_by("kana_key", "pk")
        return of_symbol.order_by(*in_household)
    return None


def _compact_day(text: str) -> date | None:
    """19800401 as a day, where nobody has it as a 記号."""
    try:
        return parse_date(text)
    except DateError:
        return None


def _birth_date(words: str) -> tuple[date | None, str]:
    """A day of birth among the words, and the words without it."""
    rest, born = [], None
    for word in words.split():
        day = None if born else _day(word.translate(_FOLDED))
        if day:
            born = day
        else:
            rest.append(word)
    return born, " ".join(rest)


def _day(word: str) -> date | None:
    if _SYMBOL.fullmatch(word):  # 19800401 may be a 記号
        return None
    try:
        return parse_date(word)
    except DateError:
        return None
