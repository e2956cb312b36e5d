from __future__ import annotations

import gc
import io
import itertools
import threading
from types import SimpleNamespace

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.queues import Queue
from config.celery import app, get_press_ready
from config.gunicorn import post_worker_init
from mailing.rendering.codes import _tables
from mailing.rendering.documents import CannotPrint
from mailing.rendering.press import bind, print_sheaf, render
from mailing.rendering.sheaf import Sheaf
from tests.factories.documents import a_card, personal
from tests.factories.pages import HARDEST, an_envelope

ENVELOPES = [*HARDEST.values(), *(an_envelope(seed) for seed in range(20))]


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(1, len(ENVELOPES) - 1)), st.booleans())
def test_wherever_the_batch_is_cut_the_file_is_the_same(cuts: set[int], backwards: bool) -> None:
    ends = [0, *sorted(cuts), len(ENVELOPES)]
    ranges = list(itertools.pairwise(ends))
    order = list(reversed(ranges)) if backwards else ranges
    made = {start: print_sheaf(ENVELOPES[start:end]).sheaf.to_bytes() for start, end in order}
    assert bind(Sheaf.from_bytes(made[start]) for start in sorted(made)) == render(ENVELOPES).pdf


def test_a_sheaf_survives_being_kept() -> None:
    sheaf = print_sheaf(ENVELOPES).sheaf
    assert Sheaf.from_bytes(sheaf.to_bytes()) == sheaf


@pytest.mark.parametrize("content", [b'{"magic":"another"}\n', b"%PDF-1.7"])
def test_what_is_no_sheaf_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Sheaf.from_bytes(content)


def test_an_envelope_that_cannot_be_printed_leaves_its_neighbours_alone() -> None:
    good, bad = personal(a_card()), personal(a_card(name="●"))
    printed = print_sheaf([good, bad, good])
    assert printed.sheaf == print_sheaf([good, good]).sheaf
    assert [(stop.slot, stop.code) for stop in printed.stops] == [("card_name", "forbidden_character")]
    assert len(printed.content_hashes) == 2


def test_the_content_hash_changes_with_anything_that_is_set() -> None:
    one, same, other = (
        print_sheaf([personal(a_card(name=name))]).content_hashes
        for name in ("健保　太郎", "健保　太郎", "健保　太朗")
    )
    assert (one == same, one == other) == (True, False)


def test_a_file_is_sound_and_holds_each_font_once() -> None:
    with pikepdf.open(io.BytesIO(render(ENVELOPES).pdf)) as pdf:
        assert list(pdf.check_pdf_syntax()) == []
        programs = [len(item.read_raw_bytes()) for item in pdf.objects if _is_program(item)]
        assert len(programs) == 2  # the regular and the bold face
        assert max(programs) < 1_000_000
        assert len({page.objgen for page in pdf.pages}) == len(pdf.pages)


def _is_program(item: object) -> bool:
    return isinstance(item, pikepdf.Stream) and item.get("/Subtype") == pikepdf.Name.OpenType


def test_a_file_carries_no_date_and_no_chance() -> None:
    with pikepdf.open(io.BytesIO(render(ENVELOPES[:1]).pdf)) as pdf:
        assert sorted(pdf.docinfo.keys()) == ["/Producer", "/Title"]
        assert str(pdf.docinfo.Title) == "資格確認書"


def test_one_stop_refuses_the_whole_print() -> None:
    with pytest.raises(CannotPrint, match="card_name: forbidden_character"):
        render([personal(a_card()), personal(a_card(name="●"))])


def test_nothing_to_print_is_a_sheaf_without_pages() -> None:
    assert print_sheaf([]).sheaf == Sheaf((), (), frozenset(), frozenset(), frozenset())


def test_a_new_process_makes_itself_ready_beside_its_work() -> None:
    _tables.cache_clear()
    left_alone = gc.get_freeze_count()
    post_worker_init(None)
    for thread in threading.enumerate():
        if thread.name == "ready":
            thread.join()
    made, frozen = _tables.cache_info().currsize, gc.get_freeze_count()
    gc.unfreeze()
    render([personal(a_card())])
    assert (made, _tables.cache_info().currsize) == (2, 2)
    assert frozen - left_alone > 100_000  # the collector does not look through Django and the press again


@pytest.mark.parametrize(("queue", "ready"), [(Queue.RENDERING, 2), (Queue.IMPORT, 0)])
def test_a_printing_worker_has_the_press_ready_before_it_forks(queue: Queue, ready: int) -> None:
    _tables.cache_clear()
    queues = app.amqp.queues
    queues.select([queue.value])
    try:
        get_press_ready(instance=SimpleNamespace(app=app))
    finally:
        queues._consume_from = None
    assert _tables.cache_info().currsize == ready
