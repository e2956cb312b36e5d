"""What the rows of the audit tables are about, by the public number it is known by: a batch number, a piece number, a login name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backoffice.models import Change, Transition

    Names = dict[tuple[str, int], str]

# Tables and state machines (whose names differ a little), with the way to the public number of their rows.
_NUMBERS = {
    "backoffice.user": "username",
    "employers.branch": "name",
    "employers.employer": "name",
    "employers.targetlist": "employer__name",
    "issuance.campaign": "code",
    "issuance.certificate": "serial",
    "issuance.insuredperson": "public_id",
    "issuance.rosterimport": "file_name",
    "issuance.selection": "person__public_id",
    "mailing.case": "batch__number",
    "mailing.envelope": "piece_no",
    "mailing.printbatch": "number",
    "returns.addresscorrection": "exception__event__envelope__piece_no",
    "returns.collectedcard": "certificate__serial",
    "returns.deliveryexception": "event__envelope__piece_no",
    "returns.erasure": "campaign__code",
    "returns.returnevent": "envelope__piece_no",
    "returns.returntray": "number",
}


def subject_names(rows: Iterable[Change | Transition]) -> Names:
    """The public number of what each row is about, by (entity, row number); one query for each sort of thing. What is gone, or has
    no public number, is not among them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.entity].add(row.subject_id)
    names: Names = {}
    for entity, keys in wanted.items():
        label = entity.replace("_", "")
        if label in _NUMBERS:
            found = apps.get_model(label)._default_manager.filter(pk__in=keys)
            names |= {(entity, key): str(number) for key, number in found.values_list("pk", _NUMBERS[label])}
    return names
