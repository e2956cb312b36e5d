"""The demo's campaign, walked through the same services as everybody's: some batches posted, one waiting for approval,
some returns logged, one monthly cycle done. It began ten weeks before today, so that its charts have something to show."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from backoffice.services.change_history import act_as
from employers.services import import_employers
from issuance.services import create_campaign, import_insured, publish_target_lists, select_targets
from mailing.models import Envelope, PrintBatch
from mailing.services import (
    approve_batch,
    chunks_to_send,
    claim_chunk,
    finish_batch,
    import_vendor_results,
    pack_envelopes,
    pack_target_lists,
    plan_batches,
    post_batch,
    print_chunk,
    release_batch,
    request_rendering,
    state_sample_seen,
    submit_batch,
)
from mailing.states import BatchState, EnvelopeKind, EnvelopeState
from returns.services import import_returns, preview_reroute, reroute
from returns.states import ReturnReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from backoffice.models import User
    from issuance.models import Campaign

CODE = "R7-DEMO"
ENVELOPES_PER_BATCH = 40
DAYS_TO_DEADLINE = 120
# How much later than the others the last batch is posted: lately enough for a pace.
LATE_DAYS = 45
FIRST_TRACKING = 1_311_200_000
_PERSONAL = {"kind": EnvelopeKind.PERSONAL}


def begin(directory: Path, *, clerk: User, now: datetime) -> Campaign:
    """The campaign with its files taken in, judged, listed, packed and cut into batches, ten weeks ago."""
    at = now - timedelta(days=70)
    act_as(clerk)
    campaign = create_campaign(
        code=CODE,
        at=at,
        by=None,
        name="令和7年度 資格確認書の一括発行（デモ）",
        deadline=_day(now + timedelta(days=DAYS_TO_DEADLINE)),
        employer_until=_day(now + timedelta(days=DAYS_TO_DEADLINE - 1)),
        return_postal_code="1000013",
        return_address="東京都千代田区霞が関1丁目3番2号",
    ).campaign
    import_employers(
        campaign_code=CODE, path=directory / "employers.csv", file_name="employers.csv", at=at, by=clerk
    )
    import_insured(
        campaign=campaign, path=directory / "insured.csv", file_name="insured.csv", at=at, by=clerk
    )
    select_targets(campaign=campaign, at=at, by=clerk)
    at = now - timedelta(days=69)
    publish_target_lists(campaign=campaign, at=at, by=clerk)
    pack_target_lists(campaign=campaign, at=at, by=clerk)
    pack_envelopes(campaign=campaign, at=at, by=clerk)
    plan_batches(campaign=campaign, max_envelopes=ENVELOPES_PER_BATCH, at=at, by=clerk)
    return campaign


def render(campaign: Campaign, *, now: datetime) -> None:
    """What the workers do with every planned batch, done here at once, a day later."""
    at = now - timedelta(days=68)
    batches = PrintBatch.objects.filter(campaign=campaign, state=BatchState.PLANNED)
    ids = list(batches.order_by("pk").values_list("pk", flat=True))
    request_rendering(batches=batches, at=at, by=None)
    for chunk_id in chunks_to_send(at=at):
        claim = claim_chunk(chunk_id=chunk_id, at=at)
        if claim:
            print_chunk(claim=claim)
    for batch_id in ids:
        finish_batch(batch_id=batch_id, at=at)


def send_out(campaign: Campaign, directory: Path, *, clerk: User, supervisor: User, now: datetime) -> None:
    """Submit the rendered personal batches; approve, hand over, reconcile and post all but the last two."""
    rendered = PrintBatch.objects.filter(campaign=campaign, state=BatchState.RENDERED, **_PERSONAL)
    *going, waiting, _resting = rendered.order_by("pk")
    for batch in going:
        late = LATE_DAYS if batch == going[-1] and len(going) > 1 else 0
        act_as(clerk)
        submit_batch(batch=batch, by=clerk, at=now - timedelta(days=67))
        act_as(supervisor)
        state_sample_seen(batch=batch, by=supervisor, at=now - timedelta(days=66))
        approve_batch(batch=batch, by=supervisor, at=now - timedelta(days=66))
        package = directory / batch.number
        release_batch(batch=batch, directory=package, by=supervisor, at=now - timedelta(days=65))
        act_as(clerk)
        results = _answer(
            package, directory / f"{batch.number}-results.csv", first=FIRST_TRACKING + 1_000 * batch.pk
        )
        at = now - timedelta(days=58 - late)
        import_vendor_results(batch=batch, path=results, file_name=results.name, by=clerk, at=at)
        at = now - timedelta(days=57 - late)
        post_batch(batch=batch, on=_day(at), by=clerk, at=at)
    submit_batch(batch=waiting, by=clerk, at=now - timedelta(hours=5))


def take_back(campaign: Campaign, directory: Path, *, desk: User, supervisor: User, now: datetime) -> None:
    """Every third envelope posted first comes back; half of them before the first monthly cycle, half after it,
    and somebody has looked at what a second one would do."""
    posted = Envelope.objects.filter(campaign=campaign, state=EnvelopeState.POSTED, **_PERSONAL)
    first = posted.filter(posted_on__lt=_day(now - timedelta(days=50)))
    pieces = list(first.order_by("ordinal").values_list("piece_no", flat=True))[::3]
    half = len(pieces) // 2
    cycle = now - timedelta(days=30)
    early = _returns(
        directory / "returns-1.csv", pieces[:half], [now - timedelta(days=d) for d in (48, 43, 37)]
    )
    import_returns(
        campaign=campaign, path=early, file_name=early.name, at=cycle - timedelta(hours=2), by=desk
    )
    reroute(campaign=campaign, cutoff=_day(cycle), max_envelopes=None, at=cycle, by=supervisor)
    late = _returns(
        directory / "returns-2.csv", pieces[half:], [now - timedelta(days=d) for d in (22, 16, 9, 4)]
    )
    import_returns(campaign=campaign, path=late, file_name=late.name, at=now - timedelta(days=3), by=desk)
    preview_reroute(campaign=campaign, cutoff=_day(now), at=now, by=supervisor)


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _answer(package: Path, path: Path, *, first: int) -> Path:
    """What a print vendor without any trouble answers to a package it has posted, with the post's numbers from `first` on."""
    with (package / "envelopes.csv").open(encoding="cp932", newline="") as file:
        rows = [
            (row["piece_no"], row["make_no"], "inserted", f"{ten}{ten % 7}")
            for ten, row in enumerate(csv.DictReader(file), start=first)
        ]
    return _write(path, ("piece_no", "make_no", "outcome", "tracking_no"), rows)


def _returns(path: Path, pieces: Sequence[str], moments: Sequence[datetime]) -> Path:
    """Pieces come back on these days in turn, each for the next reason."""
    reasons = ReturnReason.values
    rows = [
        (piece, reasons[place % len(reasons)], _day(moments[place % len(moments)]).isoformat())
        for place, piece in enumerate(pieces)
    ]
    return _write(path, ("封筒番号", "還付理由", "還付日"), rows)


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
