from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import InsuredPerson
from mailing.models import Artifact, Envelope, PrintBatch, RenderChunk
from mailing.services import (
    batches_to_finish,
    cancel_rendering,
    chunks_to_send,
    claim_chunk,
    finish_batch,
    plan_batches,
    print_chunk,
    pull_lost_envelopes,
    request_rendering,
)
from mailing.services.chunks import LEASE, Claim
from mailing.services.file_store import sha256_of, stored
from mailing.services.rendering import MOST_ATTEMPTS, RESEND_AFTER
from mailing.states import RenderState
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    clerk,
    later,
    lose,
    pack_and_plan,
    render,
    staff,
)

pytestmark = pytest.mark.django_db


def a_batch(households: int = 1) -> PrintBatch:
    campaign = a_campaign()
    for _ in range(households):
        a_household(campaign, "00", "01", employer=an_employer())
    return pack_and_plan(campaign)


def request(batch: PrintBatch) -> int:
    return request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=MORNING, by=None)


def claimed(batch: PrintBatch) -> Claim:
    request(batch)
    claim = claim_chunk(chunk_id=batch.chunks.get().pk, at=MORNING)
    assert claim is not None
    return claim


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailing.services.rendering.CHUNK_ENVELOPES", 2)


def test_rendering_makes_one_file_named_by_its_hash(small_chunks: None) -> None:
    batch = render(a_batch(5))
    assert (batch.state, batch.render_state, batch.page_count, batch.rendered_at) == (
        "rendered",
        "done",
        5,
        MORNING,
    )
    ranges = batch.chunks.order_by("first_position").values_list("first_position", "last_position", "state")
    assert list(ranges) == [(1, 2, "done"), (3, 4, "done"), (5, 5, "done")]
    artifact = Artifact.objects.get()
    path = stored("artifacts", artifact.sha256)
    assert sha256_of(path) == artifact.sha256
    assert (path.stat().st_size, artifact.pages) == (artifact.size, 5)
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 5
    places = batch.envelopes.order_by("position").values_list("position", "first_page", "pages")
    assert list(places) == [(place, place, 1) for place in range(1, 6)]
    assert batch.envelopes.filter(content_sha256="").count() == 0


def test_rendering_the_same_again_gives_the_same_bytes() -> None:
    batch = a_batch(2)
    claim = claimed(batch)
    print_chunk(claim=claim)
    first = RenderChunk.objects.get().sha256
    RenderChunk.objects.update(state=RenderState.READY, sha256="", pages=None)
    again = claim_chunk(chunk_id=claim.chunk.pk, at=MORNING)
    assert again is not None
    print_chunk(claim=again)
    assert RenderChunk.objects.get().sha256 == first


def test_request_rendering_twice_asks_once() -> None:
    batch = a_batch()
    assert (request(batch), request(batch)) == (1, 0)
    assert RenderChunk.objects.count() == 1


def test_request_rendering_needs_the_permission() -> None:
    batch = a_batch()
    rows = PrintBatch.objects.filter(pk=batch.pk)
    with pytest.raises(PermissionDenied):
        request_rendering(batches=rows, at=MORNING, by=staff(Role.RETURNS))
    assert request_rendering(batches=rows, at=MORNING, by=clerk()) == 1


def test_claim_chunk_has_one_winner_until_the_lease_runs_out() -> None:
    batch = a_batch()
    claim = claimed(batch)
    assert claim_chunk(chunk_id=claim.chunk.pk, at=MORNING + LEASE) is None
    taken_over = claim_chunk(chunk_id=claim.chunk.pk, at=later(minutes=1))
    assert taken_over is not None
    assert taken_over.chunk.attempt == 2
    assert print_chunk(claim=claim) is False
    assert print_chunk(claim=taken_over) is True


