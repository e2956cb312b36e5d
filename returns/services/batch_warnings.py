"""早期の異常検知 for the next batches: what clearly came back more often than expected and is about to be mailed again (I14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from backoffice.services.kept_numbers import read_numbers
from employers.models import Employer
from mailing.states import EnvelopeKind, EnvelopeState
from returns.queries.early_warning import outliers, outliers_key
from returns.queries.forecast import RETURN_PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mailing.models import PrintBatch

MOST_NAMED = 5


def return_warnings(batch: PrintBatch, at: datetime) -> Iterator[str]:
    """One sentence for the batch's branch, for each earlier batch of the branch, and for each employer and postal area in it
    whose rate of returns is above the expected one; at most `MOST_NAMED` of each. A batch to employers is warned of those that
    have moved since.
    """
    if batch.kind == EnvelopeKind.EMPLOYER:
        yield from _moved_employers(batch)
    if batch.kind != EnvelopeKind.PERSONAL:
        return
    key = outliers_key(batch.campaign)
    found = read_numbers(counts={key: lambda: outliers(batch.campaign)}, at=at)[key].values or []
    yield from _of_branch(batch, found)
    yield from _inside(batch, found)


def _moved_employers(batch: PrintBatch) -> Iterator[str]:
    """Employers that a newer file says have moved since the cycle that made these envelopes (domain.md §3.2)."""
    waiting = batch.envelopes.filter(employer__status=Employer.Status.COVERED)
    here = Q(
        postal_code=F("employer__postal_code"),
        address1=F("employer__address1"),
        address2=F("employer__address2"),
    )
    rows = waiting.exclude(here).exclude(state=EnvelopeState.PULLED).order_by("employer__name", "employer_id")
    named = rows.values_list("employer_id", "employer__name").annotate(Count("pk"))[:MOST_NAMED]
    for _employer, name, inside in named:
        yield _("事業所「%(name)s」（%(inside)s 通）は、再作成のあとに所在地が変わりました。") % {
            "name": name,
            "inside": f"{inside:,}",
        }


def _of_branch(batch: PrintBatch, found: list[dict[str, Any]]) -> Iterator[str]:
    words = {"branch": _("支部「%(name)s」全体"), "batch": _("同じ支部のバッチ %(name)s")}
    for sort, where in words.items():
        same = [one for one in found if one["sort"] == sort and one["branch"] == batch.branch_id]
        for one in same[:MOST_NAMED]:
            if one["key"] != str(batch.pk) or sort != "batch":
                yield _sentence(where, one)


def _inside(batch: PrintBatch, found: list[dict[str, Any]]) -> Iterator[str]:
    words = {
        "employer": _("このバッチに %(inside)s 通ある事業所「%(name)s」の方"),
        "area": _("このバッチに %(inside)s 通ある郵便番号 %(name)s の地域"),
    }
    envelopes = batch.envelopes.exclude(state=EnvelopeState.PULLED).order_by()
    for sort, where in words.items():
        wanted = {one["key"]: one for one in found if one["sort"] == sort}
        if not wanted:
            continue
        rows = envelopes.annotate(group=Left("postal_code", 3)) if sort == "area" else envelopes
        path = "group" if sort == "area" else "employer_id"
        inside = rows.filter(**{f"{path}__in": list(wanted)}).values_list(path).annotate(Count("pk"))
        counts = {str(key): count for key, count in inside}
        for key in [key for key in wanted if key in counts][:MOST_NAMED]:
            yield _sentence(where, wanted[key] | {"inside": f"{counts[key]:,}"})


def _sentence(where: str, one: dict[str, Any]) -> str:
    told = {
        "where": where % one,
        "posted": f"{one['posted']:,}",
        "returned": f"{one['returned']:,}",
        "low": one["low"],
        "high": one["high"],
        "expected": RETURN_PERCENT,
    }
    return (
        _(
            "%(where)sでは、差し出した %(posted)s 通のうち %(returned)s 通（%(low)s〜%(high)s%%、見込みは %(expected)s%%）が返送されています。"
        )
        % told
    )
