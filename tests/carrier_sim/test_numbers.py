"""Numbers as the local carrier reads them."""

import pytest

from carrier_sim.numbers import is_e164, read_number


@pytest.mark.parametrize("text", ["+9991234567", "+0123456789", "+", "", "821012345678", "+8210", "+82101234567890123"])
def test_what_can_be_no_number_is_none_and_raises_nothing(text: str) -> None:
    assert not is_e164(text)


def test_a_plus_that_became_a_space_is_read_as_a_plus() -> None:
    assert read_number(" 821012345678") == "+821012345678"
