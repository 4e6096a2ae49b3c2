"""What an export shows of what was asked for."""

from collections.abc import Mapping, Sequence

import pytest

from gateway.core.audit.exporting import Opened, Wanted
from tests.audit_rooms import AuditRooms, faults, verify
from tests.conftest import an_empty_store
from tests.gateway.core.audit.exports import CUSTOMER_ID


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


async def test_only_the_reasons_of_what_is_shown_are_opened(valkey_url: str) -> None:
    opened: list[str] = []

    async def open_reasons(events: Sequence[Mapping[str, str]]) -> Opened:
        opened.extend(event["customer"] for event in events)
        return [{"why": "고객 요청"} for _ in events]

    async with an_empty_store(valkey_url) as store:
        rooms = AuditRooms.over(store)
        for customer in ("another", CUSTOMER_ID, "another", CUSTOMER_ID):
            await rooms.tell(0, customer=customer, why="sealed")
        await rooms.tell(1, customer="another", why="sealed")
        await rooms.sealer.seal_everything()
        lines = await rooms.export(Wanted(customer_id=CUSTOMER_ID), open_reasons)
    assert opened == [CUSTOMER_ID] * 2
    assert [b'"reasons"' in line for line in lines].count(True) == 2
    assert faults(verify(lines)) == []
