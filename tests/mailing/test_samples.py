"""The sample of a submitted batch: chosen by the system, looked at by every approver."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from backoffice.refusal import Refused
from issuance.models import InsuredPerson
from mailing.models import PrintBatch, SamplePage, SampleView
from mailing.queries import sample_pages, sample_problems, sample_views, unseen_pages
from mailing.services import (
    approve_batch,
    mark_sample_page,
    reject_batch,
    revise_batch,
    state_sample_seen,
    submit_batch,
)
from mailing.services.samples import require_sample_seen
from mailing.services.sampling import AT_RANDOM, SampledPiece, chosen, is_rare
from mailing.states import SampleReason
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    approved_by,
    clerk,
    later,
    pack_and_plan,
    render,
    supervisor,
)


def submitted(*households: tuple[str, ...]) -> PrintBatch:
    campaign = a_campaign()
    for edabans in households or (("00",), ("00", "01")):
        a_household(campaign, *edabans)
    return resubmitted(pack_and_plan(campaign))


def resubmitted(batch: PrintBatch) -> PrintBatch:
    submit_batch(batch=render(batch), by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


@pytest.mark.django_db
def test_every_trait_of_a_batch_is_in_its_sample() -> None:
    campaign = a_campaign()
    for edabans in (("00",), ("00", "01"), ("00", "01", "02"), ("00", "01", "02", "03"), ("01",)):
        a_household(campaign, *edabans)
    split = a_household(campaign, "00", "01", "02", "03", "04")
    odd = InsuredPerson.objects.get(household=a_household(campaign, "00"))
    odd.name_print, odd.sex_print, odd.back_remarks = "\U00020bb7野家　太郎", "裏面参照", "戸籍上の性別は男"
    odd.save()
    batch = resubmitted(pack_and_plan(campaign))
    by_envelope = {page.envelope_id: page.reasons for page in sample_pages(batch)}
    found = Counter(reason for reasons in by_envelope.values() for reason in reasons)
    assert found == {
        "first": 1,
        "last": 1,
        "one_card": 1,
        "two_cards": 1,
        "three_cards": 1,
        "four_cards": 1,
        "split": 2,
        "dependants_only": 1,
        "longest_name": 1,
        "longest_address": 1,
        "rare_character": 1,
        "back_remarks": 1,
        "most_pages": 1,
        "random": AT_RANDOM,
    }
    shown = {page.envelope.household_id for page in sample_pages(batch) if "split" in page.reasons}
    assert shown == {split.pk}
    rare = sample_pages(batch).filter(reasons__contains=["rare_character"])
    assert {page.envelope.household_id for page in rare} == {odd.household_id}


@pytest.mark.django_db
def test_approval_waits_for_every_page_of_the_sample() -> None:
    batch, by = submitted(), supervisor()
    first, second = sample_pages(batch)
    assert mark_sample_page(page=first, by=by, at=MORNING) is True
    assert mark_sample_page(page=first, by=by, at=later(minutes=1)) is False
    assert unseen_pages(batch, by) == [second]
    with pytest.raises(Refused, match="見本があと1ページ") as refusal:
        approve_batch(batch=batch, by=by, at=MORNING)
    assert refusal.value.code == "sample_unseen"
    mark_sample_page(page=second, by=supervisor(), at=MORNING)
    with pytest.raises(Refused, match="見本があと1ページ"):
        approve_batch(batch=batch, by=by, at=MORNING)
    mark_sample_page(page=second, by=by, at=MORNING)
    assert approve_batch(batch=batch, by=by, at=MORNING) is True


@pytest.mark.django_db
def test_a_problem_found_by_anybody_stands_until_they_take_it_back() -> None:
    batch, by, other = submitted(), supervisor(), supervisor()
    page = sample_pages(batch)[0]
    mark_sample_page(page=page, by=other, at=MORNING, problem="住所が切れている")
    with pytest.raises(Refused) as refusal:
        approved_by(batch, by)
    assert refusal.value.code == "sample_problem"
    assert [(view.seen_by, view.note) for view in sample_problems(batch)] == [(other, "住所が切れている")]
    mark_sample_page(page=page, by=other, at=MORNING)
    assert approved_by(batch, by) is True
    assert page.views.count() == 3


@pytest.mark.django_db
def test_who_cannot_approve_looks_at_no_sample() -> None:
    batch = submitted()
    with pytest.raises(PermissionDenied):
        mark_sample_page(page=sample_pages(batch)[0], by=clerk(), at=MORNING)
    with pytest.raises(PermissionDenied):
        state_sample_seen(batch=batch, by=clerk(), at=MORNING)


@pytest.mark.django_db
def test_a_new_revision_has_a_sample_of_its_own() -> None:
    batch, by = submitted(), supervisor()
    old = sample_pages(batch)[0]
    state_sample_seen(batch=batch, by=by, at=MORNING)
    reject_batch(batch=batch, by=by, at=MORNING, reason="誤字")
    assert state_sample_seen(batch=batch, by=by, at=MORNING) == 0
    revise_batch(batch=batch, by=None, at=MORNING)
    batch.refresh_from_db()
    resubmitted(batch)
    assert (sample_views(batch), len(unseen_pages(batch, by))) == ([], 2)
    with pytest.raises(Refused) as refusal:
        mark_sample_page(page=old, by=by, at=MORNING)
    assert refusal.value.code == "wrong_state"


@pytest.mark.django_db
def test_a_batch_without_a_sample_is_not_approved() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    with pytest.raises(Refused) as refusal:
        require_sample_seen(batch, supervisor())
    assert refusal.value.code == "no_sample"


@pytest.mark.django_db
def test_nothing_of_a_sample_is_changed_afterwards() -> None:
    batch, by = submitted(), supervisor()
    state_sample_seen(batch=batch, by=by, at=MORNING)
    for rows in (SamplePage.objects.all(), SampleView.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        SampleView.objects.update(stated=False)


@pytest.mark.django_db
def test_the_command_records_a_statement_or_asks_for_the_screens() -> None:
    batch, by = submitted(), supervisor()
    command = ("approve_batch", batch.number, "--by", by.username)
    with pytest.raises(CommandError, match="見本があと2ページ"):
        call_command(*command, "--sample", "screen", stdout=io.StringIO())
    call_command(*command, stdout=io.StringIO())
    assert list(SampleView.objects.values_list("seen_by", "verdict", "stated")) == [(by.pk, "seen", True)] * 2


def a_piece(pk: int, **changes: object) -> SampledPiece:
    plain = SampledPiece(
        pk=pk,
        first_page=pk,
        pages=1,
        cards=1,
        of=1,
        household=pk,
        make_no=1,
        names=("佐藤",),
        address="東京都",
        dependants_only=False,
        back_remarks=False,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


PIECES = st.lists(
    st.builds(
        SampledPiece,
        pk=st.integers(1, 10**6),
        first_page=st.just(1),
        pages=st.integers(1, 3),
        cards=st.integers(0, 4),
        of=st.integers(1, 2),
        household=st.one_of(st.none(), st.integers(1, 5)),
        make_no=st.integers(1, 2),
        names=st.tuples(st.text(max_size=4)),
        address=st.text(max_size=4),
        dependants_only=st.booleans(),
        back_remarks=st.booleans(),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda piece: piece.pk,
)


@given(pieces=PIECES, seed=st.text(max_size=3))
def test_a_sample_repeats_and_shows_every_trait_there_is(pieces: list[SampledPiece], seed: str) -> None:
    found = chosen(pieces, seed=seed)
    assert chosen(pieces, seed=seed) == found
    assert set(found) <= {piece.pk for piece in pieces}
    shown = {reason for reasons in found.values() for reason in reasons}
    wanted = {SampleReason.FIRST, SampleReason.LAST, SampleReason.RANDOM}
    wanted |= {SampleReason.LONGEST_NAME, SampleReason.LONGEST_ADDRESS}
    traits = {
        SampleReason.SPLIT: lambda piece: piece.of > 1,
        SampleReason.DEPENDANTS_ONLY: lambda piece: piece.dependants_only,
        SampleReason.BACK_REMARKS: lambda piece: piece.back_remarks,
        SampleReason.MADE_AGAIN: lambda piece: piece.make_no > 1,
        SampleReason.RARE_CHARACTER: lambda piece: is_rare("".join((*piece.names, piece.address))),
        SampleReason.FOUR_CARDS: lambda piece: piece.cards == 4 and piece.of == 1,
    }
    for reason, has in traits.items():
        assert (reason in shown) == any(map(has, pieces))
    assert wanted <= shown


def test_another_hash_gives_another_sample_of_a_large_batch() -> None:
    pieces = [a_piece(pk) for pk in range(1, 2_001)]
    assert set(chosen(pieces, seed="a")) != set(chosen(pieces, seed="b"))


@pytest.mark.parametrize(
    ("text", "rare"),
    [("佐藤", False), ("\U00020bb7田", True), ("辻\U000e0100", True), ("葛\ufe00", True), ("ABC-1", False)],
)
def test_rare_characters_are_those_beyond_the_first_plane_and_variants(text: str, rare: bool) -> None:
    assert is_rare(text) is rare
