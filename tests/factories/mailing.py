"""A small campaign to work on: households as a roster would bring them, and batches as far as a test needs them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from backoffice.roles import Role
from employers.models import Branch, Employer, EmployerImport
from issuance.models import Campaign, Household, InsuredPerson, LossImport, RosterImport, Selection
from issuance.services import create_campaign
from issuance.states import NONDISCLOSURE, Outcome
from japan.insurer_number import branch_number
from mailing.models import Envelope, PrintBatch
from mailing.services import (
    approve_batch,
    chunks_to_send,
    claim_chunk,
    finish_batch,
    import_vendor_results,
    pack_envelopes,
    plan_batches,
    post_batch,
    print_chunk,
    release_batch,
    request_rendering,
    state_sample_seen,
    submit_batch,
)
from tests.factories.backoffice import UserFactory

if TYPE_CHECKING:
    from backoffice.models import User

MORNING = datetime(2025, 7, 21, 0, 0, tzinfo=UTC)
_numbers = count(1)


def staff(*roles: Role, **columns: Any) -> User:
    return UserFactory.create(roles=[role.value for role in roles], **columns)


def clerk() -> User:
    return staff(Role.CLERK)


def supervisor() -> User:
    return staff(Role.SUPERVISOR)


def a_campaign(code: str = "R7", **columns: Any) -> Campaign:
    return create_campaign(code=code, at=MORNING, by=None, **columns).campaign


def an_employer(branch: str = "13", **columns: Any) -> Employer:
    number = next(_numbers)
    source = EmployerImport.objects.create(
        campaign_code="R7",
        file_name="employers.csv",
        sha256=f"{number:064d}",
        encoding="utf-8",
        imported_at=MORNING,
    )
    values: dict[str, Any] = {
        "branch": Branch.objects.get(code=branch),
        "insurer_no": branch_number(branch),
        "symbol": str(2_000_000 + number),
        "name": f"株式会社見本{number}",
        "postal_code": "1000001",
        "address1": "東京都千代田区千代田１－１",
        "contact": "社会保険事務担当者様",
        "status": Employer.Status.COVERED,
        "imported_from": source,
    }
    return Employer.objects.create(**{**values, **columns})


def a_household(
    campaign: Campaign,
    *edabans: str,
    employer: Employer | None = None,
    branch: str = "13",
    postal_code: str = "1640001",
    targets: bool = True,
    held: bool = False,
) -> Household:
    """A household whose people with these 枝番 are targets; 枝番 00 is the 本人, who is there in any case.

    With `held` the whole household is held, as where the 本人 is flagged.
    """
    number = next(_numbers)
    household = Household.objects.create(
        campaign=campaign,
        branch_id=branch,
        employer=employer,
        insurer_no=branch_number(branch),
        symbol=employer.symbol if employer else "21700023",
        number=str(number),
    )
    for edaban in sorted({"00", *edabans}):
        person = a_person(household, edaban, postal_code=postal_code, nondisclosure=held)
        if held:
            select(person, Outcome.HELD)
        elif targets:
            select(person, Outcome.TARGET if edaban in edabans else Outcome.EXCLUDED)
    return household


def of_a_file_not_judged(household: Household) -> Household:
    """The people of a file are judged together: those who wait came in a file of their own."""
    file = RosterImport.objects.create(
        campaign=household.campaign, sha256="1" * 64, file_name="later.csv", imported_at=MORNING
    )
    household.people.update(source=file)
    return household


def a_person(household: Household, edaban: str, **columns: Any) -> InsuredPerson:
    roster, _created = RosterImport.objects.get_or_create(
        campaign=household.campaign,
        sha256="0" * 64,
        defaults={"file_name": "roster.csv", "encoding": "utf-8", "imported_at": MORNING},
    )
    is_insured = edaban == "00"
    values: dict[str, Any] = {
        "household": household,
        "source": roster,
        "line": next(_numbers) + 1,
        "edaban": edaban,
        "relation": "1" if is_insured else "2",
        "insured_kind": "1",
        "name": f"佐藤　{'太郎' if is_insured else '花子'}",
        "name_kana": "ｻﾄｳ ﾀﾛｳ" if is_insured else "ｻﾄｳ ﾊﾅｺ",
        "sex_print": "男" if is_insured else "女",
        "birth_date": date(1980, 1, 2),
        "acquired_on": date(2010, 4, 1),
        "decided_on": date(2010, 4, 5),
        "card_held": True,
        "myna_usable": False,
        "postal_code": "1640001",
        "address1": "東京都中野区中野４－１０－２",
        "nondisclosure": False,
    }
    values |= columns
    values.setdefault("name_print", values["name"])
    values.setdefault("name_key", values["name"])
    values.setdefault("kana_key", values["name_kana"])
    return InsuredPerson.objects.create(**values)


def select(person: InsuredPerson, outcome: Outcome) -> None:
    reasons = {Outcome.TARGET: [], Outcome.HELD: [NONDISCLOSURE], Outcome.EXCLUDED: ["no_old_card"]}[outcome]
    Selection.objects.create(
        person=person, outcome=outcome, reasons=reasons, rule_version="test", selected_at=MORNING
    )


def lose(*people: InsuredPerson) -> None:
    """A loss reported after the selection."""
    first = people[0]
    source = LossImport.objects.create(
        campaign=first.household.campaign,
        file_name="losses.csv",
        sha256=f"{next(_numbers):064d}",
        encoding="utf-8",
        imported_at=MORNING,
    )
    for person in people:
        person.later_lost_on, person.later_loss_source = date(2025, 7, 1), source
        person.save()


def pack_and_plan(campaign: Campaign, max_envelopes: int | None = None) -> PrintBatch:
    """The campaign's people in envelopes and batches; its last batch."""
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=max_envelopes, at=MORNING, by=None)
    return PrintBatch.objects.filter(campaign=campaign).order_by("pk").last()  # type: ignore[return-value]


