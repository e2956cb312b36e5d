"""Forms of the batches' desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from japan.postal import parse_postal_code
from mailing.services.address_change import ADDRESS1, ADDRESS2
from mailing.states import SampleVerdict


class ApproveForm(forms.Form):
    """The hash of what was shown; whoever approves something else is refused."""

    manifest_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ResultsForm(forms.Form):
    """The vendor's answer."""

    file = forms.FileField(
        label=_("結果ファイル（CSV）"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )


class PostingForm(forms.Form):
    """The day the batch was handed to the post."""

    on = forms.DateField(label=_("差出日"), widget=forms.DateInput(attrs={"type": "date"}))


class CaseForm(forms.Form):
    """What was found out about a difference, and what was decided."""

    cause = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    decision = forms.CharField(label=_("判断"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SampleForm(forms.Form):
    """Whether a page of the sample is in order, or what is wrong with it."""

    verdict = forms.ChoiceField(choices=SampleVerdict, widget=forms.HiddenInput)
    problem = forms.CharField(
        label=_("問題の内容"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, str]:
        """What is wrong is said where something is wrong, and only there."""
        said = self.cleaned_data
        if said.get("verdict") == SampleVerdict.PROBLEM and not said.get("problem"):
            raise forms.ValidationError(_("問題の内容を入力してください。"))
        if said.get("verdict") == SampleVerdict.SEEN:
            said["problem"] = ""
        return said


class AddressForm(forms.Form):
    """Where the envelopes of a household are to go from now on."""

    postal_code = forms.CharField(
        label=_("新しい郵便番号"), max_length=8, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    address1 = forms.CharField(label=_("新しい住所"), max_length=ADDRESS1)
    address2 = forms.CharField(label=_("新しい方書"), max_length=ADDRESS2, required=False)

    def clean_postal_code(self) -> str:
        """Seven digits, however they were typed."""
        code = parse_postal_code(self.cleaned_data["postal_code"])
        if code is None:
            raise forms.ValidationError(_("郵便番号は7桁の数字で入力してください。"))
        return code
