from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backoffice.keyset import rows_behind
from issuance.models import Household, InsuredPerson
from issuance.queries import (
    estimated_rows,
    matching,
    people_by_postal_code,
    people_of_employer,
    text_after,
)
from japan.names import kana_search_key, name_search_key
from tests.factories.mailing import a_campaign, a_household, an_employer
from tests.factories.planner import plan_for_large_tables

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@given(TEXTS, TEXTS)
def test_a_beginning_is_exactly_the_range_up_to_the_text_after_it(beginning: str, text: str) -> None:
    after = text_after(beginning)
    in_range = text >= beginning and (after is None or text < after)
    assert in_range is text.startswith(beginning)


@given(st.text(st.sampled_from("タ\ud7ff\ue000\U0010ffffa"), max_size=3), TEXTS)
def test_the_range_holds_at_the_edges_of_unicode(beginning: str, rest: str) -> None:
    after = text_after(beginning)
    assert after is None or beginning + rest < after


def test_everything_begins_with_nothing() -> None:
    assert text_after("") is None
    assert text_after("\U0010ffff") is None


def named(name: str, kana: str, **columns: Any) -> InsuredPerson:
    person = a_household(a_campaign_of_today(), "00", **columns).people.get()
    InsuredPerson.objects.filter(pk=person.pk).update(
        name=name, name_key=name_search_key(name), kana_key=kana_search_key(kana)
    )
    return person


def a_campaign_of_today() -> Any:
    return a_campaign("R7", name="x")


def found(words: str) -> list[InsuredPerson]:
    return list(matching(InsuredPerson.objects.all(), words))


@pytest.mark.django_db
def test_a_name_is_found_by_its_beginning_in_the_order_of_the_name() -> None:
    second, first = named("佐藤　花子", "ｻﾄｳ ﾊﾅｺ"), named("佐藤　一郎", "ｻﾄｳ ｲﾁﾛｳ")
    named("佐々木　一郎", "ｻｻｷ ｲﾁﾛｳ")
    assert found("佐藤") == [first, second]
    assert found("さとう") == [first, second]
    assert found("ｻﾄｳ ﾊ") == [second]
    assert found("サ") == list(InsuredPerson.objects.order_by("kana_key"))


@pytest.mark.django_db
def test_latin_letters_are_found_in_the_name_and_in_the_reading() -> None:
    second, third = named("NGUYEN THI", "ｸﾞｴﾝ ﾃｨ"), named("グエン　ティ", "NGUYEN VAN")
    first = named("NGUYEN AN", "NGUYEN AN")
    named("SMITH JOHN", "ｽﾐｽ ｼﾞｮﾝ")
    assert found("nguyen") == [first, second, third]
    assert found("Ｎｇｕｙｅｎ　Ｔ") == [second]


@pytest.mark.django_db
def test_people_found_in_either_column_are_paged_by_row() -> None:
    people = [named(f"NG {letter}", f"NG {letter}" if letter in "BD" else "ｸﾞ") for letter in "DABC"]
    people.append(named("グエン", "NG AA"))
    rows = matching(InsuredPerson.objects.all(), "ng")
    everybody = list(rows)
    assert [person.pk for person in everybody] == [people[place].pk for place in (1, 4, 2, 3, 0)]
    for place, person in enumerate(everybody):
        behind = rows_behind(rows, person.pk)
        assert behind is not None
        assert list(behind) == everybody[place + 1 :]


@pytest.mark.django_db
def test_a_page_behind_a_row_begins_at_its_place_in_both_indexes() -> None:
    person = named("NG A", "NG A")
    plan_for_large_tables("issuance_insuredperson", "issuance_household")
    behind = rows_behind(matching(InsuredPerson.objects.all(), "ng"), person.pk)
    assert behind is not None
    entered = re.findall(r"Index Cond: .*ROW\(.*", behind[:50].explain())
    assert len(entered) == 2


@pytest.mark.django_db
def test_either_column_is_read_in_the_order_of_its_index() -> None:
    plan_for_large_tables("issuance_insuredperson", "issuance_household")
    plan = matching(InsuredPerson.objects.all(), "ng")[:50].explain()
    assert "Merge Append" in plan
    assert "people_by_name_key" in plan
    assert "people_by_kana" in plan
    assert not re.search(r"->\s+(Incremental )?Sort", plan)


@pytest.mark.django_db
def test_a_postal_code_finds_whole_households() -> None:
    household = a_household(a_campaign(), "00", "01", postal_code="1640001")
    a_household(household.campaign, "00", postal_code="1640002")
    household.people.filter(edaban="01").update(postal_code="9000001")
    for words in ("〒1640001", "〒164-0001", "〒 １６４－０００１"):
        assert [person.edaban for person in found(words)] == ["00", "01"]
    assert list(people_by_postal_code(InsuredPerson.objects.all(), "9000001")) == []


@pytest.mark.django_db
def test_an_employer_finds_its_people() -> None:
    employer, campaign = an_employer(), a_campaign()
    mine = a_household(campaign, "00", "01", employer=employer)
    a_household(campaign, "00", employer=an_employer())
    assert {p.household for p in people_of_employer(InsuredPerson.objects.all(), employer)} == {mine}


@pytest.mark.django_db
def test_the_number_of_rows_is_told_without_counting() -> None:
    a_household(a_campaign(), "00", "01")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issuance_insuredperson")
    assert estimated_rows(InsuredPerson) == 2
    assert estimated_rows(Household) >= 0


@pytest.mark.django_db
def test_those_born_on_a_day_are_found_in_the_order_of_their_readings() -> None:
    people = [named("髙", kana) for kana in ("ﾔﾏ", "ｱｷ", "ｶﾜ", "ｻﾄ")]
    InsuredPerson.objects.filter(pk__in=[person.pk for person in people[:3]]).update(
        birth_date=date(1980, 4, 1)
    )
    assert found("1980-04-01") == [people[1], people[2], people[0]]
    behind = rows_behind(matching(InsuredPerson.objects.all(), "1980-04-01"), people[1].pk)
    assert behind is not None
    assert list(behind) == [people[2], people[0]]


@pytest.mark.django_db
def test_eight_digits_are_a_symbol_where_there_is_one_else_a_day_of_birth() -> None:
    household = a_household(a_campaign(), "00")
    person = household.people.get()
    InsuredPerson.objects.update(birth_date=date(1980, 4, 1))
    assert found("19800401") == [person]
    assert found("１９８００４０１") == [person]
    assert found("19800402") == found("19801301") == []
    other = a_household(household.campaign, "00")
    Household.objects.filter(pk=other.pk).update(symbol="19800401")
    assert found("19800401") == [other.people.get()]
