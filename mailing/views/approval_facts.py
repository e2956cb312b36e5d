"""What stands on a submitted batch's page for the approver: the sample, who was left out and why, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.roles import Permission
from issuance.models import Campaign
from issuance.states import NONDISCLOSURE, NONDISCLOSURE_LABEL, ExclusionReason
from mailing.queries import sample_pages, sample_problems, sample_views
from mailing.services import approval_facts
from mailing.states import SampleVerdict, StopCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_stubs_ext import StrOrPromise

    from backoffice.models import User
    from mailing.models import PrintBatch
    from mailing.services import ApprovalFacts, Changes

NAMED_PIECES = 20
REASONS: dict[str, StrOrPromise] = {**dict(ExclusionReason.choices), NONDISCLOSURE: NONDISCLOSURE_LABEL}


class LeftOut(NamedTuple):
    """One reason for leaving something out, how often it applied, and where that is listed."""

    label: StrOrPromise
    number: int
    url: str


class ChangedPieces(NamedTuple):
    """Some pieces that differ from the revision before, and how many more there are."""

    label: StrOrPromise
    number: int
    pieces: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.number - len(self.pieces)


def facts_for(batch: PrintBatch, user: User) -> dict[str, Any]:
    """What the template draws for the approver; empty before a submission."""
    facts = approval_facts(batch)
    if facts is None:
        return {}
    return {
        "sample": _sample(batch, user),
        "outcomes": facts.outcomes,
        "left_out": list(_left_out(batch, user, facts)),
        "changes": facts.changes,
        "changed_pieces": _pieces(facts.changes),
        "changed_settings": _settings(facts.changes),
    }


def _sample(batch: PrintBatch, user: User) -> dict[str, Any]:
    views = sample_views(batch)
    seen = [view.seen_by for view in views if view.verdict == SampleVerdict.SEEN]
    people = {view.seen_by: seen.count(view.seen_by) for view in views}
    url = reverse("mailing:batch-sample", kwargs={"number": batch.number})
    return {
        "pages": sample_pages(batch).count(),
        "people": [{"who": who, "seen": count} for who, count in people.items()],
        "problems": sample_problems(batch),
        "url": url if user.may(Permission.VIEW_PRINTED_PAGES) else "",
    }


def _left_out(batch: PrintBatch, user: User, facts: ApprovalFacts) -> Iterator[LeftOut]:
    for reason, label in REASONS.items():
        count = facts.reasons.get(reason, 0)
        url = reverse("mailing:batch-left-out", kwargs={"number": batch.number, "reason": reason})
        listed = user.may(Permission.VIEW_SELECTION)
        if reason == NONDISCLOSURE:  # a list that shows none of those it counts would contradict itself
            listed = listed and user.may(Permission.VIEW_NONDISCLOSED)
        yield LeftOut(label, count, url if count and listed else "")
    for code, count in sorted(facts.stopped.items()):
        label = _("印刷停止：%(why)s") % {"why": StopCode(code).label}
        yield LeftOut(label, count, reverse("mailing:stopped-list"))
    if facts.pulled:
        yield LeftOut(_("引抜き（発送しない封筒）"), facts.pulled, "#pull-heading")


def _pieces(changes: Changes | None) -> list[ChangedPieces]:
    if changes is None:
        return []
    groups = [
        (_("増えた封筒"), changes.added),
        (_("なくなった封筒"), changes.dropped),
        (_("内容が変わった封筒"), changes.changed),
    ]
    return [ChangedPieces(label, len(pieces), pieces[:NAMED_PIECES]) for label, pieces in groups if pieces]


def _settings(changes: Changes | None) -> list[StrOrPromise]:
    names = changes.settings if changes else ()
    return [Campaign._meta.get_field(name).verbose_name for name in names]  # type: ignore[union-attr]
