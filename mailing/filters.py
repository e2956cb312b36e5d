"""Filters of the lists of batches and envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.filters import FilterForm, any_of
from employers.queries import branch_choices
from mailing.queries import STEP_BATCH_STATES, STEP_CONDITIONS, envelopes_by_number, whose_turn
from mailing.states import BatchState, EnvelopeKind, EnvelopeState, EnvelopeStep, Turn

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from mailing.models import Envelope, PrintBatch

_SEARCH = {"type": "search", "autocomplete": "off"}


class BatchFilterForm(FilterForm):
    """The batches by number, state and kind."""

    number = forms.CharField(
        label=_("バッチ番号"), required=False, max_length=48, widget=forms.TextInput(attrs=_SEARCH)
    )
    state = forms.ChoiceField(label=_("状態"), required=False, choices=any_of(BatchState))
    kind = forms.ChoiceField(label=_("種類"), required=False, choices=any_of(EnvelopeKind))

    turn = forms.ChoiceField(label=_("次の担当"), required=False, choices=any_of(Turn))

    def apply(self, rows: QuerySet[PrintBatch]) -> QuerySet[PrintBatch]:
        """The rows with the chosen state, kind and turn whose number holds the words."""
        if turn := self.cleaned_data["turn"]:
            rows = whose_turn(rows, turn)
        if number := self.cleaned_data["number"]:
            rows = rows.filter(number__icontains=number)
        chosen = {name: self.cleaned_data[name] for name in ("state", "kind") if self.cleaned_data[name]}
        return rows.filter(**chosen)


class EnvelopeFilterForm(FilterForm):
    """The envelopes by number, state, kind and how far they have come at least."""

    number = forms.CharField(
        label=_("封筒番号・引受番号"), required=False, max_length=60, widget=forms.TextInput(attrs=_SEARCH)
    )
    state = forms.ChoiceField(label=_("状態"), required=False, choices=any_of(EnvelopeState))
    kind = forms.ChoiceField(label=_("種類"), required=False, choices=any_of(EnvelopeKind))
    step = forms.ChoiceField(label=_("進み具合"), required=False, choices=any_of(EnvelopeStep))

    branch = forms.ChoiceField(
        label=_("支部"), required=False, choices=lambda: [("", _("すべて")), *branch_choices()]
    )

    def __init__(
        self, *args: Any, batches: QuerySet[PrintBatch], of_one_branch: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.batches = batches
        if of_one_branch:
            del self.fields["branch"]

    def apply(self, rows: QuerySet[Envelope]) -> QuerySet[Envelope]:
        """The rows with the chosen state, kind and step, and this very number where one is given."""
        if step := self.cleaned_data["step"]:
            rows = self.at_step(rows, step)
        if number := self.cleaned_data["number"]:
            rows = envelopes_by_number(rows, number)
        chosen = {name: self.cleaned_data[name] for name in ("state", "kind") if self.cleaned_data[name]}
        return rows.filter(**chosen, **self.in_branch())

    def in_branch(self) -> dict[str, str]:
        """The chosen branch as a condition; empty where all are meant."""
        branch = self.cleaned_data.get("branch")
        return {"branch": branch} if branch else {}

    def at_step(self, rows: QuerySet[Envelope], step: str) -> QuerySet[Envelope]:
        """The rows that have come so far; where their batches tell it, batch by batch, so that no other envelope is looked at."""
        states = STEP_BATCH_STATES.get(step)
        if states is None:
            return rows.filter(STEP_CONDITIONS[step])
        batches = list(self.batches.filter(state__in=states, **self.in_branch()).values_list("pk", flat=True))
        in_place = rows.filter(
            STEP_CONDITIONS[EnvelopeStep.MADE], batch__isnull=False, position__isnull=False
        )
        return in_place.filter(batch__in=batches).order_by("batch", "position", "pk")
