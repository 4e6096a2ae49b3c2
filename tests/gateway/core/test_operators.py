"""Time-based codes: which step they belong to, and what is no code at all."""

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.core.operators import TOTP_STEP_SECONDS, Role, matching_step

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOTP = pyotp.TOTP(SECRET)
NOW = 1_700_000_000_000


@given(drift=some.integers(-5, 5))
def test_a_code_is_good_for_its_step_and_the_ones_beside_it(drift: int) -> None:
    step = NOW // 1000 // TOTP_STEP_SECONDS
    code = TOTP.generate_otp(step + drift)
    near = {TOTP.generate_otp(step + other): step + other for other in (-1, 1, 0)}
    assert matching_step(SECRET, code, NOW) == near.get(code)


def test_a_code_may_be_typed_as_it_is_shown() -> None:
    code = TOTP.at(NOW // 1000)
    assert matching_step(SECRET, f"{code[:3]} {code[3:]}", NOW) == NOW // 1000 // TOTP_STEP_SECONDS


@given(some.text(max_size=12))
def test_whatever_is_typed_is_a_step_or_none(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW) is None or typed.replace(" ", "").isascii()


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "٣٣٣٣٣٣", "12a456", "\ud800"])
def test_what_is_not_six_ascii_digits_is_no_code(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW) is None


def test_each_role_may_do_what_those_before_it_may() -> None:
    allowed = {role: [other for other in Role if role.may_act_as(other)] for role in Role}
    assert allowed == {
        Role.VIEWER: [Role.VIEWER],
        Role.OPERATOR: [Role.VIEWER, Role.OPERATOR],
        Role.APPROVER: [Role.VIEWER, Role.OPERATOR, Role.APPROVER],
    }
