from pathlib import Path

import pytest

from japan.cp932 import unencodable
from japan.encoding import UndecodableFile, detect_encoding

_BLOCK = 1 << 20


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "utf-8"),
        (b"symbol,number\r\n", "utf-8"),
        ("記号,氏名\n1060708,𠮷田\n".encode(), "utf-8"),
        ("記号,氏名\n".encode("utf-8-sig"), "utf-8-sig"),
        ("記号,氏名\r\n1060708,髙﨑\r\n".encode("cp932"), "cp932"),
        ("ｹﾝﾎﾟ".encode("cp932"), "cp932"),
    ],
)
def test_detect_encoding_names_the_one_that_is_valid(tmp_path: Path, content: bytes, encoding: str) -> None:
    assert detect_encoding(_file(tmp_path, content)) == encoding


@pytest.mark.parametrize(
    "content",
    [
        "記号".encode("utf-8-sig") + "氏名".encode("cp932"),
        "記号,番号,\n".encode() + "氏名\n".encode("cp932") + b"\x81",
        "記号,氏名\n".encode("utf-16"),
        "記号".encode()[:-1],
        "氏名表".encode("cp932")[:-1],
        "氏名".encode("euc_jp") + b"\xa0",
        b"caf\xe9\n\xff",
        b"\x80",
        b"\xfd",
    ],
)
def test_a_file_valid_in_neither_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UndecodableFile, match=r"^roster\.csv$"):
        detect_encoding(_file(tmp_path, content))


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_character_across_two_blocks_is_whole(tmp_path: Path, encoding: str) -> None:
    content = b"a" * (_BLOCK - 1) + "髙".encode(encoding) + b"\r\n"
    assert detect_encoding(_file(tmp_path, content)) == encoding


def test_one_bad_byte_at_the_end_of_a_long_file_refuses_it(tmp_path: Path) -> None:
    content = "髙".encode("cp932") * _BLOCK + b"\xfe"
    with pytest.raises(UndecodableFile):
        detect_encoding(_file(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("", []),
        ("髙﨑栁德濵邉邊齋①㈱", []),
        ("𠮷田𠮷子〜", ["𠮷", "〜"]),
        ("渡辺\U000e0100", ["\U000e0100"]),
        ("1\u22122\u2014", ["\u2212", "\u2014"]),
    ],
)
def test_unencodable_lists_each_character_cp932_cannot_hold(text: str, characters: list[str]) -> None:
    assert unencodable(text) == characters
