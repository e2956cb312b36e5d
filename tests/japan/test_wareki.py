from datetime import date

import pytest

from japan.wareki import ERAS, DateError, era_of, format_wareki, parse_date


@pytest.mark.parametrize(
    "text",
    ["20250430", "2025-04-30", "2025/4/30", "2025/04/30", "R7.4.30", "R07.04.30", "令和7年4月30日"],
)
def test_parse_date_reads_every_documented_form(text: str) -> None:
    assert parse_date(text) == date(2025, 4, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("大正元年7月30日", date(1912, 7, 30)),
        ("T15.12.24", date(1926, 12, 24)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("S64.1.7", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("R6.2.29", date(2024, 2, 29)),
    ],
)
def test_parse_date_reads_the_edges_of_the_eras(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "平成31年5月1日",
        "昭和64年1月8日",
        "令和元年4月30日",
        "平成元年1月7日",
        "昭和元年12月24日",
        "T15.12.25",
        "T1.7.29",
        "大正0年7月30日",
        "R0.5.1",
        "S65.1.1",
        "R7.2.29",
        "令和7年4月31日",
        "20250229",
        "99999999",
        "00000000",
        "2025-13-01",
        "2025/0/1",
    ],
)
def test_parse_date_refuses_impossible_days(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert refused.value.rule == "date_impossible"


@pytest.mark.parametrize("text", ["5-R070430", "5-070430", "9070430"])
def test_parse_date_refuses_the_ambiguous_era_codes(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert (refused.value.rule, str(refused.value)) == (
        "date_era_code",
        "元号コード付きの日付（5-R070430 など）は、元号の読み方が定まらないため受け付けません。",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "070430",
        "25-04-30",
        "2025-4-30",
        "2025.4.30",
        "2025/4/30 ",
        "20250430\n",
        "２０２５0430",
        "r7.4.30",
        "R7/4/30",
        "R元.5.1",
        "M45.7.29",
        "明治45年7月29日",
        "令7年4月30日",
        "令和七年4月30日",
        "㋿7年4月30日",
        "令和７年４月３０日",
        "令和107年4月30日",
        "2025年4月30日",
    ],
)
def test_parse_date_guesses_nothing(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert refused.value.rule == "date_format"


@pytest.mark.parametrize("text", ["19120729", "1868-01-25", "0001/1/1"])
def test_parse_date_refuses_days_before_the_known_eras(text: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert refused.value.rule == "date_before_taisho"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2025, 4, 30), "令和7年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 30), "大正元年7月30日"),
    ],
)
def test_format_wareki_prints_the_first_year_as_gannen(day: date, text: str) -> None:
    assert format_wareki(day) == text


def test_format_wareki_refuses_days_before_taisho() -> None:
    with pytest.raises(DateError) as refused:
        format_wareki(date(1912, 7, 29))
    assert (refused.value.rule, str(refused.value)) == (
        "date_before_taisho",
        "大正より前の日付は扱えません。",
    )


def test_era_of_every_boundary_day() -> None:
    assert [(era_of(era.first), era_of(era.last)) for era in ERAS] == [(era, era) for era in ERAS]


def test_an_impossible_day_of_an_era_is_named_to_the_reader() -> None:
    with pytest.raises(DateError, match=r"^平成の期間にない日付です。$"):
        parse_date("H31.5.1")
