from __future__ import annotations

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from backoffice.charts import (
    BAR_LENGTH,
    COLUMN_HEIGHT,
    Bar,
    Stage,
    Week,
    drawn_bars,
    drawn_stages,
    drawn_weeks,
    percent,
    scaled,
)

counts = st.integers(0, 12_000_000)


@given(value=counts, largest=counts)
def test_a_bar_stays_in_its_frame_and_something_is_never_drawn_as_nothing(value: int, largest: int) -> None:
    length = scaled(value, max(value, largest), BAR_LENGTH)
    assert 0 <= length <= BAR_LENGTH
    assert (length == 0) == (value == 0)


@pytest.mark.parametrize(
    ("value", "whole", "expected"), [(0, 0, 0), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33)]
)
def test_100_percent_means_all(value: int, whole: int, expected: int) -> None:
    assert percent(value, whole) == expected


def test_bars_share_one_scale() -> None:
    assert [(bar.length, bar.share) for bar in drawn_bars([Bar("東京", 50), Bar("大阪", 25)])] == [
        (100, None),
        (50, None),
    ]


def test_bars_with_a_whole_have_their_own_scale() -> None:
    assert [(bar.length, bar.share) for bar in drawn_bars([Bar("東京", 1, of=4), Bar("大阪", 9, of=9)])] == [
        (25, 25),
        (100, 100),
    ]


def test_no_bars() -> None:
    assert drawn_bars([]) == []


def test_stages_are_measured_by_the_first() -> None:
    assert [(bar.length, bar.share) for bar in drawn_stages([Stage("対象", 200), Stage("封筒", 50)])] == [
        (100, 100),
        (25, 25),
    ]


def test_a_stage_is_measured_by_what_it_is_a_part_of() -> None:
    people, envelopes = drawn_stages(
        [Stage("対象", 50, unit="人", of=200), Stage("封筒", 40, unit="通", of=40)]
    )
    assert [(bar.length, bar.share) for bar in (people, envelopes)] == [(25, 25), (100, 100)]


def test_no_stages() -> None:
    assert drawn_stages([]) == []


def test_weeks_stand_side_by_side_with_the_expected_marked() -> None:
    first, second = drawn_weeks([Week("7/21", 50, expected=100), Week("7/28", 25)])
    assert (first.x, first.y, first.height, first.mark_y, first.middle) == (7, 60, 60, 0, 20)
    assert (second.x, second.height, second.mark_y) == (47, COLUMN_HEIGHT // 4, None)


def draw(source: str, **values: object) -> str:
    return Template("{% load backoffice %}" + source).render(Context(values))


def test_bars_are_a_table_with_pictures() -> None:
    page = draw('{% bars rows "支部別" %}', rows=[Bar("東京支部", 1234, of=2468, url="/x")])
    assert page.count("<svg") == 1
    assert "<caption>支部別</caption>" in page
    assert '<a href="/x">東京支部</a>' in page
    assert '<td class="num">50%</td>' in page


def test_bars_without_a_whole_have_no_share_column() -> None:
    assert "割合" not in draw('{% bars rows "支部別" %}', rows=[Bar("東京支部", 1)])


def test_funnel_gives_numbers_beside_the_bars() -> None:
    page = draw(
        "{% funnel stages %}", stages=[Stage("対象", 12000), Stage("差出", 3000, url="/x", note="予定どおり")]
    )
    assert "<span><strong>12,000</strong></span><span>100%</span>" in page
    assert "<span><strong>3,000</strong></span><span>25%</span>" in page
    assert '<p class="funnel__note">予定どおり</p>' in page


def test_weeks_give_the_same_numbers_as_a_table() -> None:
    page = draw(
        '{% weeks columns "還付の推移" %}', columns=[Week("7/21", 1500, expected=2000), Week("7/28", 10)]
    )
    assert '<th scope="row">7/21</th><td class="num">1,500</td><td class="num">2,000</td>' in page
    assert '<th scope="row">7/28</th><td class="num">10</td><td class="num">—</td>' in page
