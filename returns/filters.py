"""Filters of the returns side's lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.filters import FilterForm, any_of
from issuance.queries import matching, people_for
from returns.states import (
    ExceptionCode,
    ExceptionState,
    ReturnEnd,
    ReturnReason,
    TrayState,
    UnknownKind,
    UnknownState,
)

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from backoffice.models import User
    from issuance.models import Campaign, Certificate
    from returns.models import CollectedCard, ReturnEvent, ReturnTray


class ReturnFilterForm(FilterForm):
    state = forms.ChoiceField(label=_("行き先"), required=False, choices=any_of(ReturnEnd))
    reason = forms.ChoiceField(label=_("還付理由"), required=False, choices=any_of(ReturnReason))

    def apply(self, rows: QuerySet[ReturnEvent]) -> QuerySet[ReturnEvent]:
        """The rows with the chosen end and reason."""
        chosen = {name: self.cleaned_data[name] for name in ("state", "reason") if self.cleaned_data[name]}
        return rows.filter(**chosen)


class Whose(models.TextChoices):
    """Whose exceptions a list shows."""

    MINE = "mine", _("自分")
    NOBODY = "nobody", _("担当なし")
    OVERDUE = "overdue", _("期限切れ")


class WorkFilterForm(FilterForm):
    """Whose rows of a list of work, and how late."""

    whose = forms.ChoiceField(label=_("担当・期限"), required=False, choices=any_of(Whose))

    def __init__(self, *args: Any, reader: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conditions = {
            Whose.MINE.value: Q(owner=reader),
            Whose.NOBODY.value: Q(owner__isnull=True, state=ExceptionState.OPEN),
            Whose.OVERDUE.value: Q(due_on__lt=today, state=ExceptionState.OPEN),
        }

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with the chosen state and reason, of the chosen owner or overdue."""
        named = [name for name in self.fields if name != "whose"]
        chosen = {name: self.cleaned_data[name] for name in named if self.cleaned_data[name]}
        return rows.filter(self.conditions.get(self.cleaned_data["whose"], Q()), **chosen)


class ExceptionFilterForm(WorkFilterForm):
    state = forms.ChoiceField(label=_("状態"), required=False, choices=any_of(ExceptionState))
    code = forms.ChoiceField(label=_("理由"), required=False, choices=any_of(ExceptionCode))
    field_order = ("state", "code", "whose")


class UnknownFilterForm(WorkFilterForm):
    state = forms.ChoiceField(label=_("状態"), required=False, choices=any_of(UnknownState))
    kind = forms.ChoiceField(label=_("区分"), required=False, choices=any_of(UnknownKind))
    field_order = ("state", "kind", "whose")


class TrayFilterForm(FilterForm):
    state = forms.ChoiceField(label=_("状態"), required=False, choices=any_of(TrayState))
    place = forms.CharField(
        label=_("保管場所"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def apply(self, rows: QuerySet[ReturnTray]) -> QuerySet[ReturnTray]:
        """The trays in the chosen state, kept in a place whose name contains what was entered."""
        if state := self.cleaned_data["state"]:
            rows = rows.filter(state=state)
        if place := self.cleaned_data["place"]:
            rows = rows.filter(storage_place__icontains=place)
        return rows


class CollectedFilterForm(FilterForm):
    question = forms.ChoiceField(
        label=_("確認"), required=False, choices=[("", _("すべて")), ("open", _("要確認"))]
    )

    def apply(self, rows: QuerySet[CollectedCard]) -> QuerySet[CollectedCard]:
        """All, or those whose question has no answer yet."""
        open_only = self.cleaned_data["question"] == "open"
        return rows.filter(loss_on_file=False, answered_at__isnull=True) if open_only else rows


class CardSearchForm(FilterForm):
    words = forms.CharField(
        label=_("記号・番号、カナ氏名、氏名のいずれか"),
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, reader: User, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people_for(reader, campaign)

    def apply(self, rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
        """The cards of the people meant, among those the reader may know of."""
        return rows.filter(person__in=matching(self.people, self.cleaned_data["words"]))
