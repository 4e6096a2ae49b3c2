"""Ranges of numbers: so many deliveries and no more, and none of a code where codes are not used."""

import asyncio

import pytest

from demo.customer import until
from gateway.core.alarms import AlarmKind
from gateway.core.counting import Conversion, RangeHeld, Texting
from gateway.core.stores import Capped
from gateway.store import cap_keys
from gateway.store import ranges as counting
from gateway.store.alarms import RedisAlarms
from gateway.store.ranges import SPANS, RedisRanges
from tests import builders
from tests.contracts.store.servers import LIMITS, Ports

HERE, THERE = "+8210123", "+8210124"
CAP, CONVERSION = cap_keys.of_range(HERE)
SPAN_MS = 1_000_000_000


@pytest.fixture(autouse=True)
def long_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """None ends while a test runs, as one of five minutes now and then does."""
    monkeypatch.setattr(counting, "SPAN_MS", SPAN_MS)


@pytest.fixture
def ranges(ports: Ports) -> RedisRanges:
    return RedisRanges(ports.store, LIMITS)


async def _texted(ports: Ports, spans_ago: int, sent: int, used: int = 0) -> None:
    """So many verifications were texted some spans ago."""
    seconds, _ = await ports.store.command("TIME")
    span = int(seconds) * 1000 // SPAN_MS - spans_ago
    await ports.store.command("HSET", CONVERSION, f"s{span}", sent, f"v{span}", used)


async def _counts(ports: Ports, range_: str = HERE) -> dict[str, int]:
    """How many codes were texted and used, of all spans."""
    words = await ports.store.command("HGETALL", cap_keys.of_range(range_)[1])
    counts = {"s": 0, "v": 0}
    for name, count in zip(words[::2], words[1::2], strict=True):
        counts[name.decode()[0]] += int(count)
    return counts


async def test_a_range_gets_so_many_deliveries_in_a_window(ports: Ports, ranges: RedisRanges) -> None:
    taken = await asyncio.gather(
        *(ranges.take(HERE, Texting.NOTHING) for _ in range(LIMITS.range_cap.count + 4)), return_exceptions=True
    )
    refused = [each for each in taken if isinstance(each, Capped)]
    assert len(refused) == 4
    assert {(each.cap, 0 < each.retry_after_ms <= 3_600_000) for each in refused} == {("range", True)}
    await ranges.take(THERE, Texting.NOTHING)
    await ports.lapse(CAP)
    await ranges.take(HERE, Texting.NOTHING)


async def test_a_window_ends_when_its_first_delivery_is_that_old(ports: Ports, ranges: RedisRanges) -> None:
    await ranges.take(HERE, Texting.NOTHING)
    await ports.store.command("PEXPIRE", CAP, 60_000)
    await ranges.take(HERE, Texting.NOTHING)
    assert await ports.store.command("GET", CAP) == b"2"
    assert await ports.store.command("PTTL", CAP) <= 60_000


async def test_what_was_not_sent_is_given_back(ports: Ports, ranges: RedisRanges) -> None:
    for texting in Texting:
        counted_at = await ranges.take(HERE, texting)
        ranges.give_back(HERE, texting, counted_at)

    async def look() -> bool:
        return int(await ports.store.command("GET", CAP)) == 0 and await _counts(ports) == {"s": 0, "v": 0}

    await until(look)


async def test_giving_back_what_nobody_took_counts_nothing(ports: Ports, ranges: RedisRanges) -> None:
    ranges.give_back(THERE, Texting.CODE, 0)
    ranges.give_back(HERE, Texting.CODE, 0)
    await asyncio.gather(*ranges._later)
    await ranges.take(HERE, Texting.NOTHING)
    assert await ports.store.command("GET", CAP) == b"1"
    assert await ports.store.command("EXISTS", CONVERSION) == 0


async def test_a_code_is_counted_once_however_often_it_is_texted_and_a_call_not_at_all(
    ports: Ports, ranges: RedisRanges
) -> None:
    for texting in (Texting.CODE, Texting.AGAIN, Texting.AGAIN, Texting.NOTHING):
        await ranges.take(HERE, texting)
    assert await _counts(ports) == {"s": 1, "v": 0}


async def test_a_code_that_is_used_counts_for_when_it_was_texted(ports: Ports, ranges: RedisRanges) -> None:
    at = await ranges.take(HERE, Texting.CODE)
    ranges.note_verified(HERE, at)

    async def look() -> bool:
        return await _counts(ports) == {"s": 1, "v": 1}

    await until(look)
    assert await ports.store.command("PTTL", CONVERSION) > SPAN_MS * SPANS


