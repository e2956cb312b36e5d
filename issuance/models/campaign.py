from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User

if TYPE_CHECKING:
    from typing import ClassVar

    from django_stubs_ext import StrOrPromise


def _grams(label: StrOrPromise, default: str) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(label, max_digits=5, decimal_places=2, default=Decimal(default))


class Campaign(models.Model):
    """一括発行: one mass issuance. Every date and number of the briefing is a column here, no constant (R38).

    The defaults are the briefing's own values; `ordinal` (1–99) goes into the piece numbers: those of
    two campaigns never meet.
    """

    class DependantsOnlyReading(models.TextChoices):
        """R25 can be read two ways; (a) is the literal one and the default (domain.md R25)."""

        NAME_ONLY = "name_only", _("被保険者氏名のみ（記号・番号なし）")
        WITH_NUMBERS = "with_numbers", _("記号・番号と被保険者氏名")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    code = models.CharField(
        _("一括発行コード"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z")],
    )
    name = models.CharField(_("名称"), max_length=80)
    ordinal = models.PositiveSmallIntegerField(unique=True)
    created_at = models.DateTimeField(_("登録日時"))
    closed_at = models.DateTimeField(_("終了日時"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("終了した方")
    )

    # Purpose and population (R1–R8)
    new_cards_ended_on = models.DateField(_("健康保険証の新規発行終了日"), default=date(2024, 12, 2))
    old_cards_valid_until = models.DateField(_("健康保険証の使用期限"), default=date(2025, 12, 1))
    deadline = models.DateField(_("交付期限"), default=date(2025, 12, 1))
    notice = models.CharField(_("根拠通知"), max_length=80, default="令和６年10月29日保険課事務連絡")
    decided_by = models.DateField(_("決定期限"), default=date(2024, 11, 29))
    reference_date = models.DateField(_("基準日"), default=date(2025, 4, 30))
    expected_people = models.PositiveIntegerField(_("対象見込人数"), default=12_000_000)

    # Mailing (R9–R13, R20–R33)
    extraction_on = models.DateField(_("データ抽出日"), null=True, blank=True)
    provision_on = models.DateField(_("データ提供日"), null=True, blank=True)
    lists_on = models.DateField(_("対象者一覧表の送付日"), default=date(2025, 7, 21))
    personal_from = models.DateField(_("個人宛送付の開始"), default=date(2025, 7, 21))
    personal_until = models.DateField(_("個人宛送付の終了"), default=date(2025, 10, 31))
    employer_from = models.DateField(_("事業所宛送付の開始"), default=date(2025, 8, 21))
    employer_until = models.DateField(_("事業所宛送付の終了"), default=date(2025, 11, 30))
    reroute_every_months = models.PositiveSmallIntegerField(_("再送付の間隔（月）"), default=1)
    cards_per_envelope = models.PositiveSmallIntegerField(_("封筒1通の枚数上限"), default=4)
    envelopes_per_batch = models.PositiveIntegerField(_("1バッチの通数上限"), default=5000)
    dependants_only_reading = models.CharField(
        _("被扶養者のみの場合の事業所宛表記"),
        max_length=12,
        choices=DependantsOnlyReading,
        default=DependantsOnlyReading.NAME_ONLY,
    )
    customer_barcode = models.BooleanField(_("カスタマバーコードを印字する"), default=True)
    forwarding = models.BooleanField(_("転送を認める"), default=True)

    # What an envelope weighs: told to the vendor beforehand, and kept under the postal limit (domain.md §4.2, estimates to be weighed)
    envelope_grams = _grams(_("封筒の重さ（g）"), "7.00")
    sheet_grams = _grams(_("用紙1枚の重さ（g）"), "5.00")
    card_grams = _grams(_("資格確認書1枚の重さ（g）"), "5.00")
    leaflet_grams = _grams(_("説明用チラシの重さ（g）"), "5.00")
    sticker_grams = _grams(_("個人情報保護シールの重さ（g）"), "2.00")
    return_envelope_grams = _grams(_("返信用封筒の重さ（g）"), "6.00")
    weight_limit_grams = _grams(_("封筒1通の重さの上限（g）"), "50.00")

    # Approval (design §4.4)
    second_approval_over = models.PositiveIntegerField(
        _("2人目の承認が必要な通数（この数を超えるバッチ）"), null=True, blank=True
    )
    remake_cap_percent = models.PositiveSmallIntegerField(
        _("承認者の確認なしに再作成できる割合の上限（%）"), null=True, blank=True
    )
    accept_rosters = models.BooleanField(_("加入者ファイルの取込に2人目の承認を求める"), default=False)
    seal_packages = models.BooleanField(_("引渡し一式を暗号化する"), default=False)

    # How long personal data is kept after the campaign has closed (ADR 0011): as long as a card of it may still be valid
    keep_months = models.PositiveSmallIntegerField(_("終了後に個人情報を保存する月数"), default=60)

    # What is printed (R34–R36, domain.md §2)
    issued_on = models.DateField(_("交付年月日"), default=date(2025, 7, 18))
    keep_issued_on = models.BooleanField(_("再作成時に交付年月日を変えない"), default=True)
    hotline_name = models.CharField(
        _("問合せ窓口"), max_length=60, default="協会けんぽマイナンバー専用ダイヤル"
    )
    hotline_number = models.CharField(_("問合せ電話番号"), max_length=20, default="0570-015-369")
    return_name = models.CharField(_("不着還付先"), max_length=60, default="資格確認書 不着還付センター")
    return_postal_code = models.CharField(_("不着還付先 郵便番号"), max_length=7, blank=True, default="")
    return_address = models.CharField(_("不着還付先 住所"), max_length=100, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="campaign_ordinal_fits_piece_number", condition=Q(ordinal__range=(1, 99))
            ),
            models.CheckConstraint(
                name="campaign_envelope_holds_1_to_4", condition=Q(cards_per_envelope__range=(1, 4))
            ),
            models.CheckConstraint(
                name="campaign_batch_holds_1_to_10000", condition=Q(envelopes_per_batch__range=(1, 10_000))
            ),
            models.CheckConstraint(
                name="campaign_decided_before_reference", condition=Q(decided_by__lte=F("reference_date"))
            ),
            models.CheckConstraint(
                name="campaign_reference_before_deadline", condition=Q(reference_date__lte=F("deadline"))
            ),
            models.CheckConstraint(
                name="campaign_was_closed_by_somebody",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExpiryPolicy(models.Model):
    """有効期限の定め: cards issued within a window expire on one common day (domain.md §2)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="expiry_policies")
    window_start = models.DateField(_("交付期間の始め"))
    window_end = models.DateField(_("交付期間の終わり"))
    expires_on = models.DateField(_("有効期限"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_expiry_policy_per_window", fields=["campaign", "window_start"]),
            models.CheckConstraint(
                name="expiry_window_runs_forward", condition=Q(window_start__lte=F("window_end"))
            ),
            models.CheckConstraint(name="expiry_after_window", condition=Q(window_end__lt=F("expires_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.window_start}–{self.window_end}: {self.expires_on}"
