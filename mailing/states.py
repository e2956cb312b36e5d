"""The states of envelopes and print batches, and what the print vendor may answer about a piece."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateMachine


class EnvelopeKind(models.TextChoices):
    PERSONAL = "personal", _("個人宛")
    EMPLOYER = "employer", _("事業所宛")
    TARGET_LIST = "target_list", _("対象者一覧表")


class EnvelopeState(models.TextChoices):
    PLANNED = "planned", _("作成予定")
    PULLED = "pulled", _("引抜き")
    RELEASED = "released", _("印刷引渡し済み")
    INSERTED = "inserted", _("封入済み")
    POSTED = "posted", _("差出済み")
    RETURNED = "returned", _("還付")
    REROUTED = "rerouted", _("再作成済み")
    EXCEPTION = "exception", _("個別対応")
    DELIVERED_AFTER_ALL = "delivered_after_all", _("後日到達")


def _moves(
    table: dict[EnvelopeState | BatchState, set[EnvelopeState] | set[BatchState]],
) -> dict[str, frozenset[str]]:
    return {source.value: frozenset(target.value for target in targets) for source, targets in table.items()}


class BatchState(models.TextChoices):
    PLANNED = "planned", _("計画済み")
    RENDERED = "rendered", _("組版済み")
    SUBMITTED = "submitted", _("承認待ち")
    REJECTED = "rejected", _("差戻し")
    APPROVED = "approved", _("承認済み")
    RELEASED = "released", _("引渡し済み")
    RECONCILED = "reconciled", _("照合済み")
    POSTED = "posted", _("差出済み")
    CLOSED = "closed", _("完了")
    CANCELLED = "cancelled", _("取消し")


class EnvelopeStep(models.TextChoices):
    """How far an envelope has come at least: the steps of the home page's funnel (`mailing.queries.steps`)."""

    MADE = "made", _("封筒を作成（引抜きを除く）")
    RENDERED = "rendered", _("組版済み")
    APPROVED = "approved", _("承認済み")
    NOT_POSTED = "not_posted", _("差出前")
    POSTED = "posted", _("差出済み")
    RETURNED = "returned", _("還付")


_E = EnvelopeState
# `returned → posted` is the undo of a scan; `spoiled` is no state: the piece stays released under its next make number.
ENVELOPE_STATES = StateMachine(
    entity="mailing.envelope",
    initial=_E.PLANNED,
    moves=_moves(
        {
            _E.PLANNED: {_E.PULLED, _E.RELEASED},
            _E.PULLED: set(),
            _E.RELEASED: {_E.INSERTED, _E.PULLED},
            _E.INSERTED: {_E.POSTED, _E.PULLED},
            _E.POSTED: {_E.RETURNED},
            _E.RETURNED: {_E.REROUTED, _E.EXCEPTION, _E.DELIVERED_AFTER_ALL, _E.POSTED},
            _E.REROUTED: set(),
            _E.EXCEPTION: {_E.DELIVERED_AFTER_ALL},
            _E.DELIVERED_AFTER_ALL: set(),
        }
    ),
)
# Envelopes whose cards are out in the world or on their way there; the others hold no live certificate.
LIVE_ENVELOPE_STATES = frozenset(EnvelopeState.values) - {_E.PULLED.value, _E.REROUTED.value}
POSTED_ENVELOPE_STATES = frozenset(
    state.value for state in (_E.POSTED, _E.RETURNED, _E.REROUTED, _E.EXCEPTION, _E.DELIVERED_AFTER_ALL)
)
NOT_YET_POSTED = frozenset({_E.PLANNED.value, _E.RELEASED.value, _E.INSERTED.value})

_B = BatchState
BATCH_STATES = StateMachine(
    entity="mailing.print_batch",
    initial=_B.PLANNED,
    moves=_moves(
        {
            _B.PLANNED: {_B.RENDERED, _B.CANCELLED},
            _B.RENDERED: {_B.SUBMITTED, _B.PLANNED, _B.CANCELLED},
            _B.SUBMITTED: {_B.APPROVED, _B.REJECTED, _B.CANCELLED},
            _B.REJECTED: {_B.PLANNED, _B.CANCELLED},
            _B.APPROVED: {_B.RELEASED, _B.PLANNED, _B.CANCELLED},
            _B.RELEASED: {_B.RECONCILED},
            _B.RECONCILED: {_B.POSTED},
            _B.POSTED: {_B.CLOSED},
            _B.CLOSED: set(),
            _B.CANCELLED: set(),
        }
    ),
)


