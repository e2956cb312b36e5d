import pytest

from japan.names import forbidden_in_name, grapheme_count, is_name_kana, kana_search_key, name_search_key


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("健保　太郎", 5),
        ("𠮷田", 2),
        ("辻\U000e0100", 1),
        ("葛\U000e0101城", 2),
        ("か\u3099", 1),
        ("ｹﾝﾎﾟ", 3),
        ("MARIA", 5),
    ],
)
def test_grapheme_count_counts_what_a_reader_sees(text: str, count: int) -> None:
    assert grapheme_count(text) == count


@pytest.mark.parametrize(
    "character",
    [
        *"●〓？?",
        "\ufffd",
        "\x00",
        "\t",
        "\n",
        "\x7f",
        "\x85",
        "\ue000",
        "\uf8ff",
        "\U000f0000",
        "\U0010fffd",
        chr(0xD842),
        chr(0xDFB7),
        "\u2028",
        "\u2029",
        "\u200f",
        "\u202e",
        "\u2066",
        "\u061c",
        "\ufdd0",
        "\ufdef",
        "\uffff",
        "\U0001fffe",
        "\U0010ffff",
    ],
)
def test_a_name_may_not_hold(character: str) -> None:
    assert forbidden_in_name(f"健保{character}太郎●") == character


@pytest.mark.parametrize(
    "name",
    [
        "",
        "健保　太郎",
        "𠮷田　栁",
        "髙﨑　德濵",
        "渡邉\U000e0101　邊",
        "神\ufe00",
        "\ufa19\ufa1b",
        "山田（旧姓）　花子",
        "ＭＡＲＩＡ",
        "O'Brien-José",
        "々〆ヶ",
        "\U00031350",
        "\ufdf0",
    ],
)
def test_a_real_name_holds_nothing_forbidden(name: str) -> None:
    assert forbidden_in_name(name) is None


@pytest.mark.parametrize("text", ["ｹﾝﾎﾟ ﾊﾅｺ", "MARIA C.DE-LA", "ｱ", "ｰ", "ｦﾟ"])
def test_name_kana_is_half_width(text: str) -> None:
    assert is_name_kana(text)


@pytest.mark.parametrize(
    "text", ["", "ケンポ", "けんぽ", "ｹﾝﾎﾟ　ﾊﾅｺ", "maria", "ﾊﾅｺ2", "｡ｱ", "ｱ･ｲ", "健保", "ｱ\n"]
)
def test_anything_else_is_no_name_kana(text: str) -> None:
    assert not is_name_kana(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("栁沢", "柳澤"),
        ("濵田", "浜田"),
        ("濱田", "浜田"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺\U000e0100"),
        ("齋藤", "斎藤"),
        ("齊藤", "斉藤"),
        ("\ufa19谷", "神谷"),
        ("神\ufe00谷", "神谷"),
        ("健保　太郎", " 健保太郎 "),
        ("ＭＡＲＩＡ", "maria"),
        ("ｹﾝﾎﾟ", "ケンポ"),
    ],
)
def test_names_people_mean_alike_share_a_search_key(one: str, other: str) -> None:
    assert name_search_key(one) == name_search_key(other)


def test_a_search_key_keeps_different_names_apart() -> None:
    assert [name_search_key(name) for name in ("高橋", "高槗", "高端")] == ["高橋", "高橋", "高端"]


@pytest.mark.parametrize(
    "text", ["ｹﾝﾎﾟ ﾊﾅｺ", "ケンポ　ハナコ", "けんぽはなこ", "ケンホ\u309aハナコ", "けんぽ ﾊﾅｺ"]
)
def test_readings_share_one_key_in_any_kana(text: str) -> None:
    assert kana_search_key(text) == "ケンポハナコ"


def test_latin_readings_are_found_in_any_width_and_case() -> None:
    assert kana_search_key("Ｍａｒｉａ C.") == "mariac."
