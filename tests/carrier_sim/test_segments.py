"""The lengths at which Twilio begins another segment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrier_sim.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 152 + "[" + "a" * 152, 3),
        ("`" * 70, 1),
        ("`" * 71, 2),
        ("가" * 70, 1),
        ("가" * 134, 2),
        ("가" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_a_longer_text_takes_more_segments(text: str, segments: int) -> None:
    assert count_segments(text) == segments


@given(st.text())
def test_more_text_never_takes_fewer(text: str) -> None:
    assert 1 <= count_segments(text) <= count_segments(text + text)
