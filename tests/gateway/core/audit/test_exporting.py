"""What an export shows of what was asked for."""

import pytest

from gateway.core.audit.exporting import Wanted

CUSTOMER_ID = "hong-gildong"


@pytest.mark.parametrize(
    ("event", "names_them"),
    [
        ({"event": "customer.locked", "customer": CUSTOMER_ID}, True),
        ({"event": "alarm.raised", "kind": "denied", "subject": CUSTOMER_ID}, True),
        ({"event": "alarm.cleared", "kind": "denied_after_use", "subject": CUSTOMER_ID, "by": "lee"}, True),
        ({"event": "alarm.raised", "kind": "denied", "subject": f"{CUSTOMER_ID}2"}, False),
        ({"event": "customer.locked", "customer": "sung-chunhyang"}, False),
        ({"event": "policy.in_use", "policy": CUSTOMER_ID}, False),
    ],
)
def test_what_names_a_customer_is_shown_alarms_about_them_among_it(event: dict[str, str], names_them: bool) -> None:
    told = {"id": "1795820116811-0", "at": "1795820116811", **event}
    assert Wanted(customer_id=CUSTOMER_ID).takes(told) is names_them
