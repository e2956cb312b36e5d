"""What one employer gets of one batch has one letter (R23): before its first envelope, naming every piece and nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from backoffice.refusal import Refused
from mailing.models import Envelope, PrintBatch, RenderChunk
from mailing.queries.parcels import parcels_of
from mailing.rendering.documents import EmployerLetter
from mailing.services import (
    approve_batch,
    claim_chunk,
    plan_batches,
    print_chunk,
    pull_list_rows,
    pull_lost_envelopes,
    release_batch,
    reroute_envelopes,
    revise_batch,
    state_sample_seen,
    submit_batch,
)
from mailing.services.documents import drafts_of
from mailing.services.rendering import request_rendering
from mailing.sql.rendering import cut_chunks
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    approve,
    clerk,
    lose,
    render,
    supervisor,
)
from tests.factories.returns import come_back, post_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from employers.models import Employer
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db
RUN = UUID(int=1)


def sent_to(*employers: Employer, campaign: Campaign | None = None) -> list[Envelope]:
    """One returned household for each of these employers, re-made for them, in the order of their batch."""
    campaign = campaign or a_campaign()
    for employer in employers:
        a_household(campaign, "00", "01", employer=employer)
    for envelope in post_all(campaign):
        come_back(envelope)
    returned = Envelope.objects.filter(campaign=campaign, state="returned")
    reroute_envelopes(campaign=campaign, envelopes=returned, cycle_no=1, run=RUN, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    return list(Envelope.objects.filter(kind="employer").order_by("position"))


def letters() -> list[tuple[str, tuple[str, ...]]]:
    """(piece of the envelope, pieces its letter names) of the envelopes with a letter, in order."""
    drafts = drafts_of(Envelope.objects.filter(kind="employer", batch__isnull=False))
    return [
        (draft.sheets.piece_no, part.inner)
        for draft in drafts
        for part in draft.sheets.parts
        if isinstance(part, EmployerLetter)
    ]


def test_one_letter_names_all_pieces_of_an_employer() -> None:
    employer = an_employer()
    first, second, third = sent_to(employer, employer, employer)
    assert letters() == [(first.piece_no, (first.piece_no, second.piece_no, third.piece_no))]


def test_each_employer_has_a_letter_of_its_own() -> None:
    one, other = sent_to(an_employer(), an_employer())
    assert letters() == [(one.piece_no, (one.piece_no,)), (other.piece_no, (other.piece_no,))]


def test_more_pieces_than_a_letter_can_name_have_several() -> None:
    employer = an_employer()
    pieces = sent_to(employer, employer, employer)
    assert parcels_of(pieces[:1], most=2) == {
        pieces[0].pk: (pieces[0].piece_no, pieces[1].piece_no),
        pieces[2].pk: (pieces[2].piece_no,),
    }


def test_an_envelope_in_no_batch_is_a_parcel_of_its_own() -> None:
    employer = an_employer()
    one, other = sent_to(employer, employer)
    Envelope.objects.filter(pk=other.pk).update(batch=None, position=None)
    other.refresh_from_db()
    assert parcels_of([one, other], most=40) == {one.pk: (one.piece_no,), other.pk: (other.piece_no,)}


def test_pulling_one_has_the_letter_made_again_that_names_it() -> None:
    employer = an_employer()
    first, second, other = sent_to(employer, employer, an_employer())
    assert first.batch is not None
    cut_chunks([first.batch.pk], 1)
    RenderChunk.objects.update(state="done", sha256="x", pages=2)
    assert second.household is not None
    lose(*second.household.people.all())
    pull_lost_envelopes(campaign=first.campaign, at=MORNING, by=None)
    states = RenderChunk.objects.order_by("first_position").values_list("state", flat=True)
    assert list(states) == ["ready", "ready", "done"]
    assert letters() == [(first.piece_no, (first.piece_no,)), (other.piece_no, (other.piece_no,))]


def test_an_envelope_that_cannot_be_printed_leaves_the_letter_too() -> None:
    employer = an_employer()
    first, second = sent_to(employer, employer)
    assert second.household is not None
    second.household.people.filter(edaban="01").update(name_print="\U0001f600")
    request_rendering(batches=PrintBatch.objects.all(), at=MORNING, by=None)
    chunk = RenderChunk.objects.get()
    for expected in ("ready", "done"):
        claim = claim_chunk(chunk_id=chunk.pk, at=MORNING)
        assert claim is not None
        with claim:
            print_chunk(claim=claim)
        chunk.refresh_from_db()
        assert chunk.state == expected
    second.refresh_from_db()
    assert (second.batch, second.stop_code) == (None, "missing_glyph")
    assert letters() == [(first.piece_no, (first.piece_no,))]


def made_for(*employers: Employer, data: Path, settings: Settings) -> tuple[PrintBatch, list[Envelope]]:
    """A batch of one re-made envelope per employer given."""
    settings.DATA_DIR = data
    pieces = sent_to(*employers)
    batch = PrintBatch.objects.get(kind="employer")
    return batch, pieces


def lose_all_of(envelope: Envelope) -> None:
    """Everybody in it loses their eligibility, so that it is pulled."""
    assert envelope.household is not None
    lose(*envelope.household.people.all())
    pull_lost_envelopes(campaign=envelope.campaign, at=MORNING, by=None)


def refused(step: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        step()
    return refusal.value.code


def test_a_letter_that_names_a_pulled_piece_goes_no_further(tmp_path: Path, settings: Settings) -> None:
    employer = an_employer()
    batch, (first, second) = made_for(employer, employer, data=tmp_path, settings=settings)
    submitter, approver = clerk(), supervisor()
    render(batch)
    lose_all_of(second)
    assert refused(lambda: submit_batch(batch=batch, by=submitter, at=MORNING)) == "letter_out_of_date"
    revise_batch(batch=batch, by=submitter, at=MORNING)
    render(batch)
    assert letters() == [(first.piece_no, (first.piece_no,))]
    submit_batch(batch=batch, by=submitter, at=MORNING)
    state_sample_seen(batch=batch, by=approver, at=MORNING)
    lose_all_of(first)
    assert refused(lambda: approve_batch(batch=batch, by=approver, at=MORNING)) == "letter_out_of_date"


def test_an_approved_batch_whose_letter_is_no_longer_true_is_not_handed_over(
    tmp_path: Path, settings: Settings
) -> None:
    employer = an_employer()
    batch, (_first, second) = made_for(employer, employer, data=tmp_path, settings=settings)
    approve(batch)
    lose_all_of(second)
    target = tmp_path / "package"
    assert (
        refused(lambda: release_batch(batch=batch, directory=target, by=supervisor(), at=MORNING))
        == "letter_out_of_date"
    )
    assert not target.exists()


def test_the_pull_list_says_which_letter_names_a_piece_pulled_after_the_handover(
    tmp_path: Path, settings: Settings
) -> None:
    employer = an_employer()
    batch, (first, second, other) = made_for(
        employer, employer, an_employer(), data=tmp_path, settings=settings
    )
    approve(batch)
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    lose_all_of(second)
    lose_all_of(other)
    assert pull_list_rows(batch) == [
        (second.piece_no, 1, 1, 3, first.piece_no, 1),
        (other.piece_no, 1, 2, 4, other.piece_no, 4),
    ]
