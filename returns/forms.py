"""Forms of the returns desk and of the monthly cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.staff import staff_name
from employers.models import Branch
from returns.models import CollectedCard, DeliveryException
from returns.states import Resolution, ReturnReason, UnknownOutcome

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


class ScanForm(forms.Form):
    """One scan: the number, the sticky reason, the day, and the page's nonce."""

    scanned = forms.CharField(label=_("封筒番号"), max_length=60)
    reason = forms.ChoiceField(label=_("還付理由"), choices=ReturnReason.choices)
    returned_on = forms.DateField(label=_("還付日"))
    nonce = forms.UUIDField(required=False)
    note = forms.CharField(label=_("備考"), max_length=200, required=False)


class TrayCloseForm(forms.Form):
    """The count of the physical tray."""

    counted = forms.IntegerField(label=_("数えた通数"), min_value=0, max_value=100)


class TrayStoreForm(forms.Form):
    """Where a tray stands."""

    place = forms.CharField(label=_("保管場所"), max_length=60)


class DestructionForm(forms.Form):
    """What the certificate of destruction says."""

    destroyed_on = forms.DateField(label=_("廃棄日"), widget=forms.DateInput(attrs={"type": "date"}))
    certificate_no = forms.CharField(label=_("廃棄証明書番号"), max_length=40)


class ShownDestructionForm(DestructionForm):
    """The record somebody has compared with the certificate, so that no other one is meant by their click."""

    destroyed_on = forms.DateField(widget=forms.HiddenInput)
    certificate_no = forms.CharField(max_length=40, widget=forms.HiddenInput)


class ReturnReasonForm(forms.Form):
    """Another reason."""

    reason = forms.ChoiceField(label=_("正しい還付理由"), choices=ReturnReason.choices)
    note = forms.CharField(label=_("訂正の理由"), max_length=200, required=False)


