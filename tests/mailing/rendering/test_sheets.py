from __future__ import annotations

import hashlib
from datetime import date

import pytest
import zxingcpp

from mailing.rendering.codes import BAR, BARCODE_WIDTH, PITCH
from mailing.rendering.press import render
from mailing.rendering.version import template_version
from tests.factories.documents import BARS, NUMBER, a_card, a_list, an_address, for_employer, personal
from tests.mailing.rendering.conftest import Open, squeezed, text_between, text_of

NAMES = [
    "𠮷田　花子",
    "渡邉\U000e0102　太郎",
    "辻\U000e0100　隆",
    "神\ufa19　塚\ufa10",
    "髙橋　﨑",
    "SANTOS MARIA",
]


def test_a_personal_carrier_says_everything_the_briefing_asks_for(open_pdf: Open) -> None:
    text = text_of(open_pdf(personal(a_card(), a_card(1))))
    for said in (
        "〒100-0013",
        "健保　太郎",
        "4829-1305-5178",
        "送付書兼資格確認書貼付台紙",
        "重要なカード",
        "協会けんぽマイナンバー専用ダイヤル　0570-015-369",
        "説明用チラシ",
        "個人情報保護シール",
        "返信用封筒",
        "資格確認書　2枚",
        "令和7年4月30日時点",
        "令和6年12月2日に終了",
    ):
        assert squeezed(said) in text, said


def test_a_card_shows_every_field_and_the_first_year_of_an_era(open_pdf: Open) -> None:
    document = open_pdf(personal(a_card(), a_card(7, name="健保　次郎")))
    text = text_of(document)
    numbers = text_between(document, 0, 160, 173, 190, 178)
    assert sorted(numbers) == sorted("枝番07")
    for said in (
        "本人（被保険者）",
        "家族（被扶養者）",
        "平成元年1月8日",
        "令和元年5月1日",
        "令和11年11月30日",
    ):
        assert squeezed(said) in text, said
    for said in (
        "資格取得年月日",
        "認定年月日",
        "被保険者氏名",
        "交付年月日",
        "有効期限",
        "01130012",
        "ｹﾝﾎﾟ ﾀﾛｳ",
    ):
        assert squeezed(said) in text, said


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_with_exactly_its_own_characters(open_pdf: Open, name: str) -> None:
    text = text_of(open_pdf(personal(a_card(name=name), address=an_address(addressee="別の人"))))
    without_selectors = str.maketrans("", "", "\U000e0100\U000e0102")
    assert squeezed(name).translate(without_selectors) in text.translate(without_selectors)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_number_of_cards_takes_one_page(open_pdf: Open, count: int) -> None:
    document = open_pdf(personal(*(a_card(place) for place in range(count))))
    assert (len(document), text_of(document).count("健康保険資格確認書")) == (1, count)


def test_remarks_get_a_page_of_their_own_behind_the_carrier(open_pdf: Open) -> None:
    document = open_pdf(personal(a_card(sex="裏面参照", back_remarks="戸籍上の性別は女")))
    assert len(document) == 2
    assert "戸籍上の性別は女" not in text_of(document, 0)
    assert "戸籍上の性別は女" in text_of(document, 1)


def test_the_employer_gets_a_letter_and_a_carrier_with_the_numbers(open_pdf: Open) -> None:
    document = open_pdf(for_employer(a_card(), a_card(1)))
    letter, outside = text_of(document, 0), text_between(document, 1, 0, 0, 120, 70)
    assert ("開封せず" in letter, "速やかに" in letter, "健保花子" in letter) == (True, True, False)
    assert ("21700023" in outside, "1234567" in outside, "健保太郎" in outside) == (True, True, True)
    assert "花子" not in outside


def test_dependants_only_with_the_literal_reading_names_the_insured_person_alone(open_pdf: Open) -> None:
    document = open_pdf(for_employer(a_card(1), a_card(2), symbol="", number=""))
    outside = text_between(document, 1, 0, 0, 120, 70)
    assert ("健保太郎" in outside, "記号" in outside, "21700023" in outside) == (True, False, False)


def test_a_long_list_runs_over_pages_and_adds_up(open_pdf: Open) -> None:
    document = open_pdf(a_list(200))
    pages = [text_of(document, page) for page in range(len(document))]
    assert len(pages) == 7
    assert sum(page.count("健保太郎") for page in pages) == 200
    assert "200名資格確認書500枚" in pages[-1]
    assert "令和7年4月30日時点" in pages[0]


def test_the_page_counts_follow_the_envelopes() -> None:
    made = render([personal(a_card()), for_employer(a_card()), a_list(15)])
    assert made.page_counts == (1, 2, 2)


def test_the_same_documents_give_the_same_bytes() -> None:
    first, second = (render([personal(a_card(), a_card(1)), a_list(3)]).pdf for _ in range(2))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_codes_are_read_off_the_page_by_a_scanner(open_pdf: Open, dpi: int) -> None:
    document = open_pdf(personal(a_card(), a_card(1, serial="C000000000000")))
    picture = document[0].render(scale=dpi / 72).to_pil()
    found = sorted(code.text for code in zxingcpp.read_barcodes(picture))
    assert found == ["C000000000000", "C482913055178", f"T1|{NUMBER}|1|1/1|2"]


def test_the_customer_barcode_is_read_back_bar_by_bar(open_pdf: Open) -> None:
    dots = 300 / 25.4
    page = open_pdf(personal(a_card()))[0].render(scale=300 / 72).to_pil().convert("L")
    left, right = int(19.5 * dots), int((20 + BARCODE_WIDTH + 0.5) * dots)

    def dark_runs(y: int) -> list[int]:
        """Where on a line of dots something dark begins."""
        dark = [page.getpixel((x, y)) < 128 for x in range(left, right)]
        return [left + place for place in range(1, len(dark)) if dark[place] and not dark[place - 1]]

    band = [y for y in range(int(25 * dots), int(60 * dots)) if len(dark_runs(y)) == 67]
    assert 1.0 <= len(band) / dots <= 1.4  # the timing band, which all 67 bars cross
    middles = [x + int(BAR / 2 * dots) for x in dark_runs(band[0])]
    up, down = band[0] - int(0.6 * dots), band[-1] + int(0.6 * dots)
    ends = [(page.getpixel((x, up)) < 128, page.getpixel((x, down)) < 128) for x in middles]
    names = {(True, True): "1", (True, False): "2", (False, True): "3", (False, False): "4"}
    assert "".join(names[end] for end in ends) == BARS
    assert round((middles[-1] - middles[0]) / dots / 66, 2) == PITCH


def test_no_barcode_is_printed_where_there_is_none(open_pdf: Open) -> None:
    with_bars, without = (
        render([personal(a_card(), address=an_address(bars=bars))]).pdf for bars in (BARS, None)
    )
    assert len(without) < len(with_bars)


def test_the_template_version_is_a_short_hash() -> None:
    assert len(template_version()) == 16
    assert int(template_version(), 16) >= 0


def test_dates_before_taisho_never_reach_a_page() -> None:
    with pytest.raises(ValueError, match="大正"):
        render([personal(a_card(birth_date=date(1900, 1, 1)))])
