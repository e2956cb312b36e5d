"""CP932, the encoding in which most of the field's systems still exchange files (domain.md §3.5, §5)."""

from __future__ import annotations


def unencodable(text: str) -> list[str]:
    """The characters CP932 cannot hold (𠮷, a variation selector), in order, once each.

    A character that comes back as another one is not held either: Python writes 〜 U+301C as ～ U+FF5E
    without saying so (domain.md §6).
    """
    return list(dict.fromkeys(character for character in text if not _fits(character)))


def _fits(character: str) -> bool:
    try:
        return character.encode("cp932").decode("cp932") == character
    except UnicodeEncodeError:
        return False
