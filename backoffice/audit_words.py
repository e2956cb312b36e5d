"""What the audit tables mean in words: screens, tables and states by the names people know them by."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from backoffice.languages import listed
from backoffice.states import Stateful

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db import models

MOST_SHOWN = 40
SCREENS = {
    "person-list": _("照会（検索）"),
    "person-detail": _("照会（加入者の画面）"),
    "person-reveal": _("照会（伏字の解除）"),
    "call-note": _("照会（応対記録）"),
    "envelope-detail": _("封筒の画面"),
    "envelope-pages": _("封筒の印刷ページ"),
    "batch-file": _("バッチの印刷ファイル"),
    "batch-page": _("バッチの印刷ページ"),
    "batch-page-picture": _("バッチの印刷ページの画像"),
    "batch-package": _("業者への引渡し一式"),
    "sealed-package": _("暗号化した引渡し一式"),
    "package-password": _("引渡し一式のパスワード"),
    "batch-sample": _("バッチの見本ページ"),
    "batch-evidence": _("バッチの証拠ファイル"),
    "batch-left-out": _("バッチに入らなかった方の一覧"),
    "pull-list": _("引抜き一覧"),
    "return-detail": _("還付の画面"),
    "unknown-return-detail": _("不明の還付の画面"),
    "exception-detail": _("例外の画面"),
    "collected-detail": _("返納の画面"),
    "card-search": _("返納（資格確認書の検索）"),
    "card-collect": _("返納の記録（持ち主の確認）"),
    "reroute-employers": _("月次再送付（事業所別の一覧）"),
    "reroute-changes": _("月次再送付（差出のあとに変わったことの一覧）"),
    "judged-list": _("判定ごとの加入者の一覧"),
    "selection-export": _("判定結果の出力"),
    "rejects": _("取込の却下一覧"),
    "roster-changes": _("取込（前回との比較）"),
    "target-list": _("対象者一覧表の画面"),
    "employer-detail": _("事業所の画面"),
    "export": _("一覧の出力（CSV）"),
    "export-download": _("一覧の受取り（CSV）"),
}
ENTITIES = {
    "backoffice.user": _("職員"),
    "employers.branch": _("支部"),
    "employers.employer": _("事業所"),
    "employers.targetlist": _("対象者一覧表"),
    "employers.targetlistline": _("対象者一覧表の行"),
    "issuance.campaign": _("一括発行"),
    "issuance.rosterimport": _("加入者ファイル取込"),
    "issuance.expirypolicy": _("有効期限の定め"),
    "issuance.household": _("世帯"),
    "issuance.insuredperson": _("加入者"),
    "issuance.selection": _("対象者判定"),
    "issuance.certificate": _("資格確認書"),
    "mailing.printbatch": _("印刷バッチ"),
    "mailing.print_batch": _("印刷バッチ"),
    "mailing.artifact": _("印刷ファイル"),
    "mailing.envelope": _("封筒"),
    "mailing.case": _("差異"),
    "returns.returnevent": _("還付"),
    "returns.return_event": _("還付"),
    "returns.deliveryexception": _("例外"),
    "returns.delivery_exception": _("例外"),
    "returns.returntray": _("還付トレー"),
    "returns.return_tray": _("還付トレー"),
    "returns.collectedcard": _("返納"),
    "returns.addresscorrection": _("住所の訂正"),
    "returns.reroutehold": _("再送付の保留"),
    "returns.erasure": _("個人情報の消去"),
    "returns.unknownreturn": _("不明の還付"),
}

# What the tables themselves have no words for: keys and marks that no screen shows but this one.
_COLUMNS = {
    "second_factor_secret": _("認証アプリの鍵"),
    "campaign_code": _("一括発行コード"),
    "campaign_id": _("一括発行"),
    "employer_id": _("事業所"),
    "branch_id": _("支部"),
    "target_list_id": _("対象者一覧表"),
    "position": _("位置"),
    "decided_by_id": _("承認した方"),
    "decided_at": _("承認日時"),
    "household_id": _("世帯"),
    "later_loss_source_id": _("資格喪失のファイル"),
    "person_id": _("加入者"),
    "reissue_of_id": _("もとの資格確認書"),
    "manifest_sha256": _("承認する内容のハッシュ"),
    "submitted_by_id": _("提出した方"),
    "approved_by_id": _("承認した方"),
    "released_by_id": _("引き渡した方"),
    "sha256": _("ファイルのハッシュ"),
    "name": _("名称"),
    "size": _("大きさ"),
    "pages": _("ページ数"),
    "template_version": _("様式の版"),
    "parent_id": _("もとの封筒（還付）"),
    "closed_by_id": _("終了した方"),
    "envelope_id": _("封筒"),
    "undone_at": _("取消しの日時"),
    "undone_by_id": _("取り消した方"),
    "resolved_at": _("完了日時"),
    "resolved_by_id": _("完了した方"),
    "exception_id": _("例外"),
    "proposed_by_id": _("提案した方"),
    "outcome": _("結果"),
    "event_id": _("還付"),
    "lifted_at": _("解除の日時"),
    "certificate_id": _("資格確認書"),
    "confirmed_by_id": _("確認した方"),
    "withdrawn_by_id": _("取り下げた方"),
}


def screen_name(code: str) -> str:
    """The screen of an access; a code nobody named is shown as it is."""
    return str(SCREENS.get(code, code))


def entity_name(entity: str) -> str:
    """The table or state machine of a change or a move."""
    return str(ENTITIES.get(entity, entity))


def state_name(entity: str, state: str) -> str:
    """The label of a state of a state machine."""
    return str(_states().get(entity, {}).get(state, state))


def column_changes(entity: str, values: Mapping[str, list[object] | None]) -> list[str]:
    """What was changed, from what to what, in the order in which the table declares its columns; of columns with personal data only
    that they were."""
    fields = {str(field.column): field for field in _model(entity)._meta.concrete_fields}
    known = [column for column in fields if column and column in values]
    return [
        _change(column, fields.get(column), values[column])
        for column in [*known, *(column for column in values if column not in fields)]
    ]


def column_name(column: str, field: models.Field[Any, Any] | None) -> str:
    """What a column is called; one nobody named is shown as it is."""
    named = field is not None and field.verbose_name != field.name.replace("_", " ")
    return str(field.verbose_name if field and named else _COLUMNS.get(column, column))


def _change(column: str, field: models.Field[Any, Any] | None, values: list[object] | None) -> str:
    name = column_name(column, field)
    if values is None:
        return name
    labels = dict(field.flatchoices) if field else {}
    before, after = (_shown(value, labels) for value in values)
    return _("%(name)s（%(before)s → %(after)s）") % {"name": name, "before": before, "after": after}


def _shown(value: object, labels: Mapping[Any, Any]) -> str:
    if value in (None, "", []):
        return str(_("なし"))
    if isinstance(value, bool):
        return str(_("はい") if value else _("いいえ"))
    if isinstance(value, list):
        return listed(str(labels.get(one, one)) for one in value)
    text = str(labels.get(value, value))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _model(entity: str) -> type[models.Model]:
    return apps.get_model(entity)


@cache
def _states() -> dict[str, dict[str, object]]:
    return {
        model.STATES.entity: dict(field.flatchoices)
        for model in apps.get_models()
        if issubclass(model, Stateful)
        for field in model._meta.concrete_fields
        if field.name == "state"
    }
