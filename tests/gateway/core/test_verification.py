"""What a verification says of itself."""

import pytest

from gateway.core.operations import Operation
from gateway.core.verification import Method, Status, Verification

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("seconds_left", "minutes"), [(300, 5), (297.5, 5), (119, 2), (89, 1), (61, 1), (59, 1), (19, 1), (0.001, 1)]
)
def test_a_text_names_the_nearest_minute_and_at_least_one(seconds_left: float, minutes: int) -> None:
    verification = Verification(
        verification_id="ver_1",
        customer_id="a customer",
        client="a client",
        method=Method.SMS,
        operation=Operation.ISSUE,
        contact_id="con_1",
        pepper_id="a pepper",
        locale="ko",
        created_at=NOW,
        expires_at=NOW + int(seconds_left * 1000),
        read_at=NOW,
        status=Status.PENDING,
        reason=None,
        revision=1,
        wrong_answers=0,
        locked=False,
    )
    assert verification.minutes_left == minutes
