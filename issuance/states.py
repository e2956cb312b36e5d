"""The states of a certificate and the outcomes and reasons of selection (interfaces §3, in fixed order)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateMachine

if TYPE_CHECKING:
    from collections.abc import Sequence


class CertificateState(models.TextChoices):
    LIVE = "live", _("有効")
    VOID = "void", _("無効")


class VoidCause(models.TextChoices):
    RETURNED = "returned", _("不着により再作成")
    LOST = "lost", _("資格喪失")
    PULLED = "pulled", _("発送前の引抜きにより再作成")
    COLLECTED = "collected", _("返納")
    SUPERSEDED = "superseded", _("再作成により差替え")


CERTIFICATE_STATES = StateMachine(
    entity="issuance.certificate",
    initial=CertificateState.LIVE,
    moves={
        CertificateState.LIVE.value: frozenset({CertificateState.VOID.value}),
        CertificateState.VOID.value: frozenset(),
    },
)


class Outcome(models.TextChoices):
    TARGET = "target", _("対象")
    HELD = "held", _("保留（個別対応）")
    EXCLUDED = "excluded", _("対象外")


class ExclusionReason(models.TextChoices):
    """Why somebody gets no certificate; the order of declaration is the order of output (interfaces §3)."""

    DAY_LABOURER = "day_labourer", _("法第3条第2項被保険者（日雇特例）")
    NO_OLD_CARD = "no_old_card", _("健康保険証を保有していない")
    DECIDED_AFTER_CUTOFF = "decided_after_cutoff", _("資格取得等の決定が期限より後")
    MYNA_USABLE = "myna_usable", _("マイナ保険証で確認できる")
    LOST = "lost", _("資格を喪失している")


# More than half of everybody has this one; each of the others applies to a few in a hundred, or to nobody.
FREQUENT_REASON = ExclusionReason.MYNA_USABLE
RARE_REASONS = [reason.value for reason in ExclusionReason if reason != FREQUENT_REASON]
NONDISCLOSURE = "nondisclosure"
NONDISCLOSURE_LABEL = _("不開示の申出がある世帯")


def reason_labels(reasons: Sequence[str]) -> list[str]:
    """What recorded reasons are called on the screens."""
    labels = {**dict(ExclusionReason.choices), NONDISCLOSURE: NONDISCLOSURE_LABEL}
    return [str(labels[reason]) for reason in reasons]
