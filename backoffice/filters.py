"""Filter bars: a plain form whose fields are all optional and which narrows a queryset."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.audit_words import entity_name
from backoffice.models import AccessLog
from backoffice.roles import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet, TextChoices
    from django_stubs_ext import StrOrPromise


def any_of(choices: type[TextChoices]) -> list[tuple[str, StrOrPromise]]:
    """The choices of an optional select box: all, or one of them."""
    return [("", _("すべて")), *choices.choices]


def entity_choices() -> list[tuple[str, StrOrPromise]]:
    """The tables whose changes are kept."""
    return [
        ("", _("すべて")),
        *((label.lower(), entity_name(label.lower())) for label in settings.CHANGE_HISTORY),
    ]


class FilterForm(forms.Form):
    """Base of every filter bar."""

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """`rows` narrowed by what was entered; called with valid data only."""
        raise NotImplementedError  # every filter bar has its own

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was entered at all."""
        return any(value not in (None, "", False) for value in getattr(self, "cleaned_data", {}).values())


class UserFilterForm(FilterForm):
    """The accounts by login name, role and whether they are in use."""

    username = forms.CharField(
        label=_("ログイン名"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("役割"), required=False, choices=any_of(Role))
    active = forms.ChoiceField(
        label=_("利用"), required=False, choices=[("", _("すべて")), ("1", _("利用中")), ("0", _("停止中"))]
    )

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if username := self.cleaned_data["username"]:
            rows = rows.filter(username__icontains=username)
        if role := self.cleaned_data["role"]:
            rows = rows.filter(roles__contains=[role])
        if active := self.cleaned_data["active"]:
            rows = rows.filter(is_active=active == "1")
        return rows


class AccessLogFilterForm(FilterForm):
    """The access log by person, kind of access, subject and days."""

    username = forms.CharField(label=_("職員のログイン名"), required=False)
    action = forms.ChoiceField(label=_("操作"), required=False, choices=any_of(AccessLog.Action))
    subject = forms.CharField(label=_("対象の管理番号"), required=False)
    since = forms.DateField(label=_("開始日"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("終了日"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        entered = self.cleaned_data
        wanted = {
            "user__username": entered["username"],
            "action": entered["action"],
            "subject": entered["subject"],
            "at__gte": _midnight(entered["since"]),
            "at__lt": _midnight(entered["until"] and entered["until"] + timedelta(days=1)),
        }
        return rows.filter(**{lookup: value for lookup, value in wanted.items() if value})


class ChangeFilterForm(FilterForm):
    """The change history by table, person and days."""

    entity = forms.ChoiceField(label=_("対象"), required=False, choices=entity_choices)
    username = forms.CharField(label=_("職員のログイン名"), required=False)
    since = forms.DateField(label=_("開始日"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("終了日"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        entered = self.cleaned_data
        wanted = {
            "entity": entered["entity"],
            "by__username": entered["username"],
            "at__gte": _midnight(entered["since"]),
            "at__lt": _midnight(entered["until"] and entered["until"] + timedelta(days=1)),
        }
        return rows.filter(**{lookup: value for lookup, value in wanted.items() if value})


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
