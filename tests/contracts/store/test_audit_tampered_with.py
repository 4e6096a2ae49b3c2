"""What somebody with access to the store does to the audit there, and who finds it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from gateway.store import keys
from tests.audit_rooms import AuditRooms, faults, verify

SHARD = 5


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_an_event_that_was_taken_out_before_it_was_sealed_is_missed(rooms: AuditRooms, which: int) -> None:
    await rooms.tell(SHARD, 3)
    entries = await rooms.store.command("XRANGE", keys.audit(SHARD), "-", "+")
    await rooms.store.command("XDEL", keys.audit(SHARD), entries[which][0])
    with capture_logs() as log:
        await rooms.sealer.seal_everything()
    assert [entry["missing"] for entry in log if entry["event"] == "audit_events_missing"] == [1]
    (fault,) = faults(verify(await rooms.export()))
    assert f"segment 1 of shard {SHARD}" in fault
    assert "1 were gone" in fault


async def test_a_stream_that_was_put_in_the_place_of_another_is_missed(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD, 3)
    await rooms.sealer.seal_everything()
    await rooms.store.command("DEL", keys.audit(SHARD))
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    (fault,) = faults(verify(await rooms.export()))
    assert "another stream" in fault
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    assert len(faults(verify(await rooms.export()))) == 1


async def test_on_a_head_that_somebody_broke_nothing_is_built_for_ever(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    await rooms.store.command("HDEL", keys.audit_head(SHARD), "hash")
    await rooms.tell(SHARD)
    await asyncio.wait_for(rooms.sealer.seal_everything(), 20)
    assert faults(verify(await rooms.export())) != []


async def test_a_head_that_went_back_is_told_by_who_saw_it(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    await rooms.store.command("DEL", keys.audit_head(SHARD))
    await rooms.tell(SHARD)
    with capture_logs() as log:
        await rooms.sealer.seal_everything()
    assert "audit_head_went_back" in [entry["event"] for entry in log]