def batch_states_from(first: BatchState) -> frozenset[str]:
    """`first` and every state a batch reaches after it on the way to closed (a rejected batch was submitted)."""
    line = [_B.RENDERED, _B.SUBMITTED, _B.APPROVED, _B.RELEASED, _B.RECONCILED, _B.POSTED, _B.CLOSED]
    reached = {state.value for state in line[line.index(first) :]}
    return frozenset(reached | {_B.REJECTED.value} if first in line[:2] else reached)


class RenderState(models.TextChoices):
    """How far the background work on a batch or one of its chunks is; apart from the batch's business state."""

    READY = "ready", _("待機中")
    RENDERING = "rendering", _("組版中")
    DONE = "done", _("完了")
    FAILED = "failed", _("失敗")
    CANCELLED = "cancelled", _("中止")


class VendorOutcome(models.TextChoices):
    INSERTED = "inserted", _("封入済み")
    SPOILED = "spoiled", _("汚損（再作成要）")
    PULLED = "pulled", _("引抜き済み")
    MISSING = "missing", _("所在不明")


class CaseKind(models.TextChoices):
    MISSING = "missing", _("所在不明")
    PULLED_BUT_INSERTED = "pulled_but_inserted", _("引抜き対象が封入された")
    PULLED_UNASKED = "pulled_unasked", _("依頼のない引抜き")
    UNKNOWN = "unknown", _("どの封筒でもない番号")
    DUPLICATE = "duplicate", _("同じ封筒の二重報告")
    SURPLUS = "surplus", _("発注していない作成回")
    TOO_MANY_REMAKES = "too_many_remakes", _("再作成が上限を超える")
    LETTER = "letter", _("事業所への送付状の刷り直し")


class Turn(models.TextChoices):
    """Whose turn it is with a batch."""

    CLERK = "clerk", _("事務担当")
    SUPERVISOR = "supervisor", _("承認者")
    VENDOR = "vendor", _("印刷会社")
    WORKERS = "workers", _("自動処理")


class Decision(models.TextChoices):
    APPROVED = "approved", _("承認")
    REJECTED = "rejected", _("差戻し")


class SampleReason(models.TextChoices):
    """Why a page belongs to the sample; a sample has at least one page for each that the batch can show (design §4.4)."""

    FIRST = "first", _("最初の封筒")
    LAST = "last", _("最後の封筒")
    ONE_CARD = "one_card", _("1枚入り")
    TWO_CARDS = "two_cards", _("2枚入り")
    THREE_CARDS = "three_cards", _("3枚入り")
    FOUR_CARDS = "four_cards", _("4枚入り")
    SPLIT = "split", _("複数通の世帯")
    DEPENDANTS_ONLY = "dependants_only", _("家族のみの封筒")
    LONGEST_NAME = "longest_name", _("最も長い氏名")
    LONGEST_ADDRESS = "longest_address", _("最も長い住所")
    RARE_CHARACTER = "rare_character", _("外字・異体字")
    BACK_REMARKS = "back_remarks", _("裏面備考あり")
    MOST_PAGES = "most_pages", _("ページ数が最も多い")
    MADE_AGAIN = "made_again", _("再作成")
    RANDOM = "random", _("無作為")


class SampleVerdict(models.TextChoices):
    SEEN = "seen", _("確認済み")
    PROBLEM = "problem", _("問題あり")


class StopCode(models.TextChoices):
    """Why an envelope cannot be printed exactly and waits for a person; codes of `mailing.rendering`."""

    FORBIDDEN_CHARACTER = "forbidden_character", _("印刷できない文字（●など）が含まれています")
    MISSING_GLYPH = "missing_glyph", _("書体にない文字が含まれています")
    DOES_NOT_FIT = "does_not_fit", _("文字が枠に収まりません")
    EMPTY = "empty", _("必要な項目が空です")
    NO_CARDS = "no_cards", _("資格確認書が入っていません")
    TOO_MANY_CARDS = "too_many_cards", _("資格確認書の枚数が上限を超えています")
    LAYOUT_WARNING = "layout_warning", _("組版で問題が見つかりました")
    PAGE_COUNT = "page_count", _("ページ数が合いません")
    HELD_PERSON = "held_person", _("不開示の申出がある方が含まれています")
    EMPLOYER_CLOSED = "employer_closed", _("送付先の事業所が全喪しています")
