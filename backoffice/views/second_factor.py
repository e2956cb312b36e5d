"""The second step of a login, the registration of an authenticator, and one's password once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.forms import CodeForm, ConfirmForm
from backoffice.pages import FormPageView
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.services import login_guard
from backoffice.services.second_factor import check_code, enrol, enrolment_uri, must_enrol, new_secret
from backoffice.session_guard import next_page, note_confirmation, note_second_factor

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

OFFERED = "second_factor_offered"


class SecondFactorView(FormPageView):
    """The code of the authenticator; at the first time its registration."""

    permission = Permission.USE_OWN_ACCOUNT
    before_second_factor = True
    title = _("二要素認証")
    template_name = "backoffice/second_factor.html"
    form_class = CodeForm
    submit_label = _("確認する")

    def get_initial(self) -> dict[str, Any]:
        return {"code": settings.DEMO_SECOND_FACTOR_CODE}

    def perform(self, form: CodeForm) -> str:
        code = form.cleaned_data["code"]
        if must_enrol(self.staff):
            enrol(user=self.staff, secret=self.offered(), code=code, at=self.at)
            del self.request.session[OFFERED]
            message = gettext("認証アプリを登録しました。")
        else:
            check_code(user=self.staff, code=code, at=self.at)
            message = gettext("確認しました。")
        note_second_factor(self.request)
        return message

    def next_url(self) -> str:
        return next_page(self.request)

    def offered(self) -> str:
        """The secret on offer: the same until it is taken, so that a reload does not spoil the scanned one."""
        return str(self.request.session.setdefault(OFFERED, new_secret()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"demo_code": settings.DEMO_SECOND_FACTOR_CODE, "next": next_page(self.request)}
        if must_enrol(self.staff):
            secret = self.offered()
            page |= {"secret": secret, "picture": qr_picture(enrolment_uri(self.staff, secret))}
        return super().get_context_data(**kwargs) | page


class ConfirmView(FormPageView):
    """The password once more, before something that cannot be taken back."""

    permission = Permission.USE_OWN_ACCOUNT
    title = _("本人確認")
    template_name = "backoffice/confirm.html"
    form_class = ConfirmForm
    submit_label = _("確認する")

    def perform(self, form: ConfirmForm) -> str:
        name = self.staff.username
        if login_guard.is_paused(name):
            raise Refused("paused", gettext("パスワードの誤りが続きました。15分後にもう一度お試しください。"))
        if not self.staff.check_password(form.cleaned_data["password"]):
            login_guard.note_failure(name)
            raise Refused("wrong_password", gettext("パスワードが正しくありません。"))
        note_confirmation(self.request, self.at)
        return gettext("本人確認ができました。もう一度ボタンを押してください。")

    def next_url(self) -> str:
        return next_page(self.request)

    def cancel_url(self) -> str:
        return next_page(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": next_page(self.request)}


def qr_picture(text: str) -> SafeString:
    """A QR code as SVG without any style of its own."""
    picture = segno.make(text, error="m").svg_inline(scale=5, border=4, omitsize=False)
    return mark_safe(picture)  # noqa: S308 - drawn from squares, holds no text
