"""Forms of the accounts and of the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.roles import Role
from backoffice.services import login_guard
from japan.insurer_number import branch_name
from japan.prefectures import PREFECTURES

if TYPE_CHECKING:
    _SetPasswordMixin = SetPasswordMixin[User]
else:
    _SetPasswordMixin = SetPasswordMixin


def branch_choices() -> list[tuple[str, Any]]:
    """Every branch by its code, and none for the head office, which sees all."""
    return [("", _("すべての支部（本部）")), *((code, f"{code} {branch_name(code)}") for code in PREFECTURES)]


class LoginForm(AuthenticationForm):
    """Login name and password; wrong ones in a row make the account wait."""

    error_messages = {
        "invalid_login": _("ログイン名またはパスワードが正しくありません。"),
        "inactive": _("このアカウントは利用停止中です。"),
        "paused": _(
            "パスワードの誤りが続いたため、ログインを一時停止しています。15分後にもう一度お試しください。"
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("ログイン名")
        self.fields["password"].label = _("パスワード")

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "")
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        from_here = f"address {address}"
        crowd = login_guard.ATTEMPTS_FROM_ONE_ADDRESS
        if login_guard.is_paused(username) or login_guard.is_paused(from_here, crowd):
            raise ValidationError(self.error_messages["paused"], code="paused")
        try:
            cleaned = super().clean()
        except ValidationError:
            login_guard.note_failure(username)
            login_guard.note_failure(from_here)
            raise
        login_guard.note_success(username)
        return cleaned


class CodeForm(forms.Form):
    """The six digits an authenticator shows."""

    code = forms.CharField(
        label=_("確認コード（6桁）"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class ConfirmForm(forms.Form):
    """One's own password once more."""

    password = forms.CharField(
        label=_("パスワード"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class UserForm(forms.Form):
    """What an account may do and for which branch."""

    last_name = forms.CharField(label=_("姓"), max_length=150)
    first_name = forms.CharField(label=_("名"), max_length=150, required=False)
    roles = forms.MultipleChoiceField(
        label=_("役割"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    branch_code = forms.ChoiceField(
        label=_("支部"),
        choices=branch_choices,
        required=False,
        help_text=_("支部を選ぶと、その支部の記録だけを見られます。"),
    )


class UserCreateForm(_SetPasswordMixin, UserForm):
    """A new account with its first password."""

    username = forms.CharField(
        label=_("ログイン名"),
        max_length=150,
        validators=[User.username_validator],
        help_text=_("半角の英数字と @ . + - _"),
    )
    password1, password2 = SetPasswordMixin.create_password_fields(
        label1=_("パスワード"), label2=_("パスワード（確認）")
    )
    field_order = ["username", "last_name", "first_name", "roles", "branch_code", "password1", "password2"]

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        self.validate_password_for_user(
            User(
                username=self.cleaned_data.get("username", ""),
                last_name=self.cleaned_data.get("last_name", ""),
                first_name=self.cleaned_data.get("first_name", ""),
            ),
            "password1",
        )
        return self.cleaned_data


class UserEditForm(UserForm):
    """The same for an existing account, which can also be disabled."""

    is_active = forms.BooleanField(
        label=_("利用できる"),
        required=False,
        help_text=_("外すと、このアカウントではログインできなくなります。"),
    )


class FileUploadForm(forms.Form):
    """One CSV file."""

    file = forms.FileField(
        label=_("CSVファイル"),
        help_text=_("文字コードはUTF-8またはCP932（シフトJIS）です。1行目は見出しにしてください。"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
