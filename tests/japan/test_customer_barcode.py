import pytest
from hypothesis import given
from hypothesis import strategies as st

from japan import customer_barcode as rules
from japan.customer_barcode import BAR_MM, GAP_MM, PITCH_MM, address_number, customer_barcode

# domain.md §4.1: postal code, address, characters before the padding with CC4, check character.
_VECTORS = [
    ("1000013", "東京都千代田区霞が関1丁目3番2号 郵便プラザ503室", "1000013 1-3-2-503", "9"),
    ("2630023", "千葉市稲毛区緑町3丁目30-8 郵便ビル403号", "2630023 3-30-8-403", "5"),
    ("0140113", "秋田県大仙市堀見内 南田茂木 添60-1", "0140113 60-1", "CC8"),
    ("1100016", "東京都台東区台東5-6-3 ABCビル10F", "1100016 5-6-3-10", "9"),
    ("4070033", "山梨県韮崎市龍岡町下條南割 韮崎400", "4070033 400", "-"),
    ("2730102", "千葉県鎌ケ谷市右京塚 東3丁目-20-5 郵便・A&bコーポB604号", "2730102 3-20-5 CC1 1604", "0"),
    ("1980036", "東京都青梅市河辺町十一丁目六番地一号 郵便タワー601", "1980036 11-6-1-601", "CC8"),
    ("0270203", "岩手県宮古市大字津軽石第二十一地割大淵川480", "0270203 21-480", "CC5"),
    ("5900016", "大阪府堺市堺区中田出井町四丁六番十九号", "5900016 4-6-19", "CC2"),
    ("0800831", "北海道帯広市稲田町南七線 西28", "0800831 7-28", "CC7"),
    ("3170055", "茨城県日立市宮田町6丁目7-14 ABCビル2F", "3170055 6-7-14-2", "CC1"),
    ("6500046", "神戸市中央区港島中町9丁目7-6 郵便シティA棟1F1号", "6500046 9-7-6 CC1 01-1", "5"),
    ("6230011", "京都府綾部市青野町綾部6-7 LプラザB106", "6230011 6-7 CC2 1 CC1 1106", "4"),
    ("0640804", "札幌市中央区南四条西29丁目1524-23 第2郵便ハウス501", "0640804 29-1524-23-2-", "3"),
    ("9100067", "福井県福井市新田塚3丁目80-25 J1ビル2-B", "9100067 3-80-25 CC1 91-2 CC1", "9"),
]


def _symbols(characters: str) -> tuple[str, ...]:
    symbols: list[str] = []
    for token in characters.split():
        symbols += [token] if token.startswith("CC") else token
    return (*symbols, *["CC4"] * (20 - len(symbols)))


@pytest.mark.parametrize(("postal_code", "address", "characters", "check"), _VECTORS)
def test_the_manuals_examples(postal_code: str, address: str, characters: str, check: str) -> None:
    code = customer_barcode(postal_code, address)
    assert code is not None
    assert (code.symbols, code.check) == (_symbols(characters), check)


@pytest.mark.parametrize(("postal_code", "address", "characters", "check"), _VECTORS)
def test_the_manuals_examples_in_full_width(
    postal_code: str, address: str, characters: str, check: str
) -> None:
    wide = address.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}).replace(" ", "　")
    code = customer_barcode(postal_code, wide)
    assert code is not None
    assert (code.symbols, code.check) == (_symbols(characters), check)


def test_the_full_pattern_of_the_first_example() -> None:
    code = customer_barcode("1000013", "東京都千代田区霞が関1丁目3番2号 郵便プラザ503室")
    assert code is not None
    assert code.bars == "1311414414414414411431211441431241413241414114431243243243243241131"


@pytest.mark.parametrize("address", ["東京都千代田区霞が関1丁目3番2号", ""])
def test_a_representative_postal_code_carries_no_barcode(address: str) -> None:
    assert customer_barcode("1000000", address) is None


def test_a_business_postal_code_is_encoded_alone() -> None:
    code = customer_barcode("1008792", "")
    assert code is not None
    assert code.symbols == _symbols("1008792")


@pytest.mark.parametrize("postal_code", ["", "100001", "100-0013", "１０００013", "10000130"])
def test_a_malformed_postal_code_is_an_error(postal_code: str) -> None:
    with pytest.raises(ValueError, match="seven digits"):
        customer_barcode(postal_code, "東京都千代田区霞が関1丁目3番2号")


