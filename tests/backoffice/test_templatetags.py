from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.db.models import CharField
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString, mark_safe

from backoffice.models import Job
from backoffice.tables import BaseTable, StateColumn
from backoffice.templatetags.backoffice import badge, iso, moment, number, piece, shown, state_badge, wareki
from backoffice.tones import ICONS, TONES, Tone, tone_of
from japan.piece_number import ENVELOPE_SHIFT, grouped, piece_number

LATE = datetime(2025, 7, 21, 15, 30, tzinfo=UTC)  # already the 22nd in Japan


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12345, "12,345"),
        ("12345", "12345"),
        (None, "—"),
        ("", "—"),
        (0, "0"),
        (date(2025, 7, 21), "令和7年7月21日"),
        (LATE, "2025-07-22 00:30"),
    ],
)
def test_facts_are_shown_as_people_read_them(value: object, expected: str) -> None:
    assert shown(value) == expected


def test_markup_in_a_fact_stays_markup() -> None:
    assert isinstance(shown(mark_safe("<b>1</b>")), SafeString)


def test_days_of_moments_are_days_in_japan() -> None:
    assert (wareki(LATE), iso(LATE), moment(LATE)) == ("令和7年7月22日", "2025-07-22", "2025-07-22 00:30")


def test_days_may_be_missing() -> None:
    assert (wareki(None), iso(None), moment(None)) == ("—", "—", "—")


def test_number_leaves_words_alone() -> None:
    assert (number(1000), number("—")) == ("1,000", "—")


def test_a_piece_number_is_written_as_it_is_printed_and_nothing_else_is_touched() -> None:
    number = piece_number(1, shift=ENVELOPE_SHIFT)
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    assert (piece(number), piece(wrong), piece("X-1")) == (grouped(number), wrong, "X-1")


def test_badge_has_colour_sign_and_word() -> None:
    assert badge("承認待ち", "waiting") == (
        '<span class="badge badge--waiting"><svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="/static/img/icons.svg#clock"></use></svg>承認待ち</span>'
    )


def test_badge_escapes_its_word() -> None:
    assert "&lt;b&gt;" in badge("<b>")


def test_state_badge_takes_word_and_tone_from_the_record() -> None:
    assert state_badge(Job(state=Job.State.FAILED)) == badge("失敗", Tone.DANGER)


def test_every_tone_has_a_sign() -> None:
    assert set(ICONS) == set(Tone)


def test_unknown_word_is_neutral() -> None:
    assert tone_of("no such state") == Tone.NEUTRAL


def test_every_state_of_every_entity_has_a_tone() -> None:
    ours = {"backoffice", "employers", "issuance", "mailing", "returns"}
    states = {
        value
        for model in apps.get_models()
        if model._meta.app_label in ours
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.name == "state"
        for value, _ in field.choices or []
    }
    assert states - set(TONES) == set()


class JobTable(BaseTable):
    state = StateColumn()

    class Meta(BaseTable.Meta):
        sequence = ("state",)


def test_state_column_shows_the_badge() -> None:
    [row] = JobTable([Job(state=Job.State.RUNNING)]).rows
    assert row.get_cell("state") == badge("実行中", Tone.PROGRESS)


def test_table_inside_another_page_offers_no_sorting() -> None:
    page = Template("{% load django_tables2 %}{% render_table table %}").render(
        RequestContext(RequestFactory().get("/"), {"table": JobTable([])})
    )
    assert "hx-boost" not in page
    assert 'colspan="1">ありません。</td>' in page
