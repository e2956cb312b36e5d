"""Codes and states of the returns desk (interfaces §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateMachine

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReturnReason(models.TextChoices):
    """還付理由, in the order of the desk's keys 1–8."""

    UNKNOWN_ADDRESS = "unknown_address", _("あて所に尋ねあたりません")
    INCOMPLETE_ADDRESS = "incomplete_address", _("あて名不完全")
    MOVED = "moved", _("転居先不明")
    FORWARD_BAN = "forward_ban", _("転送不要のため返還")
    EXPIRED = "expired", _("保管期間経過")
    REFUSED = "refused", _("受取拒絶")
    DAMAGED = "damaged", _("汚損")
    NO_MARK = "no_mark", _("理由表示なし")


class ReturnEnd(models.TextChoices):
    """What a recorded return has led to: exactly one of these, always (invariant 7)."""

    WAITING = "waiting", _("次回の再送付待ち")
    REROUTED = "rerouted", _("事業所宛に再作成")
    EXCEPTION = "exception", _("個別対応")
    DELIVERED_AFTER_ALL = "delivered_after_all", _("後日到達")


RETURN_STATES = StateMachine(
    entity="returns.return_event",
    initial=ReturnEnd.WAITING,
    moves={
        ReturnEnd.WAITING.value: frozenset(
            {ReturnEnd.REROUTED.value, ReturnEnd.EXCEPTION.value, ReturnEnd.DELIVERED_AFTER_ALL.value}
        ),
        ReturnEnd.REROUTED.value: frozenset(),
        ReturnEnd.EXCEPTION.value: frozenset({ReturnEnd.DELIVERED_AFTER_ALL.value}),
        ReturnEnd.DELIVERED_AFTER_ALL.value: frozenset(),
    },
)


class ExceptionCode(models.TextChoices):
    """Why a returned envelope does not go to the employer. Where several apply, the first in this order is recorded."""

    VOLUNTARY = "voluntary", _("任意継続（事業所なし）")
    EMPLOYER_CLOSED = "employer_closed", _("事業所が全喪")
    LOST = "lost", _("全員が資格を喪失")
    REFUSED = "refused", _("受取拒絶")
    NONDISCLOSURE = "nondisclosure", _("不開示の申出")
    EMPLOYER_RETURNED = "employer_returned", _("事業所宛の封筒が還付")
    NO_EMPLOYER = "no_employer", _("事業所が不明")


class ExceptionState(models.TextChoices):
    OPEN = "open", _("未対応")
    RESOLVED = "resolved", _("対応済み")


EXCEPTION_STATES = StateMachine(
    entity="returns.delivery_exception",
    initial=ExceptionState.OPEN,
    moves={
        ExceptionState.OPEN.value: frozenset({ExceptionState.RESOLVED.value}),
        ExceptionState.RESOLVED.value: frozenset(),
    },
)


class ExceptionStep(models.TextChoices):
    """What somebody did about an open exception, besides ending it."""

    COMMENT = "comment", _("経過")
    ASSIGNED = "assigned", _("担当の変更")
    DUE = "due", _("期限の変更")
    PROPOSED = "proposed", _("訂正した住所への再送付を提案")
    WITHDRAWN = "withdrawn", _("再送付の提案を取り下げ")


class Resolution(models.TextChoices):
    HANDED_OVER = "handed_over", _("支部窓口で手渡し")
    BRANCH_CONTACT = "branch_contact", _("支部から個別に送付")
    CANCELLED = "cancelled", _("資格喪失のため取りやめ")
    DELIVERED_AFTER_ALL = "delivered_after_all", _("後日到達")
    SENT_AGAIN = "sent_again", _("訂正した住所へ再送付")

    @classmethod
    def by_hand(cls) -> list[tuple[str, StrOrPromise]]:
        """Those that somebody may choose; sending again is done by two people and says so itself."""
        return [choice for choice in cls.choices if choice[0] != cls.SENT_AGAIN.value]


class CorrectionOutcome(models.TextChoices):
    """What has become of a corrected address."""

    OPEN = "", _("確認待ち")
    SENT = "sent", _("再送付")
    WITHDRAWN = "withdrawn", _("取下げ")


class RerouteChange(models.TextChoices):
    """What is not as it was when a returned envelope was posted, and what that means for the cycle."""

    LOST = "lost", _("全員が資格を喪失（再作成しない）")
    LOST_IN_PART = "lost_in_part", _("一部の方が資格を喪失（残りの方だけ再作成）")
    EMPLOYER_CLOSED = "employer_closed", _("差出後に事業所が全喪（個別対応）")
    NONDISCLOSURE = "nondisclosure", _("不開示の申出（個別対応）")


class TrayState(models.TextChoices):
    OPEN = "open", _("受付中")
    CLOSED = "closed", _("計数済み")
    DESTROYED = "destroyed", _("廃棄済み")


TRAY_STATES = StateMachine(
    entity="returns.return_tray",
    initial=TrayState.OPEN,
    moves={
        TrayState.OPEN.value: frozenset({TrayState.CLOSED.value}),
        TrayState.CLOSED.value: frozenset({TrayState.DESTROYED.value}),
        TrayState.DESTROYED.value: frozenset(),
    },
)


class UnknownKind(models.TextChoices):
    """Why a piece that came back is not recorded as a return."""

    UNKNOWN = "unknown", _("番号が存在しない")
    OTHER_CAMPAIGN = "other_campaign", _("別の一括発行の封筒")
    NOT_POSTED = "not_posted", _("差出の記録がない")
    SUPERSEDED = "superseded", _("作り直す前の封筒")
    NEVER_ORDERED = "never_ordered", _("注文していない作成回")


class UnknownState(models.TextChoices):
    OPEN = "open", _("未対応")
    RESOLVED = "resolved", _("対応済み")


UNKNOWN_STATES = StateMachine(
    entity="returns.unknown_return",
    initial=UnknownState.OPEN,
    moves={
        UnknownState.OPEN.value: frozenset({UnknownState.RESOLVED.value}),
        UnknownState.RESOLVED.value: frozenset(),
    },
)


class UnknownOutcome(models.TextChoices):
    """How a piece that belongs to no posted envelope of the campaign ended."""

    RECORDED = "recorded", _("正しい番号を確認し、還付として受け付けた")
    PASSED_ON = "passed_on", _("担当の部署へ引き渡した")
    TO_VENDOR = "to_vendor", _("印刷会社に調査を依頼し、回答を得た")
    DESTROYED = "destroyed", _("中身を確認し、廃棄した")
    MISTAKEN = "mistaken", _("読み取りの誤りのため取り消した")
