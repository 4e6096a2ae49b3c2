import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.language import negotiate


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "ko"),
        ("", "ko"),
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5, ko;q=0.9", "ko"),
        ("EN", "en"),
        ("fr, de;q=0.5", "ko"),
        ("*", "ko"),
        ("ko;q=0, *", "en"),
        ("*;q=0.1, en;q=0.2", "en"),
        ("en;q=0", "ko"),
    ],
)
def test_the_language_with_the_greater_weight_is_answered(header: str | None, locale: str) -> None:
    assert negotiate(header) == locale


@pytest.mark.parametrize(
    "header", ["en;q=", "en;q=nan", "en;q=2", "en;q=-1", "ｅｎ", "e" * 10_000, ";;;,,,", "en;q=１"]
)
def test_a_malformed_range_counts_for_nothing(header: str) -> None:
    assert negotiate(header) == "ko"


@given(st.text())
def test_no_header_ever_raises(header: str) -> None:
    assert negotiate(header) in ("ko", "en")
