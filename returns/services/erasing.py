"""個人情報の消去 in two steps by two people: one prepares it and shows the numbers, another one confirms, then it is done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.languages import listed
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign
from mailing.services import printed_files, remove_printed_files
from returns.models import Erasure
from returns.queries import kept_counts
from returns.sql import erasing as sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from backoffice.models import User

HOUSEHOLDS_AT_ONCE = 10_000


def erasure_due_on(campaign: Campaign) -> date | None:
    """The first day on which the campaign's personal data may be erased; None while it is not closed."""
    if campaign.closed_at is None:
        return None
    due: date = timezone.localdate(campaign.closed_at) + relativedelta(months=campaign.keep_months)
    return due


def standing_erasure(campaign: Campaign) -> Erasure | None:
    """The campaign's erasure, prepared or done."""
    rows = Erasure.objects.filter(campaign=campaign, withdrawn_at__isnull=True)
    return rows.select_related("proposed_by", "confirmed_by").first()


@transaction.atomic
def propose_erasure(*, campaign: Campaign, at: datetime, by: User) -> Erasure:
    """Count what goes and what stays, prove the invariants a last time, and put it before a second person.

    :raises PermissionDenied: `by` may not manage campaigns.
    :raises Refused: `not_closed`; `too_early`; `already_proposed`; `integrity_broken`: first find out what is wrong, while the
        data is there.
    """
    by.require(Permission.MANAGE_CAMPAIGNS)
    now = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    due = erasure_due_on(now)
    if due is None:
        raise Refused("not_closed", _("この一括発行は終了していません。"))
    if timezone.localdate(at) < due:
        message = _("保存期間中です。%(day)s から消去できます。")
        raise Refused("too_early", message % {"day": due.isoformat()})
    if standing_erasure(now):
        raise Refused("already_proposed", _("消去は、すでに準備されています。"))
    kept = kept_counts(now)
    broken = [name for _number, name, breaches in kept["integrity"] if breaches]
    if broken:
        message = _("不変条件に反するデータがあります（%(names)s）。原因を確かめてから消去してください。")
        raise Refused("integrity_broken", message % {"names": listed(broken)})
    rows = sql.count_rows(campaign_id=now.pk, code=now.code)
    files = sum(1 for _path in printed_files(now))
    erasure = Erasure.objects.create(
        campaign=now, proposed_at=at, proposed_by=by, to_erase={**rows, "files": files}, kept=kept
    )
    erasure.refresh_from_db(fields=["public_id"])
    return erasure


@transaction.atomic
def withdraw_erasure(*, erasure: Erasure, at: datetime, by: User) -> None:
    """Take back what was prepared and not confirmed yet.

    :raises PermissionDenied: `by` may not manage campaigns.
    :raises Refused: `already_decided`.
    """
    by.require(Permission.MANAGE_CAMPAIGNS)
    rows = Erasure.objects.filter(pk=erasure.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=at, withdrawn_by=by):
        raise _decided()


@transaction.atomic
def confirm_erasure(*, erasure: Erasure, at: datetime, by: User) -> None:
    """Agree, as a second person who has seen the numbers, that the personal data goes. There is no way back.

    :raises PermissionDenied: `by` may not manage campaigns.
    :raises Refused: `same_person`; `already_decided`.
    """
    by.require(Permission.MANAGE_CAMPAIGNS)
    if erasure.proposed_by_id == by.pk:
        raise Refused("same_person", _("準備した本人は確認できません。別の担当者が確認してください。"))
    rows = Erasure.objects.filter(pk=erasure.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True)
    if not rows.update(confirmed_at=at, confirmed_by=by):
        raise _decided()


def erase_campaign(*, erasure: Erasure, at: datetime, report: Callable[[int, int], None]) -> dict[str, int]:
    """Erase what was confirmed, and return how many rows and files of each kind have gone over all its runs.

    A block of households is one transaction that also counts what went: stopped or killed at any point, it goes on where it was
    when called again, and done twice it changes nothing. `report` is told households done and all; what it raises ends the run
    between two blocks.

    :raises Refused: `not_confirmed`.
    """
    now = Erasure.objects.select_related("campaign").get(pk=erasure.pk)
    if now.confirmed_at is None:
        raise Refused("not_confirmed", _("消去は、まだ別の担当者に確認されていません。"))
    if now.erased_at is not None:
        return dict(now.erased)
    campaign, total = now.campaign, now.to_erase["households"]
    with transaction.atomic():
        _count(now, sql.erase_words(campaign_id=campaign.pk, code=campaign.code))
    last: int | None = 0
    while last is not None:
        report(min(now.erased.get("households", 0), total), total)
        with transaction.atomic():
            last, rows = sql.erase_households(campaign_id=campaign.pk, after=last, most=HOUSEHOLDS_AT_ONCE)
            _count(now, rows)
    remove_printed_files(campaign)
    with transaction.atomic():
        if Erasure.objects.filter(pk=now.pk, erased_at__isnull=True).update(erased_at=at):
            _count(now, {"files": now.to_erase["files"]})
    return dict(now.erased)


def _count(erasure: Erasure, rows: dict[str, int]) -> None:
    locked = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    erasure.erased = dict(Counter(locked.erased) + Counter(rows))
    Erasure.objects.filter(pk=erasure.pk).update(erased=erasure.erased)


def _decided() -> Refused:
    return Refused("already_decided", _("この消去は、すでに確認または取下げが済んでいます。"))
