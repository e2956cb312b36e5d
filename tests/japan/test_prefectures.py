import pytest

from japan.prefectures import PREFECTURES, starts_with_prefecture


def test_there_are_47_prefectures_in_the_order_of_their_codes() -> None:
    assert list(PREFECTURES) == [f"{code:02d}" for code in range(1, 48)]
    assert len(set(PREFECTURES.values())) == 47
    assert [PREFECTURES[code] for code in ("01", "13", "26", "27", "47")] == [
        "北海道",
        "東京都",
        "京都府",
        "大阪府",
        "沖縄県",
    ]


@pytest.mark.parametrize("name", PREFECTURES.values())
def test_an_address_may_begin_with_any_prefecture(name: str) -> None:
    assert starts_with_prefecture(f"{name}中央区1-1")


@pytest.mark.parametrize("address", ["", "札幌市中央区1", " 東京都千代田区", "東京千代田区", "(東京都)"])
def test_an_address_without_its_prefecture_is_noticed(address: str) -> None:
    assert not starts_with_prefecture(address)
