"""Register a campaign: `create_campaign CODE [--reference-date 2025-04-30] …`; every column has an option."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand
from backoffice.refusal import Refused
from issuance.models import Campaign
from issuance.services import create_campaign
from japan.wareki import DateError, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.management.base import CommandParser

    Column = models.Field[Any, Any]

_NOT_OPTIONS = {"id", "public_id", "code", "ordinal", "created_at", "closed_at", "closed_by"}
_YES_OR_NO = {"1": True, "yes": True, "on": True, "0": False, "no": False, "off": False}


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        for column in _columns():
            parser.add_argument(_option(column), dest=column.name, metavar="VALUE", help=_help(column))

    def work(self, **options: Any) -> Mapping[str, object]:
        given = {c.name: _read(c, options[c.name]) for c in _columns() if options.get(c.name) is not None}
        result = create_campaign(code=options["code"], at=timezone.now(), by=None, **given)
        return {"campaign": result.campaign.code, "created": int(result.created)}


def _columns() -> Iterator[Column]:
    for field in Campaign._meta.concrete_fields:
        if field.name not in _NOT_OPTIONS:
            yield field


def _option(column: Column) -> str:
    return f"--{column.name.replace('_', '-')}"


def _help(column: Column) -> str:
    """The column's name; a percent sign in it is no format."""
    return str(column.verbose_name).replace("%", "%%")


def _read(column: Column, text: str) -> object:
    """The value of an option, by the kind of its column.

    :raises Refused: `option_invalid`.
    """
    try:
        if isinstance(column, models.DateField):
            return parse_date(text)
        if isinstance(column, models.BooleanField):
            return _YES_OR_NO[text]
        if isinstance(column, models.DecimalField):
            return Decimal(text)
        return int(text) if isinstance(column, models.IntegerField) else text
    except (DateError, InvalidOperation, KeyError, ValueError):
        message = _("%(option)s の値を読み取れません。")
        raise Refused("option_invalid", message % {"option": _option(column)}) from None
