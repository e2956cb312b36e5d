"""One's own account: what it may do, and its password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.languages import listed
from backoffice.pages import FormPageView
from backoffice.parts import Fact
from backoffice.roles import Permission
from backoffice.services.users import set_password
from backoffice.staff import role_names, staff_name
from japan.insurer_number import branch_name


class AccountView(FormPageView):
    permission = Permission.USE_OWN_ACCOUNT
    title = _("アカウント")
    template_name = "backoffice/account_form.html"
    form_class = PasswordChangeForm
    submit_label = _("パスワードを変更する")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.staff}

    def perform(self, form: PasswordChangeForm) -> str:
        set_password(user=self.staff, password=form.cleaned_data["new_password1"], by=self.staff)
        update_session_auth_hash(self.request, self.staff)
        return gettext("パスワードを変更しました。")

    def next_url(self) -> str:
        return reverse("backoffice:account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.staff
        facts = [
            Fact(_("ログイン名"), user.username),
            Fact(_("氏名"), staff_name(user)),
            Fact(_("役割"), listed(role_names(user)) or "—"),
            Fact(_("支部"), branch_name(user.branch_code) if user.branch_code else _("すべて（本部）")),
        ]
        return super().get_context_data(**kwargs) | {"facts": facts}
