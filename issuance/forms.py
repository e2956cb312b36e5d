"""Forms of the campaign, its files and its search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from backoffice.filters import FilterForm, any_of
from backoffice.models import CallNote
from employers.queries import branch_choices
from issuance.models import Campaign
from issuance.queries import files_not_judged, matching
from issuance.states import NONDISCLOSURE, NONDISCLOSURE_LABEL, ExclusionReason, Outcome

if TYPE_CHECKING:
    from typing import ClassVar

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    _CampaignForm = forms.ModelForm[Campaign]
else:
    _CampaignForm = forms.ModelForm


class CampaignForm(_CampaignForm):
    """一括発行: its code and every date and number of it (R38)."""

    class Meta:
        model = Campaign
        exclude: ClassVar = ["ordinal", "created_at", "closed_at", "closed_by"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def _post_clean(self) -> None:
        """The service judges the values as a whole and says what is wrong."""


class PersonSearchForm(FilterForm):
    """One box for what a caller says."""

    words = forms.CharField(
        label=_("記号・番号、氏名、カナ、生年月日、封筒番号、引受番号のいずれか"),
        max_length=100,
        help_text=_(
            "例：「21700023-1234-01」「さとう たろう」「ｻﾄｳ 昭和55年4月1日」「高橋」「4829-1305-5178」「131-12-38385-2」"
        ),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autofocus": True}),
    )

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return matching(rows, self.cleaned_data["words"])


def _reason_choices() -> list[tuple[str, StrOrPromise]]:
    return [*any_of(ExclusionReason), (NONDISCLOSURE, NONDISCLOSURE_LABEL)]


class JudgedFilterForm(FilterForm):
    """The people by outcome and by one of its reasons."""

    UNJUDGED = "unjudged"

    outcome = forms.ChoiceField(
        label=_("判定"), required=False, choices=lambda: [*any_of(Outcome), ("unjudged", _("判定待ち"))]
    )
    reason = forms.ChoiceField(label=_("理由"), required=False, choices=_reason_choices)
    branch = forms.ChoiceField(
        label=_("支部"), required=False, choices=lambda: [("", _("すべて")), *branch_choices()]
    )

    def __init__(self, *args: Any, of_one_branch: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_one_branch:
            del self.fields["branch"]

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        outcome, reason = self.cleaned_data["outcome"], self.cleaned_data["reason"]
        if outcome == self.UNJUDGED:
            rows = rows.filter(source__in=list(files_not_judged()), selection__isnull=True)
        elif outcome:
            rows = rows.filter(selection__outcome=outcome)
        if reason == NONDISCLOSURE:  # the one reason of this outcome, and of no other
            rows = rows.filter(selection__outcome=Outcome.HELD)
        if branch := self.cleaned_data.get("branch"):
            rows = rows.filter(household__branch=branch)
        return rows.filter(selection__reasons__contains=[reason]) if reason else rows


class RevealForm(forms.Form):
    """Why somebody has to see what is covered; kept in the access log."""

    class Reason(TextChoices):
        IDENTITY = "identity", _("電話の相手が本人であることの確認")
        EMPLOYER = "employer", _("事業所からの照会への回答")
        CARD = "card", _("資格確認書の記載内容の確認")
        TROUBLE = "trouble", _("不具合・事故の調査")

    reason = forms.ChoiceField(label=_("理由"), choices=Reason)


class RefuseRosterForm(forms.Form):
    """Why a roster is taken out again."""

    reason = forms.CharField(label=_("取下げの理由"), max_length=200)


class CallNoteForm(forms.Form):
    """What was asked and answered."""

    caller = forms.ChoiceField(label=_("相手"), choices=CallNote.Caller)
    text = forms.CharField(
        label=_("内容"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("番号や病名など、応対に要らない個人情報は書かないでください。"),
    )
