"""What people write of why they did something: kept, without the numbers in it."""

import pytest

from gateway.core.reasons import without_numbers


@pytest.mark.parametrize(
    "number",
    [
        "010-1234-5678",
        "01012345678",
        "+82 10 1234 5678",
        "(02) 123-4567",
        "０１０１２３４５６７８",
        "850302-1234567",
        "271828",
        "010\u20131234\u20135678",
        "010\u22121234\u22125678",
        "010/1234/5678",
        "010,1234,5678",
        "010·1234·5678",
        "010_1234_5678",
        "010\t1234\n5678",
        "010\u200b1234\u200b5678",
        "٠١٠-١٢٣٤-٥٦٧٨",
    ],
)
def test_a_number_in_a_reason_is_not_kept(number: str) -> None:
    kept = without_numbers(f"새 번호 {number}, 3회 통화")
    assert "***" in kept
    assert kept.startswith("새 번호 ")
    assert kept.endswith(", 3회 통화")
    assert not any(part in kept for part in ("1234", "5678", "123", "271", "١٢٣٤"))


def test_a_reason_without_numbers_is_kept_as_it_is() -> None:
    assert without_numbers("고객이 5회 오류, 2지점 방문") == "고객이 5회 오류, 2지점 방문"