def test_a_chunk_that_was_set_back_belongs_to_whoever_claims_it_anew() -> None:
    batch = a_batch(2)
    stale = claimed(batch)
    leaver = InsuredPerson.objects.earliest("pk")
    lose(leaver)
    pull_lost_envelopes(campaign=batch.campaign, at=MORNING, by=None)
    fresh = claim_chunk(chunk_id=stale.chunk.pk, at=MORNING)
    assert fresh is not None
    assert (stale.chunk.attempt, fresh.chunk.attempt) == (1, 1)
    assert print_chunk(claim=stale) is False
    assert print_chunk(claim=fresh) is True
    assert finish_batch(batch_id=batch.pk, at=MORNING)


def test_claim_chunk_of_a_batch_nobody_asked_for_is_refused() -> None:
    batch = a_batch()
    request(batch)
    PrintBatch.objects.update(render_state=RenderState.CANCELLED)
    assert claim_chunk(chunk_id=batch.chunks.get().pk, at=MORNING) is None


def test_chunks_to_send_names_each_chunk_once_per_interval() -> None:
    batch = a_batch()
    request(batch)
    chunk = batch.chunks.get()
    assert chunks_to_send(at=MORNING) == [chunk.pk]
    assert chunks_to_send(at=MORNING + RESEND_AFTER) == []
    assert chunks_to_send(at=later(minutes=3)) == [chunk.pk]
    claim_chunk(chunk_id=chunk.pk, at=later(minutes=3))
    assert chunks_to_send(at=later(minutes=3)) == []
    assert chunks_to_send(at=later(minutes=4)) == [chunk.pk]


def test_a_failing_chunk_is_tried_again_and_then_fails_its_batch() -> None:
    batch = a_batch()
    request(batch)
    chunk = batch.chunks.get()
    (Path(settings.DATA_DIR)).mkdir()
    blocker = Path(settings.DATA_DIR) / "chunks"
    blocker.write_text("in the way")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        claim = claim_chunk(chunk_id=chunk.pk, at=MORNING)
        assert claim is not None
        with pytest.raises(FileExistsError), claim:
            print_chunk(claim=claim)
        chunk.refresh_from_db()
        assert (chunk.attempt, chunk.error) == (attempt, "FileExistsError")
    batch.refresh_from_db()
    assert (chunk.state, batch.render_state, batch.state) == ("failed", "failed", "planned")
    assert claim_chunk(chunk_id=chunk.pk, at=MORNING) is None
    blocker.unlink()
    assert render(batch).state == "rendered"


def test_a_chunk_whose_worker_died_in_its_last_attempt_has_failed() -> None:
    batch = a_batch()
    claim = claimed(batch)
    RenderChunk.objects.update(attempt=MOST_ATTEMPTS)
    assert chunks_to_send(at=later(minutes=4)) == []
    batch.refresh_from_db()
    claim.chunk.refresh_from_db()
    assert (batch.render_state, claim.chunk.state, claim.chunk.error) == ("failed", "failed", "WorkerLost")


def test_a_lost_claim_that_fails_late_changes_nothing() -> None:
    batch = a_batch()
    claim = claimed(batch)
    claim_chunk(chunk_id=claim.chunk.pk, at=later(minutes=4))
    with pytest.raises(ZeroDivisionError), claim:
        raise ZeroDivisionError
    assert (batch.chunks.get().state, batch.chunks.get().attempt) == ("rendering", 2)


def test_cancel_rendering_stops_and_request_rendering_resumes(small_chunks: None) -> None:
    batch = a_batch(4)
    request(batch)
    first, second = chunks_to_send(at=MORNING)
    claim = claim_chunk(chunk_id=first, at=MORNING)
    assert claim is not None
    assert cancel_rendering(batch=batch, at=MORNING, by=clerk()) is True
    assert cancel_rendering(batch=batch, at=MORNING, by=clerk()) is False
    assert claim_chunk(chunk_id=second, at=MORNING) is None
    assert print_chunk(claim=claim) is True
    assert batches_to_finish(at=MORNING) == []
    states = batch.chunks.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "cancelled"]
    assert request(batch) == 1
    assert list(states.all()) == ["done", "ready"]


