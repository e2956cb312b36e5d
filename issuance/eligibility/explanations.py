"""判定の説明: why somebody gets a certificate or not, in words a hotline can read out (R5–R8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.languages import written_day
from issuance.states import NONDISCLOSURE, ExclusionReason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date


def explanations(
    reasons: Sequence[str], *, decided_on: date, decided_by: date, reference_date: date
) -> list[str]:
    """One polite sentence for each reason, in the order given; for none, the one why a certificate is made."""
    day = written_day(reference_date)
    if not reasons:
        text = _(
            "%(day)s時点でマイナ保険証により資格を確認できない方のため、申請によらず資格確認書を作成します。"
        )
        return [text % {"day": day}]
    sentences: dict[str, Callable[[], str]] = {
        ExclusionReason.DAY_LABOURER.value: lambda: _(
            "法第3条第2項被保険者（日雇特例）のため、一括発行の対象になりません。"
        ),
        ExclusionReason.NO_OLD_CARD.value: lambda: _(
            "健康保険証をお持ちでないため、一括発行の対象になりません（資格確認書はすでに交付されています）。"
        ),
        ExclusionReason.DECIDED_AFTER_CUTOFF.value: lambda: (
            _(
                "資格取得等の決定日（%(decided)s）が期限（%(limit)s）より後のため、一括発行の対象になりません。"
            )
            % {"decided": written_day(decided_on), "limit": written_day(decided_by)}
        ),
        ExclusionReason.MYNA_USABLE.value: lambda: (
            _("%(day)s時点でマイナ保険証により資格を確認できるため、資格確認書は作成しません。")
            % {"day": day}
        ),
        ExclusionReason.LOST.value: lambda: _("資格を喪失しているため、資格確認書は作成しません。"),
        NONDISCLOSURE: lambda: _(
            "世帯に不開示の申出があるため、自動では送付せず、権限のある職員が個別に対応します。"
        ),
    }
    return [sentences[reason]() for reason in reasons]
