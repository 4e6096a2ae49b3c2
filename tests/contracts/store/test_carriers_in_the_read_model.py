"""What the read model says of carriers: what the process thinks that thinks worst of them."""

import pytest

from gateway.core.carrier_board import LineHealth
from gateway.core.carriers import Capability
from gateway.store import clock, ops_keys
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.read_model_parts import CarrierUpkeep
from tests.contracts.store.servers import Ports

A_MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("state", "failed_minutes_ago", "told"),
    [
        ("open", 1, "open"),
        ("half_open", 1, "half_open"),
        ("half_open", 9, "half_open"),
        # Nobody has asked it since, and nobody may for days: another one takes everything.
        ("half_open", 11, "closed"),
        ("open", 11, "open"),
    ],
)
async def test_a_breaker_that_is_half_open_is_told_of_for_ten_minutes_after_the_last_failure(
    ports: Ports, state: str, failed_minutes_ago: int, told: str
) -> None:
    board, now = RedisCarrierBoard(ports.store), await clock.now(ports.store)
    failing = LineHealth(state, 9, 0, 5, 2, "carrier_timeout", now - failed_minutes_ago * A_MINUTE_MS)
    await board.put("one", "host", {"second": {Capability.SMS: failing}})
    await board.put("other", "host", {"second": {Capability.SMS: LineHealth("closed", 3, 0, 0, 0)}})
    await CarrierUpkeep(ports.store, 5).write([], now)
    said = await ports.store.command("HGET", ops_keys.carrier("second"), "breaker:sms")
    assert said == told.encode()
