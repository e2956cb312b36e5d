"""Reading the outcomes of selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Func
from django.db.models.fields import CharField

from issuance.models import Campaign, InsuredPerson, Selection
from issuance.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator


def outcome_counts(campaign: Campaign, *, branch_code: str = "") -> dict[str, int]:
    """How many people have each outcome; every outcome is a key."""
    rows = Selection.objects.filter(person__household__campaign=campaign)
    if branch_code:
        rows = rows.filter(person__household__branch_id=branch_code)
    found = dict(rows.order_by().values_list("outcome").annotate(Count("pk")))
    return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}


def reason_counts(campaign: Campaign, *, branch_code: str = "") -> dict[str, int]:
    """How many people each reason applies to (one person may have several)."""
    rows = Selection.objects.filter(person__household__campaign=campaign)
    if branch_code:
        rows = rows.filter(person__household__branch_id=branch_code)
    each = rows.annotate(reason=Func(F("reasons"), function="unnest", output_field=CharField()))
    return dict(each.order_by().values_list("reason").annotate(Count("pk")))


def selection_rows(
    campaign: Campaign, *, branch_code: str = ""
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """(insurer_no, symbol, number, edaban, outcome, reasons) of every accepted person, by number.

    People not judged yet have an empty outcome. Reasons are joined by a space in the documented order.
    """
    people = InsuredPerson.objects.filter(household__campaign=campaign)
    if branch_code:
        people = people.filter(household__branch_id=branch_code)
    rows = people.order_by(
        "household__insurer_no", "household__symbol", "household__number", "edaban", "pk"
    ).values_list(
        "household__insurer_no",
        "household__symbol",
        "household__number",
        "edaban",
        "selection__outcome",
        "selection__reasons",
    )
    for insurer_no, symbol, number, edaban, outcome, reasons in rows.iterator(chunk_size=5000):
        yield insurer_no, symbol, number, edaban, outcome or "", " ".join(reasons or [])
