"""Forms of the campaign, its files and its search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.filters import FilterForm
from issuance.models import Campaign
from issuance.queries import matching

if TYPE_CHECKING:
    from typing import ClassVar

    from django.db.models import QuerySet

    _CampaignForm = forms.ModelForm[Campaign]
else:
    _CampaignForm = forms.ModelForm


class CampaignForm(_CampaignForm):
    """一括発行: its code and every date and number of it (R38)."""

    class Meta:
        model = Campaign
        exclude: ClassVar = ["ordinal", "created_at", "closed_at"]

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
        label=_("記号・番号、カナ氏名、氏名のいずれか"),
        max_length=100,
        help_text=_("例：「21700023 1234」「ｻﾄｳ ﾀﾛｳ」「佐藤」"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return matching(rows, self.cleaned_data["words"])
