"""What runs out of time while nobody looks."""

import pytest

from gateway.core.stores import VerificationClosed
from gateway.core.verification import Status
from gateway.store import keys
from gateway.store.expiry import MOST_OF_A_SWEEP
from gateway.store.shards import name_of
from tests import builders
from tests.builders import CUSTOMER_ID
from tests.contracts.store.answering import opened, read
from tests.contracts.store.servers import Ports

pytestmark = pytest.mark.usefixtures("mobile")


async def test_the_sweep_closes_what_nobody_looked_at_and_only_that(ports: Ports) -> None:
    late, other = await opened(ports), await opened(ports)
    await ports.let_life_pass(late.verification_id)
    assert await ports.sweep.sweep() == 1
    assert await ports.sweep.sweep() == 0
    assert (await read(ports, late.verification_id)).status is Status.EXPIRED
    assert (await read(ports, other.verification_id)).status is Status.PENDING


async def test_the_sweep_leaves_what_was_closed_before_as_it_is(ports: Ports) -> None:
    one = await opened(ports)
    await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.CANCELED, "canceled_by_caller", "screen")
    before = await read(ports, one.verification_id)
    await ports.let_life_pass(one.verification_id)
    assert await ports.sweep.sweep() == 1
    after = await read(ports, one.verification_id)
    assert (after.status, after.closed_at, after.revision) == (Status.CANCELED, before.closed_at, before.revision)


async def test_what_ran_out_of_time_did_not_fail_by_what_became_of_the_customer_later(ports: Ports) -> None:
    late = await opened(ports)
    await ports.let_life_pass(late.verification_id)
    await ports.customers.put(builders.individual(online_consent=False))
    assert await ports.sweep.sweep() == 1
    over = await read(ports, late.verification_id)
    assert (over.status, over.reason) == (Status.EXPIRED, "expired")


async def test_what_ran_out_of_time_is_not_texted_again(ports: Ports) -> None:
    late = await opened(ports)
    await ports.let_resend_pause_pass(late.verification_id)
    await ports.let_life_pass(late.verification_id)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.resend(late.verification_id)
    assert closed.value.status is Status.EXPIRED


async def test_what_expires_later_than_a_sweep_looks_at_waits_for_the_next(ports: Ports) -> None:
    shard, late = keys.shard_of(CUSTOMER_ID), [str(number) for number in range(MOST_OF_A_SWEEP + 1)]
    await ports.store.command("RPUSH", keys.expiring_by(shard, 1), *late)
    await ports.store.command("ZADD", keys.expiring(shard), 1, 1)
    assert [await ports.sweep.sweep() for _ in range(3)] == [MOST_OF_A_SWEEP, 1, 0]
    assert await ports.store.command("EXISTS", keys.expiring(shard)) == 0


async def test_a_verification_is_in_the_list_of_the_span_in_which_it_expires(ports: Ports) -> None:
    one, shard = await opened(ports), keys.shard_of(CUSTOMER_ID)
    [span] = await ports.store.command("ZRANGE", keys.expiring(shard), 0, -1)
    assert one.expires_at <= int(span) < one.expires_at + 5000
    assert await ports.store.command("LRANGE", keys.expiring_by(shard, int(span)), 0, -1) == [
        name_of(one.verification_id).encode()
    ]
