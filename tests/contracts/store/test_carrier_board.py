"""Pauses of carriers, known to every process, and what each process says of the carriers."""

import asyncio

import pytest

from demo.customer import until
from gateway.core.carrier_board import LineHealth
from gateway.core.carriers import Capability
from gateway.store import keys
from gateway.store.carrier_board import HealthTeller, PauseWatch, RedisCarrierBoard
from tests.audit_events import all_events
from tests.contracts.store.servers import Ports

FINE = LineHealth("closed", 3, 1, 0, 0)
FAILING = LineHealth("open", 9, 0, 5, 2, "carrier_timeout", 1_795_751_000_000)


@pytest.fixture
def board(ports: Ports) -> RedisCarrierBoard:
    return RedisCarrierBoard(ports.store)


async def test_a_pause_stands_with_its_reason_until_it_is_resumed_and_the_audit_tells_both(
    ports: Ports, board: RedisCarrierBoard
) -> None:
    assert await board.pause("first", "정산 문제", "kim")
    assert not await board.pause("first", "계약 종료", "lee")
    pauses = await board.pauses()
    assert {name: (pause.reason, pause.by) for name, pause in pauses.items()} == {"first": ("계약 종료", "lee")}
    assert await board.resume("first", "lee")
    assert not await board.resume("first", "lee")
    assert await board.pauses() == {}
    told = [event["event"] for event in await all_events(ports.store)]
    assert told == ["carrier.paused", "carrier.paused", "carrier.resumed"]


async def test_why_one_is_paused_is_kept_without_a_number(ports: Ports, board: RedisCarrierBoard) -> None:
    await board.pause("first", "010-1234-5678 민원", "kim")
    assert (await board.pauses())["first"].reason == "*** 민원"
    assert "1234" not in repr(await all_events(ports.store))


async def test_a_process_knows_at_once_when_it_starts_and_soon_when_it_changes(board: RedisCarrierBoard) -> None:
    await board.pause("first", "reason", "kim")
    watch = PauseWatch(board)
    await watch.open()
    try:
        assert set(watch.paused()) == {"first"}
        await board.resume("first", "kim")
        await until(lambda: _is(watch, set()))
        await board.pause("second", "reason", "kim")
        await until(lambda: _is(watch, {"second"}))
    finally:
        await watch.close()


async def test_a_pause_that_cannot_be_read_is_one_and_hides_no_other(ports: Ports, board: RedisCarrierBoard) -> None:
    watch = PauseWatch(board)
    await watch.open()
    try:
        await ports.store.command("HSET", keys.CARRIER_PAUSES, "first", "junk")
        await until(lambda: _is(watch, {"first"}))
        await board.pause("second", "reason", "kim")
        await until(lambda: _is(watch, {"first", "second"}))
    finally:
        await watch.close()


async def _is(watch: PauseWatch, paused: set[str]) -> bool:
    return set(watch.paused()) == paused


async def test_each_process_says_how_it_finds_the_carriers(board: RedisCarrierBoard) -> None:
    seen = {"first": {Capability.SMS: FAILING, Capability.VOICE: FINE}, "second": {Capability.SMS: FINE}}
    tellers = [HealthTeller(board, lambda: seen) for _ in range(2)]
    for teller in tellers:
        await teller.open()
    try:
        await until(lambda: _said(board, 2))
        for process in await board.processes():
            assert process.carriers == seen
            assert list(process.carriers) == ["first", "second"]
    finally:
        await asyncio.gather(*(teller.close() for teller in tellers))
    assert await board.processes() == []


async def _said(board: RedisCarrierBoard, count: int) -> bool:
    return len(await board.processes()) == count


async def test_a_process_that_is_not_heard_of_is_forgotten(ports: Ports, board: RedisCarrierBoard) -> None:
    await board.put("gone", "host", {"first": {Capability.SMS: FINE}})
    said = await ports.store.command("HGET", keys.PROCESSES, "gone")
    await ports.store.command("HSET", keys.PROCESSES, "gone", b"1 " + said.partition(b" ")[2])
    assert await board.processes() == []
    await board.put("here", "host", {})
    assert [process.process for process in await board.processes()] == ["here"]
    assert await ports.store.command("HLEN", keys.PROCESSES) == 1
