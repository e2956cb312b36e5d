import re

from hypothesis import example, given
from hypothesis import strategies as st

from japan.customer_barcode import address_number, customer_barcode
from japan.postal import is_representative

_SYMBOLS = [*"0123456789-", *(f"CC{number}" for number in range(1, 9))]
_POSTAL_CODES = st.text("0123456789", min_size=7, max_size=7).filter(lambda code: not is_representative(code))
_ADDRESSES = st.one_of(
    st.text("0123456789１２３-−ー－ABFabＡＦ一二十百千〇丁目番地号線の条町ビル棟階 　&/・.", max_size=60),
    st.text(max_size=60),
)


@given(_POSTAL_CODES, _ADDRESSES)
@example("1000013", "𠮷ß½①\x00Ⅴ")
def test_a_barcode_has_67_bars_and_a_check_sum_of_a_multiple_of_19(postal_code: str, address: str) -> None:
    code = customer_barcode(postal_code, address)
    assert code is not None
    assert re.fullmatch(r"13[1-4]{63}31", code.bars)
    assert len(code.symbols) == 20
    assert sum(_SYMBOLS.index(symbol) for symbol in (*code.symbols, code.check)) % 19 == 0


@given(_POSTAL_CODES, _ADDRESSES)
def test_a_barcode_begins_with_the_postal_code_and_pads_only_at_the_end(
    postal_code: str, address: str
) -> None:
    code = customer_barcode(postal_code, address)
    assert code is not None
    text = "".join("p" if symbol == "CC4" else symbol[-1] for symbol in code.symbols)
    assert text[:7] == postal_code
    assert re.fullmatch(r"[^p]*p*", text)


@given(_ADDRESSES)
def test_an_address_number_is_digits_single_hyphens_and_letters(address: str) -> None:
    number = address_number(address)
    assert re.fullmatch(r"(?:[0-9A-Z]+(?:-[0-9]+)*)*", number)
    assert re.search(r"[A-Z]-|-[A-Z]", number) is None


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=4))
def test_an_address_number_is_the_same_however_it_is_written(numbers: list[int]) -> None:
    plain = "-".join(str(number) for number in numbers)
    wide = plain.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    words = "".join(
        f"{number}{word}" for number, word in zip(numbers, ("丁目", "番", "号", "室"), strict=False)
    )
    found = [address_number(f"東京都千代田区霞が関{text}") for text in (plain, wide, words)]
    assert found == [plain] * 3
