"""What went wrong elsewhere does not go wrong here: one test for each incident of domain.md §8 that software can prevent.

I3 (the home address on file is a former employer's) is not here: nothing in the files tells such an address from a right one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from backoffice.refusal import Refused
from employers.models import Employer
from issuance.models import Certificate, Household, InsuredPerson, Reject
from issuance.services import publish_target_lists
from issuance.states import Outcome
from mailing.models import Artifact, Envelope, PrintBatch
from mailing.services import (
    approval_facts,
    approve_batch,
    batch_file_path,
    close_case,
    import_vendor_results,
    mark_returned,
    pack_envelopes,
    pack_target_lists,
    plan_batches,
    post_batch,
    release_batch,
    reroute_envelopes,
    submit_batch,
)
from mailing.services.read_back import Misprint, misprinted
from tests.factories.issuance import CampaignFactory
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    a_person,
    all_inserted,
    an_employer,
    approve,
    clerk,
    pack_and_plan,
    post,
    release,
    render,
    results_file,
    select,
    supervisor,
)
from tests.factories.pdf_files import Taken
from tests.issuance.roster_files import person, take_in, take_in_employer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


def two_envelopes(**of_the_insured: str) -> PrintBatch:
    """Two printed envelopes of two people each household; the insured people as given."""
    campaign = a_campaign()
    for postal_code in ("1000001", "1000002"):
        household = a_household(campaign, "00", postal_code=postal_code)
        InsuredPerson.objects.filter(household=household).update(
            address1=f"東京都千代田区{postal_code}", **of_the_insured
        )
    return render(pack_and_plan(campaign))


def read_back(batch: PrintBatch, content: bytes | None = None) -> Misprint | None:
    """The first page of the batch's file, or of this one, that is not what the tables say."""
    whole = batch_file_path(batch).read_bytes() if content is None else content
    return misprinted(whole, batch.chunks.order_by("first_position"))


def pages_in_order(batch: PrintBatch, order: Sequence[int]) -> bytes:
    """The batch's file with its pages in another order."""
    taken = Taken(batch_file_path(batch).read_bytes())
    taken.order_pages(order)
    return taken.whole()


def submitted(batch: PrintBatch) -> PrintBatch:
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


def reroute_all(campaign: Campaign) -> list[Envelope]:
    """Everything posted comes back and is made again for the employers."""
    mark_returned(envelopes=Envelope.objects.filter(campaign=campaign), at=MORNING, by=None)
    back = Envelope.objects.filter(campaign=campaign, state="returned")
    reroute_envelopes(campaign=campaign, envelopes=back, cycle_no=1, run=UUID(int=1), at=MORNING, by=None)
    return list(Envelope.objects.filter(kind="employer").order_by("pk"))


def test_i01_another_persons_data_on_the_back_is_found_page_by_page() -> None:
    batch = two_envelopes(sex_print="裏面参照", back_remarks="戸籍上の性別は男")
    first, second = batch.envelopes.order_by("position")
    InsuredPerson.objects.filter(household=second.household).update(back_remarks="戸籍上の性別は女")
    assert read_back(batch) == Misprint(batch.chunks.get().pk, second.piece_no, 4)
    swapped = pages_in_order(batch, [0, 3, 2, 1])
    InsuredPerson.objects.filter(household=second.household).update(back_remarks="戸籍上の性別は男")
    assert read_back(batch) is None
    assert read_back(batch, swapped) == Misprint(batch.chunks.get().pk, first.piece_no, 2)


def test_i02_an_employers_mail_goes_where_the_newest_employer_file_says() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer(address1="東京都中央区旧住所"))
    post(pack_and_plan(campaign))
    Employer.objects.update(address1="東京都港区新住所")
    [made] = reroute_all(campaign)
    assert made.address1 == "東京都港区新住所"


def test_i04_the_approver_sees_the_rule_and_how_many_it_left_out() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    for edaban in ("01", "02"):
        select(a_person(household, edaban), Outcome.EXCLUDED)
    batch = submitted(render(pack_and_plan(campaign)))
    facts = approval_facts(batch)
    assert facts is not None
    assert (facts.outcomes, facts.reasons) == (
        {"target": 1, "held": 0, "excluded": 2},
        {"no_old_card": 2},
    )


def test_i05_a_mistyped_office_symbol_is_rejected_and_not_guessed(tmp_path: Path) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    record = take_in(tmp_path, campaign, person(symbol="21000010"))
    record.refresh_from_db()
    assert (record.accepted, record.rejected, Household.objects.count()) == (0, 1, 0)
    assert Reject.objects.get().line == 2


