"""Who works on a delivery: taken by one, held while they live, taken over when they do not, set aside at last."""

import asyncio
from contextlib import aclosing

import pytest

from gateway.core.alarms import AlarmKind
from gateway.core.dead_letters import DeadLetter, Replay
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.outbox import Buried, Cargo, OutboxEntry, SendsSpent
from gateway.core.verification import Channel, Method, Status, Verification
from gateway.store import dead_letters, keys
from gateway.store import outbox as outbox_module
from gateway.store.outbox import DISPATCHERS, RedisOutbox
from tests.audit_events import all_events
from tests.builders import CUSTOMER_ID, new_verification
from tests.contracts.store.servers import Ports
from tests.outboxes import taken

pytestmark = pytest.mark.usefixtures("mobile")

WHY = Buried(DeliveryReason.CARRIER_TIMEOUT, "first", 2)


async def _open(ports: Ports, method: Method = Method.SMS) -> Verification:
    return await ports.verifications.create(new_verification(method))


async def letters(ports: Ports) -> list[DeadLetter]:
    return [letter async for letter in ports.dead_letters.entries()]


async def buried(ports: Ports, one: Verification, why: Buried = WHY) -> DeadLetter:
    """As a dispatcher gives up."""
    outbox = ports.outbox()
    (entry,) = await taken(outbox, 1)
    report = DeliveryReport(entry.ref, DeliveryState.FAILED, why.reason, is_ours=True)
    await ports.verifications.report(report, why.carrier or "", None)
    await outbox.bury(entry, why)
    (letter,) = await letters(ports)
    return letter


async def nothing_to_do(ports: Ports) -> bool:
    """No entry waits for anybody, and nobody is at one."""
    lengths = await ports.store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS)))
    return not any(lengths)


async def test_each_that_takes_an_entry_over_knows_that_it_is_one_more(ports: Ports) -> None:
    await _open(ports)
    for tries in (1, 2, 3):
        (entry,) = await taken(ports.outbox(), 1)
        assert entry.tries == tries
        await ports.let_entries_idle(entry)


async def test_what_is_held_is_not_taken_over_and_what_is_lost_is_not_taken_back(ports: Ports) -> None:
    await _open(ports)
    slow = ports.outbox()
    (entry,) = await taken(slow, 1)
    await ports.let_entries_idle(entry)
    await slow.hold()
    other = ports.outbox()
    assert await _abandoned(other) == []
    await ports.let_entries_idle(entry)
    (lost,) = await _abandoned(other)
    await ports.let_entries_idle(lost)
    await slow.hold()
    (again,) = await _abandoned(ports.outbox())
    assert (again.ref, again.tries) == (entry.ref, 3)


async def test_a_process_takes_nothing_over_from_itself(ports: Ports) -> None:
    """It works on, though the store has not heard so for long."""
    await _open(ports)
    slow = ports.outbox()
    (entry,) = await taken(slow, 1)
    await ports.let_entries_idle(entry)
    assert await _abandoned(slow) == []


async def test_an_alarm_that_was_set_aside_goes_back_into_the_outbox_as_that(ports: Ports) -> None:
    one = await _open(ports)
    await ports.denials.deny(one, "denied_by_reply", Channel.REPLY)
    outbox = ports.outbox()
    _, alarm = await taken(outbox, 2)
    await outbox.bury(alarm, Buried(DeliveryReason.INTERNAL_ERROR, error="Error"))
    (letter,) = await letters(ports)
    assert (letter.cargo, letter.subject_id, letter.alarm) == (Cargo.ALARM, one.verification_id, AlarmKind.DENIED)
    assert await ports.dead_letters.replay(letter, "kim") is Replay.QUEUED
    (again,) = await taken(ports.outbox(), 1)
    assert (again.cargo, again.ref, again.alarm) == (alarm.cargo, alarm.ref, alarm.alarm)


async def test_a_process_that_ends_in_order_leaves_its_entries_to_others_at_once_and_uncounted(ports: Ports) -> None:
    await _open(ports)
    leaving = ports.outbox()
    await taken(leaving, 1)
    await leaving.let_go()
    (entry,) = await taken(ports.outbox(), 1)
    assert entry.tries == 1


