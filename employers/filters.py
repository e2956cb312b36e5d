"""Filters of the employers' list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.filters import FilterForm, any_of
from employers.models import Employer
from japan.names import name_search_key

if TYPE_CHECKING:
    from django.db.models import QuerySet


_SYMBOL = re.compile(r"[0-9]{7,8}")


class EmployerFilterForm(FilterForm):
    """The employers by name or 記号, branch and status."""

    words = forms.CharField(
        label=_("事業所名・記号"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(label=_("適用状況"), required=False, choices=any_of(Employer.Status))

    def apply(self, rows: QuerySet[Employer]) -> QuerySet[Employer]:
        """The rows that hold the words anywhere in the name; digits of a 記号 are looked for as that alone."""
        if words := self.cleaned_data["words"]:
            key = name_search_key(words)
            rows = rows.filter(Q(symbol=key) if _SYMBOL.fullmatch(key) else Q(name_key__contains=key))
        if status := self.cleaned_data["status"]:
            rows = rows.filter(status=status)
        return rows