@pytest.mark.parametrize("hyphen", "-‐‑‒–—―−－ーｰ")
def test_every_hyphen_people_type_is_one(hyphen: str) -> None:
    assert address_number(f"東京都台東区台東５{hyphen}６{hyphen}３") == "5-6-3"


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("東京都中央区八丁堀2-1", "2-1"),
        ("東京都千代田区一番町5", "5"),
        ("茨城県水戸市三の丸1丁目5番38号", "1-5-38"),
        ("東京都台東区三ノ輪二丁目十四番", "2-14"),
        ("札幌市北区北6条西4丁目1", "4-1"),
        ("旭川市四条通10丁目右1号", "10-1"),
        ("千葉県千葉市中央区中央港1-1", "1-1"),
    ],
)
def test_numbers_in_the_name_of_a_town_are_no_address_numbers(address: str, number: str) -> None:
    assert address_number(address) == number


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("百二十三番地四十五", "123"),
        ("千二百番地", "1200"),
        ("二〇番地七の三の五", "20-7-3"),
        ("一丁目二ノ三号", "1-2-3"),
        ("1丁目二番館201", "1-2-201"),
        ("1-2 一番館三階", "1-2-1"),
    ],
)
def test_kanji_numerals_count_only_before_their_words(address: str, number: str) -> None:
    assert address_number(address) == number


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("1-2 3F", "1-2-3"),
        ("1-2 3f5号", "1-2-3-5"),
        ("1-2 3FA", "1-2-3"),
        ("1-2 F3", "1-2F3"),
        ("1-2-F", "1-2F"),
        ("1-2 A-B", "1-2AB"),
        ("1-2 A B棟", "1-2AB"),
        ("1-2 AB棟", "1-2"),
        ("1.5・6/7&8", "15678"),
        ("ひばりが丘A-5-3", "A5-3"),
        ("1-2 第①ビルⅤ", "1-2"),
        ("1--2-", "1-2"),
        ("霞が関ビル", ""),
        ("", ""),
    ],
)
def test_letters_floors_and_marks(address: str, number: str) -> None:
    assert address_number(address) == number


@pytest.mark.parametrize(
    ("letter", "first", "second"),
    [
        ("A", "CC1", "0"),
        ("J", "CC1", "9"),
        ("K", "CC2", "0"),
        ("T", "CC2", "9"),
        ("U", "CC3", "0"),
        ("Z", "CC3", "5"),
    ],
)
def test_a_letter_takes_two_characters(letter: str, first: str, second: str) -> None:
    code = customer_barcode("1000013", f"1{letter}2")
    assert code is not None
    assert code.symbols[7:12] == ("1", first, second, "2", "CC4")


def test_the_dimensions_at_ten_points_add_up_to_the_documented_width() -> None:
    assert BAR_MM + GAP_MM == PITCH_MM
    assert round(66 * PITCH_MM + BAR_MM, 1) == 79.8


_PARTS = [
    "霞が関",
    "1丁目",
    "十一丁目",
    "3番2号",
    "30-8",
    "１−２",
    "Ａ棟",
    "ABCビル",
    "10F",
    "B604",
    "南七線",
    "・",
    "&",
    " ",
    "ー",
    "503室",
    "F",
    "0",
]
ADDRESSES = st.lists(st.sampled_from(_PARTS), max_size=8).map("".join)


@given(ADDRESSES, st.integers(0, 9_999_999).map("{:07d}".format))
def test_every_barcode_has_its_length_and_a_sum_that_19_divides(address: str, postal_code: str) -> None:
    code = customer_barcode(postal_code, address)
    if postal_code.endswith("00"):
        assert code is None
        return
    assert code is not None
    values = [list(rules._BARS).index(symbol) for symbol in (*code.symbols, code.check)]
    assert (len(code.symbols), len(code.bars), sum(values) % 19) == (20, 67, 0)
    symbols = ["".join(code.bars[at : at + 3]) for at in range(2, 65, 3)]
    assert symbols == [rules._BARS[symbol] for symbol in (*code.symbols, code.check)]


@given(ADDRESSES)
def test_a_number_of_digits_alone_is_what_the_steps_make_of_it(address: str) -> None:
    found = address_number(address)
    folded = address.translate(rules._ASCII_OF_FULL_WIDTH).upper()
    first = rules._FIRST_NUMBER.search(folded)
    assert found == rules._reduced(folded[first.start() :] if first else folded)
