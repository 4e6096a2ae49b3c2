"""Sealing over a store: every event once, in order, whoever seals and whatever dies in between."""

import asyncio

import orjson
import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.core.audit.packing import unpack
from gateway.core.audit.records import GENESIS, Position, Why
from gateway.core.audit.sealing import seal
from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.audit import MOST_OF_A_SEGMENT
from gateway.store.connection import Store
from tests.audit_events import all_events
from tests.audit_rooms import DAY_MS, KEY, OTHER_KEY, AuditRooms, faults, verify

SHARD = 5


async def sealed_words(rooms: AuditRooms, shard: int = SHARD) -> list[str]:
    """The field `word` of every sealed event, in the order of the segments."""
    head = (await rooms.audit.heads())[shard]
    contents = await rooms.audit.segments(shard, range(head.removed + 1, head.last.number + 1))
    return [orjson.loads(event)["word"] for content in contents if content for event in unpack(content)[1:]]


async def test_what_was_told_is_sealed_in_order_and_verifies(rooms: AuditRooms) -> None:
    for word in ("one", "two", "three"):
        await rooms.tell(SHARD, word=word)
    await rooms.sealer.seal_everything()
    await rooms.tell(SHARD, word="four")
    await rooms.sealer.seal_everything()
    assert await sealed_words(rooms) == ["one", "two", "three", "four"]
    report = verify(await rooms.export())
    assert (faults(report), report.segments, report.events) == ([], 2, 4)


async def test_nothing_is_sealed_where_nothing_was_told(rooms: AuditRooms) -> None:
    await rooms.sealer.seal_everything()
    assert {head.last for head in await rooms.audit.heads()} == {Position(0, GENESIS)}
    report = verify(await rooms.export())
    assert (faults(report), report.segments) == ([], 0)


async def test_young_events_wait_and_many_do_not(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD, MOST_OF_A_SEGMENT - 1)
    await rooms.sealer.seal_what_is_due()
    assert (await rooms.audit.heads())[SHARD].events == 0
    await rooms.tell(SHARD)
    await rooms.sealer.seal_what_is_due()
    assert (await rooms.audit.heads())[SHARD].events == MOST_OF_A_SEGMENT


@pytest.mark.parametrize("is_asked_for", [True, False])
async def test_events_of_a_time_that_the_clock_was_put_back_from_are_sealed(
    rooms: AuditRooms, is_asked_for: bool
) -> None:
    ahead = await rooms.audit.now() + DAY_MS
    await rooms.store.command("XADD", keys.audit(SHARD), f"{ahead}-0", "at", f"{ahead}", "word", "ahead")
    await rooms.tell(SHARD, word="after")
    await (rooms.sealer.seal_everything() if is_asked_for else rooms.sealer.seal_what_is_due())
    assert await sealed_words(rooms) == ["ahead", "after"]
    assert faults(verify(await rooms.export())) == []


async def test_a_long_stream_becomes_several_segments(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD, 2 * MOST_OF_A_SEGMENT + 7)
    await rooms.sealer.seal_everything()
    head = (await rooms.audit.heads())[SHARD]
    assert (head.last.number, head.events) == (3, 2 * MOST_OF_A_SEGMENT + 7)
    assert faults(verify(await rooms.export())) == []


async def test_sealers_that_race_write_each_segment_once(rooms: AuditRooms) -> None:
    others = [rooms, *(AuditRooms.over(rooms.store) for _ in range(3))]
    words = [f"{number}" for number in range(120)]
    for word in words:
        await rooms.tell(SHARD, word=word)
        if int(word) % 10 == 0:
            await asyncio.gather(*(one.sealer.seal_everything() for one in others))
    await asyncio.gather(*(one.sealer.seal_everything() for one in others))
    assert await sealed_words(rooms) == words
    assert faults(verify(await rooms.export())) == []


async def test_events_that_come_while_sealing_are_neither_lost_nor_doubled(rooms: AuditRooms) -> None:
    words = [f"{number}" for number in range(300)]

    async def tell() -> None:
        for word in words:
            await rooms.tell(SHARD, word=word)

    telling = asyncio.create_task(tell())
    while not telling.done():
        await asyncio.gather(rooms.sealer.seal_everything(), AuditRooms.over(rooms.store).sealer.seal_everything())
    await rooms.sealer.seal_everything()
    assert await sealed_words(rooms) == words
    assert faults(verify(await rooms.export())) == []


class _Dies(Exception):
    """The process is gone."""


