from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from japan.ages import day_before_75th, is_under_75, seventy_fifth_birthday
from japan.wareki import ERAS, DateError, format_wareki, parse_date

# 令和99年 is the last year two digits can write.
_DAYS = st.dates(ERAS[0].first, date(2117, 12, 31))


@given(_DAYS)
def test_what_is_printed_in_an_era_reads_back_as_the_same_day(day: date) -> None:
    assert parse_date(format_wareki(day)) == day


@given(_DAYS)
def test_every_form_of_a_day_is_the_same_day(day: date) -> None:
    era = next(era for era in ERAS if era.first <= day <= era.last)
    year = day.year - era.first.year + 1
    forms = [
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{era.letter}{year}.{day.month}.{day.day}",
        f"{era.name}{year}年{day.month}月{day.day}日",
    ]
    assert [parse_date(form) for form in forms] == [day] * len(forms)


@given(st.sampled_from(ERAS), st.integers(0, 99), st.integers(1, 12), st.integers(1, 31))
def test_an_era_holds_exactly_its_own_days(one_of: object, year: int, month: int, day: int) -> None:
    era = next(era for era in ERAS if era is one_of)
    try:
        expected: date | None = date(era.first.year + year - 1, month, day)
    except ValueError:
        expected = None
    if expected and not era.first <= expected <= era.last:
        expected = None
    try:
        found: date | None = parse_date(f"{era.letter}{year}.{month}.{day}")
    except DateError:
        found = None
    assert found == expected


def test_the_eras_follow_each_other_without_gap() -> None:
    assert [era.last + timedelta(days=1) for era in ERAS[:-1]] == [era.first for era in ERAS[1:]]


@given(
    st.text("0123456789-/.TSHR令和元年月日", max_size=12)
    | st.from_regex(r"[TSHR]?\d{1,8}[-/.]?\d{0,2}[-/.]?\d{0,2}")
)
def test_any_text_is_a_printable_day_or_a_named_error(text: str) -> None:
    try:
        outcome = format_wareki(parse_date(text))[-1]
    except DateError as error:
        outcome = error.rule
    assert outcome in {"日", "date_format", "date_impossible", "date_era_code", "date_before_taisho"}


@given(st.dates(max_value=date(9924, 12, 31)), st.integers(-800, 800))
def test_one_is_under_75_up_to_the_last_day_of_membership(birth: date, days: int) -> None:
    birthday = seventy_fifth_birthday(birth)
    on = birthday + timedelta(days=days) if birthday.year < 9990 else birthday
    assert is_under_75(birth, on) is (on <= day_before_75th(birth))


@given(st.dates(max_value=date(9924, 12, 30)))
def test_who_is_born_later_turns_75_no_earlier(birth: date) -> None:
    assert seventy_fifth_birthday(birth) <= seventy_fifth_birthday(birth + timedelta(days=1))
