from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from backoffice.models import Job, User
from backoffice.tables import BaseTable, Column, LinkColumn, StateColumn
from backoffice.templatetags.backoffice import badge
from mailing.models import PrintBatch

ONE = UUID(int=1)


class EveryTable(BaseTable):
    """A column of each kind of value and of renderer."""

    state = StateColumn()
    started_by = Column(accessor="started_by__username")
    message = Column()
    rows_done = Column()
    called = Column(accessor="subject")
    whole = Column(accessor="kind", attrs={"td": {"class": "<narrow>"}})
    linked = LinkColumn("backoffice:export-detail", accessor="kind")

    class Meta(BaseTable.Meta):
        sequence = ("state", "started_by", "message", "rows_done", "called", "whole", "linked")

    def render_whole(self, **given: Any) -> str:
        return f"{given['value']} {sorted(given)}"


@dataclass
class Shown:
    """A row that is none of the database."""

    state: object
    message: object
    kind: object
    public_id: object
    started_by: object = None

    def subject(self) -> str:
        return f"asked for {self.kind}"


def by_the_library(table: BaseTable) -> list[str]:
    """Each row as the library's own rows draw their cells."""
    return [
        format_html_join(
            "",
            '<td {} role="cell" data-label="{}">{}</td>',
            ((c.attrs["td"].as_html(), c.header, localize(row.get_cell(c.name))) for c in table.columns),
        )
        for row in table.rows
    ]


RECORDS = [
    pytest.param(
        Job(public_id=ONE, state="failed", kind="<k>", started_by=User(username="<u>")), id="with everything"
    ),
    pytest.param(Job(public_id=ONE, state="queued", kind="k"), id="without relation"),
    pytest.param(Job(public_id=ONE, state="", kind=""), id="empty"),
    pytest.param(Job(public_id=ONE, state="no such state", kind="k"), id="a value without a word"),
    pytest.param(Shown("running", None, "k", uuid4()), id="no model"),
    pytest.param(Shown(["x"], mark_safe("<b>fett</b>"), 3, uuid4(), User(username="u")), id="ready HTML"),
    pytest.param(
        {"state": "done", "started_by": {"username": "u"}, "message": 4.5, "kind": "k", "public_id": uuid4()},
        id="a dict",
    ),
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_row_is_what_the_library_draws(record: Any) -> None:
    table = EveryTable([record], exclude=("state",) if isinstance(getattr(record, "state", ""), list) else ())
    assert list(table.lines) == by_the_library(table)


def test_rows_of_several_kinds_share_a_table() -> None:
    others = [
        Job(public_id=ONE, state="done", kind="a"),
        Shown("done", "", "b", uuid4()),
        Job(public_id=ONE, state="failed", kind="c"),
    ]
    table = EveryTable(others)
    assert list(table.lines) == by_the_library(table)


class StateTable(BaseTable):
    state = Column()

    class Meta(BaseTable.Meta):
        sequence = ("state",)


def test_a_state_of_two_entities_has_the_word_of_each() -> None:
    job, batch = StateTable([Job(state="cancelled"), PrintBatch(state="cancelled")]).lines
    assert ("中止" in job, "取消し" in batch) == (True, True)


def test_a_cell_escapes_what_it_is_told() -> None:
    [line] = EveryTable([Job(public_id=ONE, kind="<k>", state="done")]).lines
    assert isinstance(line, SafeString)
    assert 'class="&lt;narrow&gt;"' in line
    assert "<k>" not in line


def test_a_badge_of_html_is_none_of_the_same_text() -> None:
    badge(mark_safe("<i>fertig</i>"))
    assert "&lt;i&gt;fertig" in badge("<i>fertig</i>")
    assert "<i>fertig" in badge(mark_safe("<i>fertig</i>"))


def test_every_record_is_linked_to_its_own_page() -> None:
    ids = [uuid4(), uuid4()]
    lines = EveryTable([Shown("done", "", "k", one) for one in ids]).lines
    assert all(f'/{one}/">k</a>' in line for one, line in zip(ids, lines, strict=True))
