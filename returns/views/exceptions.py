from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact
from backoffice.roles import Permission
from backoffice.staff import staff_name
from japan.piece_number import grouped
from japan.postal import format_postal_code
from mailing.services import Address
from returns.eligibility import RULE_VERSION
from returns.forms import CorrectionForm, ExceptionResolveForm, ResendForm
from returns.models import AddressCorrection, DeliveryException
from returns.services import (
    confirm_resend,
    propose_resend,
    reroute_reasons,
    resolve_exception,
    withdraw_resend,
)
from returns.states import CorrectionOutcome, ExceptionCode, ExceptionState
from returns.views.exception_list import exceptions_for
from returns.views.work import AssignView, CommentView, DueView, TakeView, work_actions, work_done

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _View = ActionView
else:
    _View = object


NEXT_STEPS = {
    ExceptionCode.VOLUNTARY: gettext_lazy(
        "支部からご本人に送付先を確認し、訂正した住所への再送付を提案するか、窓口でお渡しください。"
    ),
    ExceptionCode.EMPLOYER_CLOSED: gettext_lazy(
        "事業所は全喪しています。支部からご本人に送付先を確認し、再送付を提案してください。"
    ),
    ExceptionCode.LOST: gettext_lazy(
        "全員が資格を喪失しています。還付された資格確認書の廃棄を確認してください。"
    ),
    ExceptionCode.REFUSED: gettext_lazy("受取を拒絶されています。支部からご本人の意向を確認してください。"),
    ExceptionCode.NONDISCLOSURE: gettext_lazy(
        "不開示の申出があります。権限のある職員が個別に対応してください。"
    ),
    ExceptionCode.EMPLOYER_RETURNED: gettext_lazy(
        "事業所宛の封筒が還付されました。事業所かご本人に送付先を確認し、再送付を提案してください。"
    ),
    ExceptionCode.NO_EMPLOYER: gettext_lazy(
        "事業所が分かりません。支部からご本人に送付先を確認し、再送付を提案してください。"
    ),
}


class ExceptionDetailView(DetailPageView[DeliveryException]):
    permission = Permission.WORK_EXCEPTIONS
    template_name = "returns/exception_detail.html"
    logged_as = "exception-detail"

    def queryset(self) -> QuerySet[DeliveryException]:
        return exceptions_for(self.staff).select_related("resolved_by")

    def page_title(self) -> str:
        return _("例外 %(piece_no)s") % {"piece_no": grouped(self.object.event.envelope.piece_no)}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("例外"), reverse("returns:exception-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "next_step": NEXT_STEPS[ExceptionCode(self.object.code)],
            "timeline": work_done(self.object),
            "reasons": reroute_reasons(self.object.event),
            "rule_version": RULE_VERSION,
            "correction": self.correction,
            "correction_facts": self.correction_facts(),
        }

    @cached_property
    def correction(self) -> AddressCorrection | None:
        """The corrected address: the one that waits, or the one it went to."""
        rows = self.object.corrections.exclude(outcome=CorrectionOutcome.WITHDRAWN)
        return rows.select_related("proposed_by", "decided_by", "envelope").order_by("pk").last()

    def correction_facts(self) -> list[Fact]:
        """What the second person compares."""
        if not (found := self.correction):
            return []
        facts = [
            Fact(_("郵便番号"), format_postal_code(found.postal_code)),
            Fact(_("住所"), found.address1),
            Fact(_("方書"), found.address2),
            Fact(_("住所を確認した方法"), found.note),
            Fact(_("提案"), staff_name(found.proposed_by)),
        ]
        if found.envelope:
            keys = {"piece_no": found.envelope.piece_no}
            facts.append(Fact(_("確認"), staff_name(found.decided_by)))
            facts.append(
                Fact(
                    _("新しい封筒"),
                    grouped(found.envelope.piece_no),
                    reverse("mailing:envelope-detail", kwargs=keys),
                )
            )
        return facts

    def facts(self) -> list[Fact]:
        """What is known of the exception."""
        found = self.object
        envelope = reverse("mailing:envelope-detail", kwargs={"piece_no": found.number})
        return [
            Fact(_("封筒番号"), grouped(found.number), envelope),
            Fact(_("理由"), found.get_code_display()),
            Fact(_("支部"), found.event.envelope.branch.name),
            Fact(_("還付理由"), found.event.get_reason_display()),
            Fact(_("還付日"), found.event.returned_on),
            Fact(_("発生"), found.opened_at),
            Fact(_("期限"), found.due_on),
            Fact(_("担当"), staff_name(found.owner)),
            Fact(_("結果"), found.get_resolution_display()),
            Fact(_("経過"), found.note),
        ]

    def actions(self) -> list[Action]:
        """What can be done while it is open."""
        if self.object.state != ExceptionState.OPEN:
            return []
        url = reverse("returns:exception-resolve", kwargs={"public_id": self.object.public_id})
        resolve = Action(
            _("対応を完了する"), url, form=ExceptionResolveForm(auto_id="resolve_%s"), primary=True
        )
        return work_actions(
            self.object, self.staff, "exception", lambda: [*self.proposing(), resolve], self.deciding()
        )

    def proposing(self) -> list[Action]:
        """Sending it again to a corrected address: the first of two people."""
        if self.correction or self.object.code == ExceptionCode.NONDISCLOSURE:
            return []
        url = reverse("returns:exception-resend", kwargs={"public_id": self.object.public_id})
        form = ResendForm(auto_id="resend_%s")
        return [Action(_("訂正した住所への再送付を提案する"), url, form=form)]

    def deciding(self) -> list[Action]:
        """The second of them, whoever has the exception."""
        if not (found := self.correction) or found.outcome:
            return []
        keys = {"public_id": self.object.public_id}
        urls = {name: reverse(f"returns:exception-{name}", kwargs=keys) for name in _DECIDING}
        own = found.proposed_by_id == self.staff.pk
        seen = {"correction": found.public_id}
        confirm = _("表示の住所へ送る封筒を新しく作ります。前の資格確認書は無効になります。")
        return [
            Action(
                _("住所を確認して再送付する"),
                urls["resend-confirm"],
                confirm=confirm,
                form=CorrectionForm(auto_id="confirm_%s", initial=seen),
                disabled_because=_("提案した本人は確認できません。") if own else "",
            ),
            Action(
                _("訂正を取り下げる"),
                urls["resend-withdraw"],
                confirm=_("提案した住所を取り消します。"),
                form=CorrectionForm(auto_id="withdraw_%s", initial=seen),
            ),
        ]


