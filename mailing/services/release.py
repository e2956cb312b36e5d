"""Handing an approved batch to the print vendor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from employers.models import Employer
from issuance.models import InsuredPerson
from issuance.states import Outcome
from mailing.models import EnclosedCard, PrintBatch
from mailing.services.approval import approvals_given, require_current
from mailing.services.guards import locked, require, require_true_letters, wrong_state
from mailing.services.manifest import approved_files_hold, batch_file, file_changed
from mailing.services.package import PULL_LIST_FILE, package_files, put_package
from mailing.states import BatchState, EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

_RELEASED_STATES = frozenset(
    {BatchState.RELEASED, BatchState.RECONCILED, BatchState.POSTED, BatchState.CLOSED}
)


def _packages() -> Path:
    return Path(settings.DATA_DIR) / "packages"


def package_path(batch: PrintBatch) -> Path:
    """Where the package of the batch's present revision is put when it is released on a screen."""
    return _packages() / f"{batch.number}-r{batch.revision}"


def packages_of(batch: PrintBatch) -> list[Path]:
    """The packages of all its revisions that were put there and are there still."""
    return sorted(_packages().glob(f"{batch.number}-r[0-9]*"))


@dataclass(frozen=True)
class Released:
    """What was handed over; `repeated` says that all of it had been before."""

    envelopes: int
    pages: int
    pulled: int
    repeated: bool


@transaction.atomic
def release_batch(*, batch: PrintBatch, directory: Path, by: User, at: datetime) -> Released:
    """Write the vendor package of an approved batch into `directory` and move its envelopes to released.

    The file is hashed again first. Envelopes on the pull list stay in the file and are named in pull_list.csv, which a later
    call brings up to date. With nothing changed, a second call changes nothing.

    :raises PermissionDenied: `by` may not release it.
    :raises Refused: `wrong_state`; `file_changed`; `stale_manifest`; `held_person`; `employer_closed`; `letter_out_of_date`;
        `foreign_directory`.
    """
    now = locked(batch)
    require(by, Permission.RELEASE_BATCH, now)
    first = now.state == BatchState.APPROVED
    if not first and now.state not in _RELEASED_STATES:
        raise wrong_state(now)
    approval = approvals_given(now)[-1]
    if first:
        require_current(now, approval.manifest_sha256)
        _refuse_held(now)
        _refuse_closed(now)
        require_true_letters(now)
    if not approved_files_hold(now):
        raise file_changed(now)
    files = package_files(now, approval)
    changed = put_package(directory, files)
    if first:
        _release(now, by, at)
    now.refresh_from_db(fields=["ordered"])
    return Released(
        envelopes=now.ordered or 0,
        pages=batch_file(now).pages,
        pulled=now.envelopes.filter(state=EnvelopeState.PULLED).count() if PULL_LIST_FILE in files else 0,
        repeated=not first and not changed,
    )


def _release(batch: PrintBatch, by: User, at: datetime) -> None:
    planned = batch.envelopes.filter(state=EnvelopeState.PLANNED)
    move(planned, to=EnvelopeState.RELEASED, at=at, by=by, released_at=at)
    move(
        PrintBatch.objects.filter(pk=batch.pk),
        to=BatchState.RELEASED,
        at=at,
        by=by,
        released_at=at,
        released_by=by,
        ordered=batch.envelope_count,
    )


def _refuse_held(batch: PrintBatch) -> None:
    """Secrecy is enforced at this output too (design §4.8)."""
    insured = InsuredPerson.objects.filter(
        household=OuterRef("envelope__household"), relation="1", nondisclosure=True
    )
    held = EnclosedCard.objects.filter(
        Exists(insured)
        | Q(certificate__person__nondisclosure=True)
        | ~Q(certificate__person__selection__outcome=Outcome.TARGET),
        envelope__batch=batch,
    ).exclude(envelope__state=EnvelopeState.PULLED)
    if held.exists():
        raise Refused(
            "held_person",
            _("バッチ %(number)s に不開示の申出がある方の封筒が含まれています。差し戻してください。")
            % {"number": batch.number},
        )


def _refuse_closed(batch: PrintBatch) -> None:
    """Nothing goes to an employer who has closed since it was packed (domain.md §9, 6)."""
    going = batch.envelopes.exclude(kind=EnvelopeKind.PERSONAL).exclude(state=EnvelopeState.PULLED)
    closed = going.filter(employer__status=Employer.Status.ENDED).count()
    if closed:
        raise Refused(
            "employer_closed",
            _(
                "バッチ %(number)s に、全喪した事業所宛の封筒が %(count)d 通含まれています。「作り直す」で改訂すると、その封筒だけが"
                "「保留・要確認」へ移ります。"
            )
            % {"number": batch.number, "count": closed},
        )