def test_i06_a_sheet_too_few_stops_the_batch_and_is_not_printed_again_unexplained(tmp_path: Path) -> None:
    campaign = a_campaign()
    for _ in range(2):
        a_household(campaign, "00")
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    first, second = all_inserted(batch)
    path = results_file(tmp_path / "r.csv", (*first[:2], "missing"), second)
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=date(2025, 8, 1), by=clerk(), at=MORNING)
    assert refusal.value.code == "open_difference"
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 0
    cause = "別の封筒に混入していた"
    close_case(case=batch.cases.get(), cause=cause, decision="回収して再作成", by=clerk(), at=MORNING)
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 1


def test_i07_what_goes_to_an_employer_holds_its_own_people_only() -> None:
    campaign = a_campaign()
    offices = [an_employer(), an_employer()]
    for office in offices:
        a_household(campaign, "00", "01", employer=office)
    post(pack_and_plan(campaign))
    made = reroute_all(campaign)
    assert [envelope.employer for envelope in made] == offices
    for envelope in made:
        symbols = envelope.cards.values_list("certificate__person__household__symbol", flat=True)
        assert set(symbols) == {envelope.employer.symbol}  # type: ignore[union-attr]


def test_i08_secrecy_asked_for_after_the_approval_still_stops_the_hand_over(tmp_path: Path) -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    batch = approve(pack_and_plan(campaign))
    InsuredPerson.objects.filter(household=household).update(nondisclosure=True)
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert refusal.value.code == "held_person"
    assert not (tmp_path / "package").exists()


def test_i09_cards_of_dependants_go_to_the_insured_person_of_the_snapshot_that_was_approved() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "01", "02")
    batch = submitted(render(pack_and_plan(campaign)))
    insured = InsuredPerson.objects.get(household=household, relation="1")
    assert Envelope.objects.get().addressee == insured.name_print
    last_months = batch.manifest_sha256[::-1]
    with pytest.raises(Refused) as refusal:
        approve_batch(batch=batch, by=supervisor(), at=MORNING, manifest_sha256=last_months)
    assert refusal.value.code == "stale_manifest"


def test_i10_a_number_that_lost_a_digit_on_the_page_is_found() -> None:
    batch = two_envelopes()
    second = batch.envelopes.get(position=2)
    households = Household.objects.order_by("pk")
    assert second.household == households[1]
    households.filter(number=households[1].number).update(symbol="2170002")
    assert read_back(batch) == Misprint(batch.chunks.get().pk, second.piece_no, 2)


def test_i11_a_file_of_another_version_of_the_artwork_is_not_approved() -> None:
    batch = submitted(two_envelopes())
    Artifact.objects.filter(name="batch.pdf").update(template_version="last-years-seal")
    with pytest.raises(Refused) as refusal:
        approve_batch(batch=batch, by=supervisor(), at=MORNING)
    assert refusal.value.code == "stale_manifest"


def test_i12_a_batch_holds_one_kind_of_document() -> None:
    campaign = a_campaign()
    office = an_employer()
    a_household(campaign, "00", employer=office)
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 2
    kinds = {
        batch.kind: set(batch.envelopes.values_list("kind", flat=True)) for batch in PrintBatch.objects.all()
    }
    assert kinds == {"personal": {"personal"}, "target_list": {"target_list"}}


def test_i13_employers_of_one_name_are_told_apart_by_their_symbol() -> None:
    campaign = a_campaign()
    near, far = (an_employer(name="株式会社届商事", address1=f"東京都{place}") for place in ("港区", "北区"))
    a_household(campaign, "00", employer=near)
    a_household(campaign, "00", employer=far)
    post(pack_and_plan(campaign))
    made = reroute_all(campaign)
    assert [(envelope.addressee, envelope.address1) for envelope in made] == [
        (near.name, near.address1),
        (far.name, far.address1),
    ]


def test_i14_names_and_addresses_that_were_sorted_apart_are_found() -> None:
    batch = two_envelopes()
    first, second = batch.envelopes.order_by("position")
    first.address1, second.address1 = second.address1, first.address1
    Envelope.objects.bulk_update([first, second], ["address1"])
    assert read_back(batch) == Misprint(batch.chunks.get().pk, first.piece_no, 1)
    assert Certificate.objects.filter(state="live").count() == 2
