"""Reading the outcomes of selection."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count, F, Func, OuterRef, Subquery, Value
from django.db.models.fields import CharField

from issuance.models import Campaign, InsuredPerson, RosterImport, Selection
from issuance.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from django.db.models import QuerySet


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


def count_selection(campaign: Campaign) -> dict[str, dict[str, dict[str, int]]]:
    """`outcomes`, `reasons` and `waiting` (people of accepted rosters who are not judged yet), each by branch code and then by
    what it is; people of no branch under the empty code."""
    judged = Selection.objects.filter(person__household__campaign=campaign).order_by()
    each = judged.annotate(reason=Func(F("reasons"), function="unnest", output_field=CharField()))
    people = InsuredPerson.objects.filter(household__campaign=campaign, selection__isnull=True).order_by()
    waiting = people.filter(source__decision=RosterImport.Decision.ACCEPTED).annotate(what=Value("waiting"))
    return {
        "outcomes": _by_branch(judged.values_list("person__household__branch", "outcome")),
        "reasons": _by_branch(each.values_list("person__household__branch", "reason")),
        "waiting": _by_branch(waiting.values_list("household__branch", "what")),
    }


def files_not_judged() -> QuerySet[RosterImport, int]:
    """The ids of the roster files whose people are not judged yet, also of those that wait for their acceptance.

    The people of a file are judged together, so its first one tells; whoever looks for people who wait need not look through
    all the others.
    """
    first = InsuredPerson.objects.filter(source=OuterRef("pk")).order_by("line").values("selection")[:1]
    files = RosterImport.objects.annotate(judged=Subquery(first))
    return files.filter(judged__isnull=True).values_list("pk", flat=True)


def selection_key(campaign: Campaign) -> str:
    """The name under which they are kept for a large campaign."""
    return f"selection {campaign.code}"


def selection_of(
    numbers: dict[str, dict[str, dict[str, int]]], branch_code: str = ""
) -> dict[str, Counter[str]]:
    """What `count_selection` found, of one branch or of all."""
    return {
        name: sum(
            (Counter(found) for code, found in branches.items() if branch_code in {"", code}),
            Counter(),
        )
        for name, branches in numbers.items()
    }


def _by_branch(rows: QuerySet[Any, tuple[str | None, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for branch, what, count in rows.annotate(Count("pk")):
        found[branch or ""][what] = count
    return dict(found)


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
