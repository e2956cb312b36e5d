"""Register a campaign: `create_campaign CODE [--reference-date 2025-04-30] …`; every column has an option."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db import models
from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.models import Campaign
from issuance.services import create_campaign
from japan.wareki import DateError, parse_date

_NOT_OPTIONS = {"id", "public_id", "code", "ordinal", "created_at", "closed_at"}


def day(text: str) -> date:
    """A day in any of the documented forms."""
    try:
        return parse_date(text)
    except DateError as error:
        raise ArgumentTypeError(str(error)) from None


def yes_or_no(text: str) -> bool:
    """`1`/`yes`/`on` or `0`/`no`/`off`."""
    known = {"1": True, "yes": True, "on": True, "0": False, "no": False, "off": False}
    if text not in known:
        raise ArgumentTypeError("1 / 0")
    return known[text]


def _reader(field: models.Field[Any, Any]) -> Callable[[str], Any]:
    if isinstance(field, models.DateField):
        return day
    if isinstance(field, models.BooleanField):
        return yes_or_no
    return int if isinstance(field, models.IntegerField) else str


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        for field in Campaign._meta.concrete_fields:
            if field.name not in _NOT_OPTIONS:
                parser.add_argument(f"--{field.name.replace('_', '-')}", type=_reader(field), dest=field.name)

    def work(self, **options: Any) -> Mapping[str, object]:
        columns = {
            field.name: options[field.name]
            for field in Campaign._meta.concrete_fields
            if options.get(field.name) is not None and field.name not in _NOT_OPTIONS
        }
        result = create_campaign(code=options["code"], at=timezone.now(), by=None, **columns)
        return {"campaign": result.campaign.code, "created": int(result.created)}
