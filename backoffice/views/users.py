"""The accounts of the staff, for システム管理."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import SetPasswordForm
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.filters import UserFilterForm
from backoffice.forms import UserCreateForm, UserEditForm
from backoffice.listing import ListPageView
from backoffice.models import User
from backoffice.pages import ActionView, FormPageView
from backoffice.parts import Action, Crumb, Link
from backoffice.roles import Permission
from backoffice.services.second_factor import remove_second_factor
from backoffice.services.users import change_user, create_user, set_password
from backoffice.tables.staff import UserTable
from backoffice.tones import Tone

if TYPE_CHECKING:
    from django.db.models import QuerySet


class UserListView(ListPageView[User]):
    permission = Permission.MANAGE_USERS
    title = _("職員")
    table_class = UserTable
    filter_form_class = UserFilterForm

    def queryset(self) -> QuerySet[User]:
        return User.objects.order_by("username", "pk")

    def links(self) -> list[Link]:
        return [Link(_("職員を登録する"), reverse("backoffice:user-create"), primary=True)]


class UserFormPage(FormPageView):
    """What the pages of one account share."""

    permission = Permission.MANAGE_USERS

    @cached_property
    def user(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["pk"])

    def next_url(self) -> str:
        return reverse("backoffice:user-list")

    def cancel_url(self) -> str:
        return reverse("backoffice:user-list")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("職員"), reverse("backoffice:user-list"))]


class UserCreateView(UserFormPage):
    title = _("職員の登録")
    form_class = UserCreateForm
    submit_label = _("登録する")

    def perform(self, form: UserCreateForm) -> str:
        entered = {
            name: form.cleaned_data[name]
            for name in ("username", "last_name", "first_name", "roles", "branch_code")
        }
        user = create_user(**entered, password=form.cleaned_data["password1"], by=self.staff)
        return gettext("職員「%(username)s」を登録しました。") % {"username": user.username}


class UserEditView(UserFormPage):
    title = _("職員の変更")
    form_class = UserEditForm
    template_name = "backoffice/user_form.html"

    def get_initial(self) -> dict[str, Any]:
        return {
            name: getattr(self.user, name)
            for name in ("last_name", "first_name", "roles", "branch_code", "is_active")
        }

    def perform(self, form: UserEditForm) -> str:
        change_user(user=self.user, by=self.staff, **form.cleaned_data)
        return gettext("職員「%(username)s」を変更しました。") % {"username": self.user.username}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"edited_user": self.user, "action": self.removal()}

    def removal(self) -> Action | None:
        """Taking the authenticator away from somebody who lost it."""
        if not self.user.second_factor_secret:
            return None
        url = reverse("backoffice:user-second-factor-remove", args=[self.user.pk])
        confirm = _(
            "本人から届出があったことを確認してください。次のログインで新しい認証アプリを登録します。"
        )
        return Action(_("認証アプリを解除する"), url, confirm=confirm, tone=Tone.DANGER)


class UserSecondFactorRemoveView(ActionView):
    permission = Permission.MANAGE_USERS
    needs_fresh_login = True

    def act(self) -> str:
        user = get_object_or_404(User, pk=self.kwargs["pk"])
        remove_second_factor(user=user, by=self.staff)
        return gettext("職員「%(username)s」の認証アプリを解除しました。") % {"username": user.username}

    def next_url(self) -> str:
        return reverse("backoffice:user-edit", args=[self.kwargs["pk"]])


class UserPasswordView(UserFormPage):
    title = _("パスワードの設定")
    form_class = SetPasswordForm
    submit_label = _("設定する")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.user}

    def perform(self, form: SetPasswordForm[User]) -> str:
        set_password(user=self.user, password=form.cleaned_data["new_password1"], by=self.staff)
        return gettext("職員「%(username)s」のパスワードを設定しました。") % {"username": self.user.username}

    def crumbs(self) -> list[Crumb]:
        return [
            *super().crumbs(),
            Crumb(self.user.username, reverse("backoffice:user-edit", args=[self.user.pk])),
        ]