async def test_an_entry_that_was_left_is_held_no_more(ports: Ports) -> None:
    await _open(ports)
    failing = ports.outbox()
    (entry,) = await taken(failing, 1)
    failing.leave(entry)
    await ports.let_entries_idle(entry)
    await failing.hold()
    assert [again.tries for again in await _abandoned(ports.outbox())] == [2]


async def test_holding_on_in_a_store_that_was_emptied_is_no_error(ports: Ports) -> None:
    await _open(ports)
    outbox = ports.outbox()
    await taken(outbox, 1)
    await ports.store.everywhere("FLUSHALL")
    await outbox.hold()
    await outbox.let_go()


async def test_processes_that_are_gone_are_forgotten_save_those_that_hold_something(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = keys.outbox(keys.shard_of(CUSTOMER_ID))
    await _open(ports)
    await taken(ports.outbox(), 1)
    for name in ("gone", "gone-as-well"):
        await ports.store.command("XGROUP", "CREATECONSUMER", stream, DISPATCHERS, name)
    await ports.outbox()._ensure_groups([stream])
    assert len(await consumers(ports, stream)) == 3
    monkeypatch.setattr(outbox_module, "_FORGOTTEN_AFTER_MS", 0)
    await ports.outbox()._ensure_groups([stream])
    (left,) = await consumers(ports, stream)
    assert left[b"pending"] == 1


async def consumers(ports: Ports, stream: str) -> list[dict[bytes, bytes | int]]:
    told = await ports.store.command("XINFO", "CONSUMERS", stream, DISPATCHERS)
    return [dict(zip(words[::2], words[1::2], strict=True)) for words in told]


@pytest.mark.parametrize("words", [("what", "junk"), ("verification", b"\xff", "delivery", 1), ("notice", "x")])
async def test_what_nobody_of_ours_put_there_is_taken_out_and_keeps_nothing_up(
    ports: Ports, words: tuple[str | bytes | int, ...]
) -> None:
    await ports.store.command("XADD", keys.outbox(keys.shard_of(CUSTOMER_ID)), "*", *words)
    one = await _open(ports)
    outbox = ports.outbox()
    (entry,) = await taken(outbox, 1)
    assert entry.ref.verification_id == one.verification_id
    await outbox.done(entry)
    assert await nothing_to_do(ports)


async def test_who_reads_goes_on_when_the_store_has_lost_the_group(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_LOOKED_FOR_ABANDONED_EVERY", 0.0)
    await _open(ports)
    async with asyncio.timeout(10), aclosing(ports.outbox().entries()) as coming:  # type: ignore[type-var]
        await anext(coming)
        await ports.store.all(*(("DEL", keys.outbox(shard)) for shard in range(keys.SHARDS)))
        one = await _open(ports)
        assert (await anext(coming)).ref.verification_id == one.verification_id


async def _abandoned(outbox: RedisOutbox) -> list[OutboxEntry]:
    """What this process would take over now."""
    return await outbox._abandoned([*outbox._streams])


async def test_what_is_set_aside_says_what_it_was_and_why_and_no_more(ports: Ports) -> None:
    one = await _open(ports)
    letter = await buried(ports, one)
    assert letter == DeadLetter(
        dead_letter_id=letter.dead_letter_id,
        customer_id=CUSTOMER_ID,
        cargo=Cargo.VERIFICATION,
        subject_id=one.verification_id,
        delivery=1,
        reason="carrier_timeout",
        at=letter.at,
        tries=1,
        asked=2,
        carrier="first",
    )
    assert await ports.dead_letters.read(letter.dead_letter_id) == letter
    assert await nothing_to_do(ports)


@pytest.mark.parametrize("dead_letter_id", ["", "x", "0-1-1", "99-1-1", "0-1", "0-1-1 ", "０-1-1"])
async def test_what_is_no_dead_letter_is_not_found(ports: Ports, dead_letter_id: str) -> None:
    assert await ports.dead_letters.read(dead_letter_id) is None


async def test_the_oldest_make_room(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MOST_DEAD_LETTERS", 2)
    for _ in range(3):
        await _open(ports)
    outbox = ports.outbox()
    entries = await taken(outbox, 3)
    for entry in entries:
        await outbox.bury(entry, WHY)
    assert [letter.subject_id for letter in await letters(ports)] == [
        entry.ref.verification_id for entry in entries[1:]
    ]


async def test_an_entry_is_set_aside_once(ports: Ports) -> None:
    await _open(ports)
    outbox = ports.outbox()
    (entry,) = await taken(outbox, 1)
    await asyncio.gather(*(outbox.bury(entry, WHY) for _ in range(5)))
    assert len(await letters(ports)) == 1


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_every_dead_letter_is_told_once_however_many_a_shard_has(
    ports: Ports, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(dead_letters, "_PAGE", page)
    wanted = [(shard, f"{number}-0") for shard in (1, 2) for number in (1, 2, 3, 4)]
    for shard, entry_id in wanted:
        await ports.store.command(
            *("XADD", keys.dead_letters(shard), entry_id, "customer", CUSTOMER_ID, "cargo", Cargo.VERIFICATION),
            *("subject", "x", "delivery", 1, "reason", "carrier_timeout", "at", 1, "tries", 3, "asked", 1),
        )
    assert [one.dead_letter_id for one in await letters(ports)] == [f"{shard}-{entry}" for shard, entry in wanted]


async def test_a_replay_is_delivered_as_often_as_the_first_time_and_once(ports: Ports) -> None:
    one = await _open(ports)
    for carrier in ("first", "second"):
        await ports.hand_overs.begin(DeliveryRef(one.verification_id, 1), carrier, 2)
    letter = await buried(ports, one)
    before = await ports.verifications.read(one.verification_id)
    assert await ports.dead_letters.replay(letter, "kim") is Replay.QUEUED
    assert await ports.dead_letters.replay(letter, "kim") is Replay.MISSING
    (entry,) = await taken(ports.outbox(), 1)
    assert (entry.ref, entry.cargo) == (DeliveryRef(one.verification_id, 1), Cargo.VERIFICATION)
    sends = [(await ports.hand_overs.begin(entry.ref, "first", 2)).ref.send for _ in range(2)]
    assert sends == [3, 4]
    with pytest.raises(SendsSpent):
        await ports.hand_overs.begin(entry.ref, "first", 2)
    now = await ports.verifications.read(one.verification_id)
    assert now is not None
    assert before is not None
    assert now.revision > before.revision
    assert (now.delivery_state, now.delivery_reason) == ("queued", None)
    (told,) = [event for event in await all_events(ports.store) if event["event"] == "dead_letter.replayed"]
    assert (told["verification"], told["customer"], told["by"]) == (one.verification_id, CUSTOMER_ID, "kim")


async def test_what_nobody_waits_for_any_more_is_not_replayed(ports: Ports) -> None:
    closed = await _open(ports)
    letter = await buried(ports, closed)
    await ports.verifications.close(closed.verification_id, CUSTOMER_ID, Status.CANCELED, "canceled", "screen")
    assert await ports.dead_letters.replay(letter, "kim") is Replay.CLOSED
    assert await ports.dead_letters.discard(letter, "kim")
    late = await _open(ports)
    letter = await buried(ports, late)
    await ports.let_life_pass(late.verification_id)
    assert await ports.dead_letters.replay(letter, "kim") is Replay.CLOSED
    await ports.store.command("DEL", keys.verification(late.verification_id))
    assert await ports.dead_letters.replay(letter, "kim") is Replay.CLOSED
    assert await nothing_to_do(ports)


async def test_what_was_sent_again_or_reported_meanwhile_is_not_replayed(ports: Ports) -> None:
    one = await _open(ports)
    await ports.hand_overs.begin(DeliveryRef(one.verification_id, 1), "first", 2)
    letter = await buried(ports, one)
    delivered = DeliveryReport(DeliveryRef(one.verification_id, 1), DeliveryState.DELIVERED, carrier_id="SM1")
    await ports.verifications.report(delivered, "first", None)
    assert await ports.dead_letters.replay(letter, "kim") is Replay.WITH_CARRIER
    await ports.let_resend_pause_pass(one.verification_id)
    await ports.verifications.resend(one.verification_id)
    assert await ports.dead_letters.replay(letter, "kim") is Replay.REPLACED


async def test_a_dead_letter_is_discarded_once(ports: Ports) -> None:
    letter = await buried(ports, await _open(ports))
    discarded = await asyncio.gather(*(ports.dead_letters.discard(letter, "kim") for _ in range(5)))
    assert sorted(discarded) == [False] * 4 + [True]
    assert await letters(ports) == []
    assert await ports.dead_letters.replay(letter, "kim") is Replay.MISSING