class NoteForm(forms.Form):
    """A word on what happened."""

    note = forms.CharField(label=_("経過"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CutoffForm(forms.Form):
    """The cut-off of a cycle."""

    cutoff = forms.DateField(label=_("締切日"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, default: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cutoff"].initial = default


class RerouteRunForm(forms.Form):
    """A cycle as it was previewed: how many envelopes were shown, and by which preview."""

    cutoff = forms.DateField(label=_("締切日"))
    expected = forms.IntegerField(min_value=0)
    preview = forms.IntegerField(min_value=0)


class BranchHoldForm(forms.Form):
    """A branch that the cycle is to leave alone."""

    branch = forms.ModelChoiceField(label=_("支部"), queryset=Branch.objects.none())
    reason = forms.CharField(label=_("保留の理由"), max_length=200)

    def __init__(self, *args: Any, branch_code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = Branch.objects.order_by("code")
        self.fields["branch"].queryset = (  # type: ignore[attr-defined]
            branches.filter(code=branch_code) if branch_code else branches
        )


class HoldForm(forms.Form):
    """Why one envelope is held back."""

    reason = forms.CharField(label=_("保留の理由"), max_length=200)


class ExceptionResolveForm(forms.Form):
    """How an exception ended."""

    resolution = forms.ChoiceField(label=_("対応の結果"), choices=Resolution.by_hand())
    note = forms.CharField(label=_("経過"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ResendForm(forms.Form):
    """Where to send it again, and how that is known."""

    postal_code = forms.CharField(
        label=_("郵便番号（7桁の数字）"), max_length=7, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    address1 = forms.CharField(label=_("住所（都道府県から）"), max_length=100)
    address2 = forms.CharField(label=_("方書"), max_length=60, required=False)
    note = forms.CharField(label=_("住所を確認した方法"), max_length=200)


class CorrectionForm(forms.Form):
    """The address somebody has looked at, so that no other one is meant by their click."""

    correction = forms.UUIDField(widget=forms.HiddenInput)


if TYPE_CHECKING:
    _StaffChoice = forms.ModelChoiceField[User]
else:
    _StaffChoice = forms.ModelChoiceField


class StaffField(_StaffChoice):
    """A member of staff, chosen by name and sent by login name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(User.objects.none(), to_field_name="username", **options)

    def label_from_instance(self, obj: User) -> str:
        """Family name first."""
        return staff_name(obj)


class TakeOverForm(forms.Form):
    """Whose exception the reader saw when taking it over."""

    instead_of = StaffField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, StaffField):
                field.queryset = staff


class ExceptionAssignForm(TakeOverForm):
    """Somebody to work on it."""

    owner = StaffField(label=_("担当"))


class ExceptionDueForm(NoteForm):
    """Another due date, and why."""

    due_on = forms.DateField(label=_("新しい期限"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("due_on", "note")


class BulkWorkForm(forms.Form):
    """What is to happen to the rows ticked in a list."""

    picked = forms.ModelMultipleChoiceField(
        DeliveryException.objects.none(),
        to_field_name="public_id",
        widget=forms.MultipleHiddenInput,
        error_messages={"required": _("行を選んでください。")},
    )
    owner = StaffField(label=_("担当"), required=False)
    due_on = forms.DateField(label=_("期限"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("経過"), required=False, max_length=500)

    def __init__(self, *args: Any, staff: QuerySet[User], rows: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff  # type: ignore[attr-defined]
        self.fields["picked"].queryset = rows  # type: ignore[attr-defined]


class ExceptionBulkForm(BulkWorkForm):
    """The same for exceptions, which may end together, too."""

    resolution = forms.ChoiceField(
        label=_("対応の結果（完了する場合）"), required=False, choices=[("", "—"), *Resolution.by_hand()]
    )
    field_order = ("picked", "owner", "due_on", "resolution", "note")


class UnknownResolveForm(forms.Form):
    """What an unknown return turned out to be."""

    outcome = forms.ChoiceField(label=_("対応の結果"), choices=UnknownOutcome.choices)
    answer = forms.CharField(
        label=_("分かったこと"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SureField(forms.MultipleChoiceField):
    """Which of the asked cards have been compared with what lies on the desk. A tick says which card it means; what has not been asked
    for is not shown.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.MultipleHiddenInput, **options)

    def valid_value(self, _value: object) -> bool:
        """Any card may be meant: the service compares."""
        return True


class AskingForm(forms.Form):
    """A form that shows, once they are known, the cards that need a second look."""

    sure = SureField(label=_("見比べた資格確認書（印を付けたものを、無効にして記録します）"))

    def ask(self, cards: list[tuple[str, str]]) -> None:
        """Show these (serial, description), each with a box to tick."""
        self.fields["sure"].widget = forms.CheckboxSelectMultiple(choices=cards)


class CardCollectForm(AskingForm):
    """A card out of a reply envelope."""

    field_order = ("serial", "reason", "collected_on", "sure")
    serial = forms.CharField(label=_("証番号（Cで始まる番号）"), max_length=40)
    reason = forms.ChoiceField(label=_("返納理由"), choices=CollectedCard.Reason.choices)
    collected_on = forms.DateField(label=_("返納日"), widget=forms.DateInput(attrs={"type": "date"}))


class CardsCollectForm(AskingForm):
    """A pile of cards, one number in a line: a scanner ends each with Enter."""

    field_order = ("serials", "reason", "collected_on", "sure")
    serials = forms.CharField(
        label=_("証番号（1行に1枚。続けて読み取れます）"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "autofocus": True, "class": "mono"}),
    )
    reason = forms.ChoiceField(label=_("返納理由"), choices=CollectedCard.Reason.choices)
    collected_on = forms.DateField(label=_("返納日"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_serials(self) -> list[str]:
        """The lines that are not empty, each once."""
        lines = [line.strip() for line in self.cleaned_data["serials"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))


class QuestionForm(forms.Form):
    """What came out about a card without a loss on file."""

    answer = forms.CharField(label=_("確認の結果"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