async def test_codes_that_are_used_at_once_count_each(ports: Ports, ranges: RedisRanges) -> None:
    opened = [await ranges.take(range_, Texting.CODE) for range_ in (HERE, HERE, HERE, THERE)]
    for range_, at in zip((HERE, HERE, THERE), opened[1:], strict=True):
        ranges.note_verified(range_, at)

    async def look() -> bool:
        return await _counts(ports) == {"s": 3, "v": 2} and await _counts(ports, THERE) == {"s": 1, "v": 1}

    await until(look)


async def test_a_code_of_which_nothing_is_known_any_more_leaves_no_trace(ports: Ports, ranges: RedisRanges) -> None:
    at = await ranges.take(THERE, Texting.CODE)
    ranges.note_verified(HERE, 0)
    ranges.note_verified(THERE, 0)
    ranges.note_verified(THERE, at)

    async def look() -> bool:
        return await _counts(ports, THERE) == {"s": 1, "v": 1}

    await until(look)
    await asyncio.gather(*ranges._later)
    assert await ports.store.command("EXISTS", CONVERSION) == 0


async def test_a_range_whose_codes_are_not_used_is_texted_no_more(ports: Ports, ranges: RedisRanges) -> None:
    await _texted(ports, spans_ago=SPANS - 1, sent=LIMITS.conversion.least - 5, used=0)
    await _texted(ports, spans_ago=2, sent=5, used=1)
    with pytest.raises(RangeHeld) as tripped:
        await ranges.take(HERE, Texting.CODE)
    assert tripped.value.tripped == Conversion(sent=LIMITS.conversion.least, verified=1)
    assert 0 < tripped.value.retry_after_ms <= 600_000
    for texting in (Texting.CODE, Texting.AGAIN):
        with pytest.raises(RangeHeld) as held:
            await ranges.take(HERE, texting)
        assert held.value.tripped is None
        assert 0 < held.value.retry_after_ms <= 600_000
    await ranges.take(HERE, Texting.NOTHING)
    await ranges.take(THERE, Texting.CODE)


async def test_one_of_many_at_once_is_told_that_it_tripped(ports: Ports, ranges: RedisRanges) -> None:
    await _texted(ports, spans_ago=3, sent=50)
    held = await asyncio.gather(*(ranges.take(HERE, Texting.CODE) for _ in range(10)), return_exceptions=True)
    told = [each.tripped for each in held if isinstance(each, RangeHeld)]
    assert len(told) == 10
    assert [each for each in told if each is not None] == [Conversion(50, 0)]


@pytest.mark.parametrize(
    ("spans_ago", "sent", "used"),
    [
        (3, 9, 0),  # too few to judge
        (3, 50, 10),  # just enough were used
        (1, 50, 0),  # they have had no time yet
        (0, 50, 0),
        (SPANS, 50, 0),  # too long ago
    ],
)
async def test_a_range_is_not_held_for_less(
    ports: Ports, ranges: RedisRanges, spans_ago: int, sent: int, used: int
) -> None:
    await _texted(ports, spans_ago, sent, used)
    for _ in range(3):
        await ranges.take(HERE, Texting.CODE)


async def test_the_hold_ends_by_itself_and_counts_anew(ports: Ports, ranges: RedisRanges) -> None:
    await _texted(ports, spans_ago=3, sent=50)
    with pytest.raises(RangeHeld):
        await ranges.take(HERE, Texting.CODE)
    await ports.lapse(CONVERSION)
    await ranges.take(HERE, Texting.CODE)
    assert await _counts(ports) == {"s": 1, "v": 0}


async def test_clearing_an_alarm_that_does_not_stand_changes_nothing_of_the_range(ports: Ports) -> None:
    await _texted(ports, 3, sent=10)
    assert not await RedisAlarms(ports.store, builders.personal_data()).clear(
        AlarmKind.LOW_CONVERSION, HERE, "lee", "행사 문자였음"
    )
    assert await _counts(ports) == {"s": 10, "v": 0}


async def test_who_clears_the_alarm_ends_the_hold(ports: Ports, ranges: RedisRanges) -> None:
    alarms = RedisAlarms(ports.store, builders.personal_data())
    await alarms.note(AlarmKind.LOW_CONVERSION, HERE, {})
    await _texted(ports, spans_ago=3, sent=50)
    with pytest.raises(RangeHeld):
        await ranges.take(HERE, Texting.CODE)
    assert await alarms.clear(AlarmKind.LOW_CONVERSION, HERE, "lee", "행사 문자였음")
    await ranges.take(HERE, Texting.CODE)
    assert await _counts(ports) == {"s": 1, "v": 0}


async def test_old_spans_are_forgotten(ports: Ports, ranges: RedisRanges) -> None:
    for ago in (SPANS, SPANS + 7):
        await _texted(ports, ago, sent=3, used=3)
    await ranges.take(HERE, Texting.CODE)
    assert await _counts(ports) == {"s": 1, "v": 0}