@pytest.mark.parametrize("is_written", [False, True])
async def test_a_process_that_dies_before_or_after_it_wrote_loses_and_doubles_nothing(
    rooms: AuditRooms, monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    await rooms.tell(SHARD, 3, word="x")
    dying, seal = AuditRooms.over(rooms.store), rooms.audit.seal

    async def die(*words: object) -> bool:
        if is_written:
            await seal(*words)  # type: ignore[arg-type]
        raise _Dies

    monkeypatch.setattr(dying.audit, "seal", die)
    with pytest.raises(_Dies):
        await dying.sealer.seal_everything()
    await rooms.sealer.seal_everything()
    assert await sealed_words(rooms) == ["x"] * 3
    assert faults(verify(await rooms.export())) == []


async def test_who_built_on_another_segment_than_the_last_changes_nothing(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD)
    unsealed = await rooms.audit.unsealed(SHARD, younger_than_ms=0)
    assert unsealed is not None
    await rooms.sealer.seal_everything()
    before = await rooms.audit.heads()
    segment, content = seal(SHARD, unsealed, rooms.signer)
    assert not await rooms.audit.seal(unsealed.head.last, segment, 1, content)
    assert await rooms.audit.heads() == before


async def test_whoever_is_overtaken_by_who_read_earlier_seals_what_that_one_did_not_see(
    rooms: AuditRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rooms.tell(SHARD, word="seen by both")
    earlier = await rooms.audit.unsealed(SHARD, younger_than_ms=0)
    assert earlier is not None
    await rooms.tell(SHARD, word="seen by one")
    late, seal_late = AuditRooms.over(rooms.store), rooms.audit.seal
    segment, content = seal(SHARD, earlier, rooms.signer)

    async def overtaken(*words: object) -> bool:
        await rooms.audit.seal(earlier.head.last, segment, earlier.written, content)
        return await seal_late(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(late.audit, "seal", overtaken)
    await late.sealer.seal_everything()
    assert await sealed_words(rooms) == ["seen by both", "seen by one"]
    assert faults(verify(await rooms.export())) == []


async def test_sealed_events_stay_readable_for_a_while_and_unsealed_ones_stay(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD, 3)
    await rooms.sealer.seal_everything()
    assert len(await all_events(rooms.store)) == 3
    impatient = AuditRooms.over(rooms.store, readable_for=0)
    await asyncio.sleep(0.002)  # an event of the same ms as the trimming counts as young
    await rooms.tell(SHARD)
    await impatient.sealer.seal_everything()
    await rooms.tell(SHARD, word="later")
    left = await all_events(rooms.store)
    assert left[-1]["word"] == "later"
    assert len(left) <= 2
    assert faults(verify(await rooms.export())) == []


async def test_a_new_key_goes_on_where_the_old_one_stopped(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    renewed = AuditRooms.over(rooms.store, OTHER_KEY)
    await renewed.tell(SHARD)
    await renewed.sealer.seal_everything()
    known = await rooms.audit.public_keys()
    assert {key["kid"] for key in known} == {rooms.signer.kid, renewed.signer.kid}
    assert not any("d" in key for key in known)
    lines = await renewed.export()
    assert faults(verify(lines, signed_with=[KEY, OTHER_KEY])) == []
    assert any("a key that was not given" in fault for fault in faults(verify(lines, signed_with=[OTHER_KEY])))


async def test_what_is_kept_long_enough_goes_and_a_signed_record_stays(rooms: AuditRooms) -> None:
    for _ in range(3):
        await rooms.tell(SHARD)
        await rooms.sealer.seal_everything()
    await rooms.retention.remove_what_is_too_old()
    assert (await rooms.audit.heads())[SHARD].removed == 0
    later = await rooms.audit.now() + DAY_MS
    assert await rooms.retention.remove(SHARD, later, Why.RETENTION, up_to=2) == 2
    assert await rooms.audit.segments(SHARD, [1, 2]) == [None, None]
    report = verify(await rooms.export())
    assert (faults(report), report.segments) == ([], 1)
    assert report.missing_before[SHARD].shards[SHARD].number == 2
    assert await rooms.retention.remove(SHARD, later, Why.RETENTION) == 1
    assert faults(verify(await rooms.export())) == []


async def test_two_that_remove_at_once_remove_once(rooms: AuditRooms) -> None:
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    later = await rooms.audit.now() + DAY_MS
    others = (AuditRooms.over(rooms.store).retention.remove(SHARD, later, Why.RETENTION) for _ in range(4))
    assert sorted(await asyncio.gather(*others)) == [0, 0, 0, 1]


async def test_a_sealer_that_is_open_seals_by_itself_and_outlives_the_store_being_away(
    rooms: AuditRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    eager = AuditRooms.over(rooms.store, sealed_after=1)
    unsealed, failures = eager.audit.unsealed, [StoreUnavailable("away"), StoreUnavailable("away")]

    async def sometimes(shard: int, *, younger_than_ms: int) -> object:
        if failures:
            raise failures.pop()
        return await unsealed(shard, younger_than_ms=younger_than_ms)

    monkeypatch.setattr(eager.audit, "unsealed", sometimes)
    await rooms.tell(SHARD)
    await eager.sealer.open()
    try:
        await until(lambda: _is_sealed(rooms))
    finally:
        await eager.sealer.close()
    assert not failures


async def test_the_streams_of_all_shards_are_sealed(rooms: AuditRooms) -> None:
    for shard in range(keys.SHARDS):
        await rooms.tell(shard)
    await rooms.sealer.seal_everything()
    assert {head.events for head in await rooms.audit.heads()} == {1}


async def test_bytes_that_are_no_text_do_not_stop_the_sealer(rooms: AuditRooms) -> None:
    await _raw(rooms.store, b"\xff\xfe", b"\x00\x1f")
    await rooms.sealer.seal_everything()
    assert faults(verify(await rooms.export())) == []


async def _is_sealed(rooms: AuditRooms) -> bool:
    return (await rooms.audit.heads())[SHARD].events > 0


async def _raw(store: Store, *words: bytes) -> None:
    await store.command("XADD", keys.audit(SHARD), "*", *words)


async def test_a_shard_that_cannot_be_sealed_keeps_no_other_waiting(rooms: AuditRooms) -> None:
    impatient = AuditRooms.over(rooms.store, sealed_after=0)
    await rooms.store.command("SET", keys.audit(SHARD), "somebody wrote over it")
    await rooms.tell(SHARD + 1)
    with capture_logs() as log:
        await impatient.sealer.seal_what_is_due()
    assert [entry["shard"] for entry in log if entry["event"] == "audit_not_sealed"] == [SHARD]
    assert (await rooms.audit.heads())[SHARD + 1].events == 1
