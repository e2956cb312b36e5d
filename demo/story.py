"""The demo's campaign, walked through the same services as everybody's: some batches posted, one waiting for approval,
some returns logged, one monthly cycle done."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING

from employers.services import import_employers
from issuance.services import create_campaign, import_insured, select_targets
from mailing.models import Envelope, PrintBatch
from mailing.services import (
    approve_batch,
    import_vendor_results,
    pack_envelopes,
    plan_batches,
    post_batch,
    release_batch,
    submit_batch,
)
from mailing.states import BatchState, EnvelopeKind, EnvelopeState
from returns.services import import_returns, reroute
from returns.states import ReturnReason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from backoffice.models import User
    from issuance.models import Campaign

CODE = "R7-DEMO"
POSTED_ON, RETURNED_ON, CUTOFF = date(2025, 8, 21), date(2025, 9, 3), date(2025, 9, 30)
_PERSONAL = {"kind": EnvelopeKind.PERSONAL}


def begin(directory: Path, *, at: datetime) -> Campaign:
    """The campaign with its files taken in, judged, packed and cut into batches."""
    campaign = create_campaign(
        code=CODE,
        at=at,
        by=None,
        name="令和7年度 資格確認書の一括発行（デモ）",
        return_postal_code="1000013",
        return_address="東京都千代田区霞が関1丁目3番2号",
    ).campaign
    import_employers(
        campaign_code=CODE, path=directory / "employers.csv", file_name="employers.csv", at=at, by=None
    )
    import_insured(campaign=campaign, path=directory / "insured.csv", file_name="insured.csv", at=at, by=None)
    select_targets(campaign=campaign, at=at, by=None)
    pack_envelopes(campaign=campaign, at=at, by=None)
    plan_batches(campaign=campaign, max_envelopes=40, at=at, by=None)
    return campaign


def send_out(campaign: Campaign, directory: Path, *, clerk: User, supervisor: User, at: datetime) -> None:
    """Submit the rendered personal batches; approve, hand over, reconcile and post all but the last two.

    Does nothing where a batch waits for approval already.
    """
    if PrintBatch.objects.filter(campaign=campaign, state=BatchState.SUBMITTED).exists():
        return
    rendered = PrintBatch.objects.filter(campaign=campaign, state=BatchState.RENDERED, **_PERSONAL).order_by(
        "pk"
    )
    *going, waiting, _resting = rendered
    for batch in going:
        submit_batch(batch=batch, by=clerk, at=at)
        approve_batch(batch=batch, by=supervisor, at=at)
        package = directory / batch.number
        release_batch(batch=batch, directory=package, by=supervisor, at=at)
        results = _answer(package, directory / f"{batch.number}-results.csv")
        import_vendor_results(batch=batch, path=results, file_name=results.name, by=clerk, at=at)
        post_batch(batch=batch, on=POSTED_ON, by=clerk, at=at)
    submit_batch(batch=waiting, by=clerk, at=at)


def take_back(campaign: Campaign, directory: Path, *, desk: User, supervisor: User, at: datetime) -> None:
    """Every sixth posted envelope comes back; half of them before the first monthly cycle, half after it."""
    posted = Envelope.objects.filter(campaign=campaign, state=EnvelopeState.POSTED, **_PERSONAL).order_by(
        "ordinal"
    )
    pieces = list(posted.values_list("piece_no", flat=True))[::6]
    half = len(pieces) // 2
    first = _returns(directory / "returns-1.csv", pieces[:half], RETURNED_ON)
    import_returns(campaign=campaign, path=first, file_name=first.name, at=at, by=desk)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=at, by=supervisor)
    second = _returns(directory / "returns-2.csv", pieces[half:], date(2025, 10, 7))
    import_returns(campaign=campaign, path=second, file_name=second.name, at=at, by=desk)


def _answer(package: Path, path: Path) -> Path:
    """What a print vendor without any trouble answers to a package."""
    with (package / "envelopes.csv").open(encoding="cp932", newline="") as file:
        rows = [(row["piece_no"], row["make_no"], "inserted") for row in csv.DictReader(file)]
    return _write(path, ("piece_no", "make_no", "outcome"), rows)


def _returns(path: Path, pieces: Iterable[str], day: date) -> Path:
    reasons = ReturnReason.values
    rows = [(piece, reasons[place % len(reasons)], day.isoformat()) for place, piece in enumerate(pieces)]
    return _write(path, ("封筒番号", "還付理由", "還付日"), rows)


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