def render(batch: PrintBatch, at: datetime = MORNING) -> PrintBatch:
    """What the workers do with a planned batch, one after another."""
    request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=at, by=None)
    for chunk_id in chunks_to_send(at=at):
        claim = claim_chunk(chunk_id=chunk_id, at=at)
        assert claim is not None
        print_chunk(claim=claim)
    finish_batch(batch_id=batch.pk, at=at)
    batch.refresh_from_db()
    return batch


def approve(batch: PrintBatch) -> PrintBatch:
    """A planned batch, rendered, submitted by a clerk and approved by a supervisor."""
    render(batch)
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    approved_by(batch, supervisor())
    batch.refresh_from_db()
    return batch


def approved_by(batch: PrintBatch, by: User) -> bool:
    """An approver who has looked at the whole sample."""
    state_sample_seen(batch=batch, by=by, at=MORNING)
    return approve_batch(batch=batch, by=by, at=MORNING)


def envelopes_of(batch: PrintBatch) -> list[Envelope]:
    return list(batch.envelopes.order_by("position"))


def later(**by: int) -> datetime:
    return MORNING + timedelta(**by)


def release(batch: PrintBatch, directory: Path) -> PrintBatch:
    """A planned batch, approved and handed to the vendor."""
    release_batch(batch=approve(batch), directory=directory, by=supervisor(), at=MORNING)
    batch.refresh_from_db()
    return batch


def results_file(path: Path, *rows: tuple[str, int, str], header: str = "piece_no,make_no,outcome") -> Path:
    """What a vendor sends back."""
    lines = [header, *(f"{piece_no},{make_no},{outcome}" for piece_no, make_no, outcome in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def all_inserted(batch: PrintBatch) -> list[tuple[str, int, str]]:
    return [(envelope.piece_no, envelope.make_no, "inserted") for envelope in envelopes_of(batch)]


def post(batch: PrintBatch) -> PrintBatch:
    """A planned batch all the way to the post, every piece inserted."""
    with TemporaryDirectory() as folder:
        release(batch, Path(folder) / "package")
        path = results_file(Path(folder) / "results.csv", *all_inserted(batch))
        import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)
    post_batch(batch=batch, on=date(2025, 8, 1), by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch
