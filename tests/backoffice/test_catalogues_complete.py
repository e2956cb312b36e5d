"""Every text of the screens has an English one, with the same places to fill in."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ("backoffice", "config", "demo", "employers", "issuance", "mailing", "returns")
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
PLACE = re.compile(r"%(?:\(\w+\)[sd]|%)")
TAG = re.compile(r"</?\w+>")
JAPANESE = re.compile(r"[ぁ-ゟァ-ヿ一-鿿]")
# Names that an English reader of this trade reads in Japanese, because the card, the law and the files have them.
KEPT = re.compile(
    r"マイナ保険証状況|マイナ保険証|資格確認書|記号・番号(-枝番)?|記号|番号|枝番|本人家族区分|被保険者種別|保険証保有"
    r"|不開示フラグ|性別|裏面参照|裏面備考|氏名カナ|任継満了日|男|女|さとう たろう|ｻﾄｳ 昭和55年4月1日|高橋"
)


@cache
def catalogue() -> dict[str, polib.POEntry]:
    path = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
    return {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def texts_in(source: str) -> set[str]:
    """The first argument of every call that marks a text."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def texts_of_screens() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= texts_in(path.read_text(encoding="utf-8"))
    for path in (ROOT / "templates").rglob("*.html"):
        calls = re.findall(
            r" n?gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")",
            templatize(path.read_text(encoding="utf-8")),
        )
        found |= {ast.literal_eval(text) for text in calls}
        found |= {
            text
            for text in re.findall(r"""_\("([^"]+)"\)""", path.read_text(encoding="utf-8"))
            if JAPANESE.search(text)
        }
    return found


def test_the_catalogue_has_the_texts_of_the_screens_and_no_others() -> None:
    texts = texts_of_screens()
    assert len(texts) > 1_400
    assert (texts - catalogue().keys(), catalogue().keys() - texts) == (set(), set())


def test_every_text_is_translated_with_the_same_places_and_marks() -> None:
    wrong = []
    for text, entry in catalogue().items():
        for english in entry.msgstr_plural.values() or [entry.msgstr]:
            same = all(sorted(what.findall(text)) == sorted(what.findall(english)) for what in (PLACE, TAG))
            if not english or not same or entry.fuzzy:
                wrong.append((text, english))
    assert wrong == []


def test_english_is_english() -> None:
    found = {
        text: english
        for text, entry in catalogue().items()
        for english in entry.msgstr_plural.values() or [entry.msgstr]
        if JAPANESE.search(KEPT.sub("", english))
    }
    assert found == {}