def test_cancel_rendering_of_a_rendered_batch_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        cancel_rendering(batch=render(a_batch()), at=MORNING, by=clerk())
    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize(
    ("columns", "stop_code"),
    [({"name_print": "佐藤　●郎"}, "forbidden_character"), ({"nondisclosure": True}, "held_person")],
)
def test_an_unprintable_envelope_leaves_the_batch_and_its_neighbours_are_printed(
    columns: dict[str, object], stop_code: str
) -> None:
    batch = a_batch(3)
    bad = batch.envelopes.get(position=2)
    InsuredPerson.objects.filter(household=bad.household, edaban="01").update(**columns)
    render(batch)
    bad.refresh_from_db()
    assert (bad.stop_code, bad.batch, bad.position, bad.state) == (stop_code, None, None, "planned")
    assert (batch.state, batch.envelope_count, batch.card_count, batch.page_count) == ("rendered", 2, 4, 2)
    places = batch.envelopes.order_by("position").values_list("position", "first_page")
    assert list(places) == [(1, 1), (2, 2)]
    campaign = batch.campaign
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 0


def test_a_batch_with_nothing_left_to_print_is_cancelled() -> None:
    batch = a_batch()
    InsuredPerson.objects.update(nondisclosure=True)
    render(batch)
    assert (batch.state, batch.render_state, batch.envelope_count) == ("cancelled", "done", 0)
    assert Artifact.objects.count() == 0
    assert finish_batch(batch_id=batch.pk, at=MORNING) is False


def test_finish_batch_waits_for_every_chunk(small_chunks: None) -> None:
    batch = a_batch(3)
    request(batch)
    claim = claim_chunk(chunk_id=chunks_to_send(at=MORNING)[0], at=MORNING)
    assert claim is not None
    print_chunk(claim=claim)
    assert finish_batch(batch_id=batch.pk, at=MORNING) is False


def test_finish_batch_makes_a_lost_or_altered_chunk_again() -> None:
    batch = a_batch()
    print_chunk(claim=claimed(batch))
    chunk = batch.chunks.get()
    stored("chunks", chunk.sha256, ".sheaf").write_bytes(b"something else")
    assert finish_batch(batch_id=batch.pk, at=MORNING) is False
    chunk.refresh_from_db()
    assert (chunk.state, chunk.sha256) == ("ready", "")
    print_chunk(claim=claimed(batch))
    assert finish_batch(batch_id=batch.pk, at=MORNING) is True


def test_finish_batch_fails_when_a_page_belongs_to_somebody_else() -> None:
    batch = a_batch(2)
    print_chunk(claim=claimed(batch))
    first, second = batch.envelopes.order_by("position")
    Envelope.objects.filter(pk=first.pk).update(position=99)
    Envelope.objects.filter(pk=second.pk).update(position=1)
    Envelope.objects.filter(pk=first.pk).update(position=2)
    assert finish_batch(batch_id=batch.pk, at=MORNING) is False
    batch.refresh_from_db()
    chunk = batch.chunks.get()
    assert (batch.render_state, chunk.state) == ("failed", "failed")
    assert chunk.error == f"misprint: {second.piece_no}, page 1"
    assert render(batch).state == "rendered"


def test_a_dead_joiner_is_replaced_after_its_lease() -> None:
    batch = a_batch()
    print_chunk(claim=claimed(batch))
    PrintBatch.objects.update(merge_lease_until=later(minutes=5))
    assert finish_batch(batch_id=batch.pk, at=later(minutes=4)) is False
    assert finish_batch(batch_id=batch.pk, at=later(minutes=6)) is True


def test_pages_with_remarks_have_a_back_and_count_double() -> None:
    batch = a_batch(2)
    first = batch.envelopes.get(position=1)
    InsuredPerson.objects.filter(household=first.household, edaban="01").update(
        sex_print="裏面参照", back_remarks="戸籍上の性別：女"
    )
    render(batch)
    places = batch.envelopes.order_by("position").values_list("first_page", "pages")
    assert list(places) == [(1, 2), (3, 1)]