_DECIDING = ("resend-confirm", "resend-withdraw")


class _OfException(_View):
    def exception(self) -> DeliveryException:
        """The exception the button belongs to."""
        return get_object_or_404(exceptions_for(self.staff), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:exception-detail", kwargs=self.kwargs)


class ExceptionTakeView(_OfException, TakeView):
    pass


class ExceptionAssignView(_OfException, AssignView):
    pass


class ExceptionDueView(_OfException, DueView):
    pass


class ExceptionCommentView(_OfException, CommentView):
    pass


class _ExceptionAction(_OfException, ActionView):
    permission = Permission.WORK_EXCEPTIONS


class ExceptionResolveView(_ExceptionAction):
    form_class = ExceptionResolveForm

    def act(self) -> str:
        resolve_exception(exception=self.exception(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("対応を完了しました。")


class ExceptionResendView(_ExceptionAction):
    """Propose another address."""

    form_class = ResendForm

    def act(self) -> str:
        given = dict(self.cleaned_data)
        note = given.pop("note")
        propose_resend(exception=self.exception(), to=Address(**given), note=note, at=self.at, by=self.staff)
        return _("再送付を提案しました。別の担当者が住所を確認すると、封筒が作られます。")


class _CorrectionAction(_ExceptionAction):
    form_class = CorrectionForm

    def correction(self) -> AddressCorrection:
        """The one that was shown."""
        shown = self.exception().corrections.select_related("exception__event__envelope__campaign")
        return get_object_or_404(shown, public_id=self.cleaned_data["correction"])


class ExceptionResendConfirmView(_CorrectionAction):
    """Send it, as the second person."""

    def act(self) -> str:
        envelope = confirm_resend(correction=self.correction(), at=self.at, by=self.staff)
        return _("封筒 %(piece_no)s を作りました。次の計画で印刷バッチに入ります。") % {
            "piece_no": grouped(envelope.piece_no)
        }


class ExceptionResendWithdrawView(_CorrectionAction):
    """Take the address back."""

    def act(self) -> str:
        withdraw_resend(correction=self.correction(), at=self.at, by=self.staff)
        return _("訂正を取り下げました。")
