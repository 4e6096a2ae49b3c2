"""What is counted by the script that opens a verification: all of it, or nothing when it is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from contacts.models import Contact
from gateway.core.counting import Conversion, Counted, RangeHeld, Texting
from gateway.core.limits import Cap
from gateway.core.stores import AlreadyOpened, BasisChanged, Capped, CustomerLocked
from gateway.core.verification import Method, NewVerification
from gateway.store import cap_keys, keys
from gateway.store.fields import FIELDS
from gateway.store.ranges import SPAN_MS
from gateway.store.verifications import RedisVerifications
from tests.builders import CLIENT, CUSTOMER_ID, new_verification
from tests.conftest import an_empty_store
from tests.contracts.store.servers import LIMITS, Ports

INDEX, OTHER_INDEX = "0a" * 20, "0b" * 20
PREFIX = "+8210123"
CODE = Counted(CLIENT, (INDEX,), PREFIX, Texting.CODE)
CALL = Counted(CLIENT, (INDEX,), PREFIX)
DELIVERIES, CONVERSION = cap_keys.of_range(PREFIX)
COUNTERS = (DELIVERIES, *cap_keys.of_client(CLIENT), *cap_keys.of_number(INDEX), *cap_keys.of_number(OTHER_INDEX))
FULL = 1_000_000

pytestmark = pytest.mark.usefixtures("mobile")


@pytest.fixture(params=["valkey_url", "redis_url"])
async def ports(request: pytest.FixtureRequest) -> AsyncIterator[Ports]:
    """On one server: in a cluster what is counted lies here and there."""
    async with an_empty_store(request.getfixturevalue(request.param)) as store:
        yield Ports.over(store)


async def counted(ports: Ports) -> tuple[list[int], int]:
    """Each of `COUNTERS`, and the codes that were texted to the range of late."""
    counters = await ports.store.command("MGET", *COUNTERS)
    words = await ports.store.command("HGETALL", CONVERSION)
    texted = sum(int(count) for name, count in zip(words[::2], words[1::2], strict=True) if name[:1] == b"s")
    return [int(count or 0) for count in counters], texted


async def texted_before(ports: Ports, codes: int) -> None:
    """So many were texted to the range a while ago, and nobody used one."""
    seconds, _ = await ports.store.command("TIME")
    await ports.store.command("HSET", CONVERSION, f"s{int(seconds) * 1000 // SPAN_MS - 3}", codes)


async def is_nothing_opened(ports: Ports) -> bool:
    outbox = await ports.store.command("XLEN", keys.outbox(keys.shard_of(CUSTOMER_ID)))
    return outbox == 0 and await ports.verifications.open_of_customer(CUSTOMER_ID) == []


async def test_one_server_counts_and_a_cluster_does_not(ports: Ports, cluster_url: str) -> None:
    assert ports.verifications.counts
    async with an_empty_store(cluster_url) as cluster:
        assert not Ports.over(cluster).verifications.counts


async def test_what_the_same_request_opened_before_is_not_counted_again_however_full_it_is(ports: Ports) -> None:
    new = replace(new_verification(), may_be_there=True)
    await ports.verifications.create(new, CODE)
    await ports.store.command("SET", DELIVERIES, FULL, "PX", FULL)
    before = await counted(ports)
    with pytest.raises(AlreadyOpened):
        await ports.verifications.create(new, CODE)
    assert await counted(ports) == before


@pytest.mark.parametrize(
    ("method", "of", "counters", "texted"),
    [
        (Method.SMS, CODE, [1, 1, 1, 1, 1, 0, 0], 1),
        (Method.ARS, CALL, [1, 1, 1, 1, 1, 0, 0], 0),
        (Method.SMS, replace(CODE, blind_indexes=(INDEX, OTHER_INDEX)), [1] * 7, 1),
        (Method.BRANCH_OTP, Counted(CLIENT), [0, 1, 1, 0, 0, 0, 0], 0),
    ],
)
async def test_what_opens_counts_as_one_of_each(
    ports: Ports, method: Method, of: Counted, counters: list[int], texted: int
) -> None:
    opened = await ports.verifications.create(new_verification(method), of)
    assert await counted(ports) == (counters, texted)
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == [opened.verification_id]
    for key, count in zip(COUNTERS, counters, strict=True):
        assert (await ports.store.command("PTTL", key) > 0) == (count > 0)


@pytest.mark.parametrize("full", range(len(COUNTERS)))
async def test_a_cap_that_is_full_refuses_and_nothing_is_counted(ports: Ports, full: int) -> None:
    await ports.store.command("SET", COUNTERS[full], FULL, "PX", 5000)
    before = await counted(ports)
    with pytest.raises(Capped) as capped:
        await ports.verifications.create(new_verification(), replace(CODE, blind_indexes=(INDEX, OTHER_INDEX)))
    assert capped.value.cap == ["range", "client", "client", "number", "number", "number", "number"][full]
    assert 0 < capped.value.retry_after_ms <= 5000
    assert await counted(ports) == before
    assert await is_nothing_opened(ports)


async def test_without_a_range_the_first_cap_is_the_clients(ports: Ports) -> None:
    await ports.store.command("SET", cap_keys.of_client(CLIENT)[1], FULL, "PX", 5000)
    with pytest.raises(Capped, match="client"):
        await ports.verifications.create(new_verification(Method.BRANCH_OTP), Counted(CLIENT))


def somebody_unknown(_: Contact) -> NewVerification:
    return new_verification(customer_id="nobody")


def with_a_contact_that_changed(mobile: Contact) -> NewVerification:
    return new_verification(contact_id=mobile.contact_id, contact_version=7)


def more_than_in_a_day(_: Contact) -> NewVerification:
    return new_verification(per_day=0)


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (somebody_unknown, BasisChanged),
        (with_a_contact_that_changed, BasisChanged),
        (more_than_in_a_day, Capped),
    ],
)
async def test_what_is_refused_for_another_reason_counts_as_nothing(
    ports: Ports, mobile: Contact, asked: Callable[[Contact], NewVerification], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        await ports.verifications.create(asked(mobile), CODE)
    assert await counted(ports) == ([0] * 7, 0)
    assert await is_nothing_opened(ports)


async def test_a_locked_customer_counts_as_nothing(ports: Ports) -> None:
    await ports.store.command("HSET", keys.guard(CUSTOMER_ID), "wrong", 5, "wrong_at", 1, "locked_at", 1)
    with pytest.raises(CustomerLocked):
        await ports.verifications.create(new_verification(), CODE)
    assert await counted(ports) == ([0] * 7, 0)


async def test_codes_that_are_not_used_hold_the_range_for_texts_alone(ports: Ports) -> None:
    await texted_before(ports, 50)
    with pytest.raises(RangeHeld) as tripped:
        await ports.verifications.create(new_verification(), CODE)
    assert tripped.value.tripped == Conversion(50, 0)
    with pytest.raises(RangeHeld) as held:
        await ports.verifications.create(new_verification(), CODE)
    assert held.value.tripped is None
    assert 0 < held.value.retry_after_ms <= LIMITS.conversion.hold * 1000
    assert await counted(ports) == ([0] * 7, 0)
    assert await is_nothing_opened(ports)
    assert (await ports.verifications.create(new_verification(Method.ARS), CALL)).is_open


async def test_a_range_that_trips_leaves_the_customers_window_as_it_was(ports: Ports) -> None:
    """What is left of yesterday goes when something opens, and not before."""
    await ports.verifications.create(new_verification())
    await ports.store.command("HSET", keys.customer(CUSTOMER_ID), FIELDS["o.day"], 1)
    yesterday = await ports.store.command("HGETALL", keys.customer(CUSTOMER_ID))
    await texted_before(ports, 50)
    with pytest.raises(RangeHeld):
        await ports.verifications.create(new_verification(), CODE)
    assert await ports.store.command("HGETALL", keys.customer(CUSTOMER_ID)) == yesterday


async def test_a_store_where_nobody_watches_counts_no_codes(ports: Ports) -> None:
    await texted_before(ports, 50)
    unwatched = replace(LIMITS, conversion=replace(LIMITS.conversion, least=0))
    await RedisVerifications(ports.store, unwatched).create(new_verification(), CODE)
    assert await counted(ports) == ([1, 1, 1, 1, 1, 0, 0], 50)


async def test_of_many_at_once_so_many_open_as_the_caps_allow(ports: Ports) -> None:
    wide = replace(LIMITS, client_cap=Cap(5, 60), client_day_cap=Cap(50, 86_400), number_cap=Cap(50, 600),
                   number_day_cap=Cap(50, 86_400), range_cap=Cap(50, 600))  # fmt: skip
    store = RedisVerifications(ports.store, wide)
    outcomes = await asyncio.gather(
        *(store.create(new_verification(), CODE) for _ in range(20)), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, Capped)]
    assert [one.cap for one in refused] == ["client"] * 15
    assert len(await store.open_of_customer(CUSTOMER_ID)) == 5
    assert await counted(ports) == ([5] * 5 + [0, 0], 5)
