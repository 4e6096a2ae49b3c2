"""A cluster that changes under load: shards move and nothing fails; a primary dies and the fence holds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.limits import Cap
from gateway.core.stores import VerificationClosed
from gateway.core.tasks import end
from gateway.core.verification import Status, Verdict, Verification
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.verifications import RedisVerifications
from gateway.store.watch import StoreWatch
from tests import builders
from tests.builders import CODE, WRONG_CODE, new_verification
from tests.conftest import a_store, an_empty_store, documented_account
from tests.contracts.store.answering import answer
from tests.contracts.store.servers import LIMITS, Ports
from tests.gateway.store.valkey_clusters import ClusterNode, ClusterNodes, a_cluster
from tests.outboxes import taken

CUSTOMERS = {keys.shard_of(f"customer-{number}"): f"customer-{number}" for number in range(500)}
"""One in each shard."""
UNBOUNDED = replace(LIMITS, customer_cap=Cap(10**9, 600), wrong_answers=10**9)


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[ClusterNodes]:
    with a_cluster(tmp_path) as nodes:
        yield nodes


@asynccontextmanager
async def served(nodes: ClusterNodes) -> AsyncIterator[Ports]:
    """What a gateway has of the cluster, with a customer in each shard."""
    store = Store(nodes.url)
    await store.open()
    watch = StoreWatch(store, may_forget=False)
    try:
        await watch.open()
        ports = replace(Ports.over(store), verifications=RedisVerifications(store, UNBOUNDED))
        for customer_id in CUSTOMERS.values():
            await ports.customers.put(replace(builders.individual(), customer_id=customer_id))
        yield ports
    finally:
        await watch.close()
        await store.close()


async def opened(ports: Ports, shard: int) -> Verification:
    return await ports.verifications.create(new_verification(customer_id=CUSTOMERS[shard]))


async def verdict(ports: Ports, one: Verification, code: str = CODE) -> Verdict | None:
    """None when it is closed."""
    try:
        return (await ports.verifications.check(one, answer(one, code))).verdict
    except VerificationClosed:
        return None


class Load:
    """Customers of some shards who type a wrong code, then the right one, then the right one again, for ever."""

    def __init__(self, ports: Ports, shards: Iterator[int] | range | list[int]) -> None:
        self._ports = ports
        self.wrong: Counter[int] = Counter()
        self.seen: Counter[tuple[Verdict | None, ...]] = Counter()
        self.failed: Counter[int] = Counter()
        self.verified: list[Verification] = []
        self._is_over = False
        self._tasks = [asyncio.create_task(self._go(shard)) for shard in shards]

    async def __aenter__(self) -> "Load":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def end(self) -> None:
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def _go(self, shard: int) -> None:
        while not self._is_over:
            try:
                one = await opened(self._ports, shard)
                first = [await verdict(self._ports, one, WRONG_CODE), await verdict(self._ports, one)]
                if first[-1] is Verdict.CORRECT:
                    self.verified.append(one)
                self.wrong[shard] += first[0] is Verdict.WRONG
                self.seen[(*first, await verdict(self._ports, one))] += 1
            except StoreUnavailable:
                self.failed[shard] += 1
                await asyncio.sleep(0.05)


@asynccontextmanager
async def reading(ports: Ports) -> AsyncIterator[set[str]]:
    """The ids of verifications whose deliveries a process was given, for as long as it reads the outbox."""
    delivered = set[str]()

    async def read() -> None:
        outbox = ports.outbox()
        async for entry in outbox.entries():
            delivered.add(entry.ref.verification_id)
            await outbox.done(entry)

    task = asyncio.create_task(read())
    try:
        yield delivered
    finally:
        await end(task)


async def are_all_in(delivered: set[str], opened: list[Verification]) -> bool:
    return {one.verification_id for one in opened} <= delivered


@pytest.mark.parametrize("way", [ClusterNodes.move, ClusterNodes.move_whole], ids=["key by key", "whole"])
async def test_shards_move_under_load_and_no_check_fails_or_counts_twice(
    nodes: ClusterNodes, way: Callable[[ClusterNodes, int, ClusterNode], None]
) -> None:
    async with served(nodes) as ports:
        moving = [shard for shard in CUSTOMERS if nodes.owner(shard) is nodes.primaries[0]][:3]
        waiting = [await opened(ports, shard) for shard in CUSTOMERS]
        async with reading(ports) as delivered, Load(ports, moving) as load:
            for number, shard in enumerate(moving):
                await asyncio.to_thread(way, nodes, shard, nodes.primaries[1 + number % 2])
                await until_accepted(ports, shard)
            await until(lambda: enough(load))
            await load.end()
            await until(lambda: are_all_in(delivered, [*waiting, *load.verified]))
        assert not load.failed
        assert {*load.seen} == {(Verdict.WRONG, Verdict.CORRECT, None)}
        assert load.wrong == {shard: await wrong_answers(ports, shard) for shard in moving}
        assert [await verdict(ports, one) for one in waiting] == [Verdict.CORRECT] * len(waiting)


async def test_a_primary_dies_under_load_and_what_was_open_there_is_void(tmp_path: Path) -> None:
    with a_cluster(tmp_path, node_timeout_ms=4_000) as nodes:
        await _lose_a_primary(nodes)


async def _lose_a_primary(nodes: ClusterNodes) -> None:
    async with served(nodes) as ports:
        lost = [shard for shard in CUSTOMERS if nodes.owner(shard) is nodes.primaries[0]]
        others = [shard for shard in CUSTOMERS if shard not in lost]
        waiting = {shard: await opened(ports, shard) for shard in CUSTOMERS}
        async with Load(ports, list(CUSTOMERS)) as load:
            await until(lambda: enough(load))
            nodes.primaries[0].server.kill()
            await until(lambda: succeeds(ports, lost[0]))
            load.seen.clear()
            await until(lambda: enough(load))
        assert {*load.failed} <= {*lost}
        assert [await verdict(ports, waiting[shard]) for shard in others] == [Verdict.CORRECT] * len(others)
        assert {await verdict(ports, waiting[shard]) for shard in lost} <= {Verdict.STORE_CHANGED, None}
        assert {await verdict(ports, one) for one in load.verified} <= {Verdict.STORE_CHANGED, None}


async def wrong_answers(ports: Ports, shard: int) -> int:
    return int(await ports.store.command("HGET", keys.guard(CUSTOMERS[shard]), "wrong"))


async def enough(load: Load) -> bool:
    return load.seen.total() >= 50


async def test_what_came_to_a_node_that_is_restarted_is_void_and_the_rest_is_not(nodes: ClusterNodes) -> None:
    async with served(nodes) as ports:
        first, second, _ = nodes.primaries
        moving, staying = [shard for shard in CUSTOMERS if nodes.owner(shard) is first][:2]
        waiting = {shard: await opened(ports, shard) for shard in CUSTOMERS}
        await asyncio.to_thread(nodes.move, moving, second)
        await until_accepted(ports, moving)
        assert await verdict(ports, waiting[moving], WRONG_CODE) is Verdict.WRONG
        second.server.kill()
        second.server.start()
        await until_accepted(ports, moving)
        assert await verdict(ports, waiting[moving]) in (Verdict.STORE_CHANGED, None)
        assert await verdict(ports, waiting[staying]) is Verdict.CORRECT
        await asyncio.to_thread(nodes.move, moving, first)
        await until_accepted(ports, moving)
        assert await verdict(ports, waiting[moving]) is None


async def test_what_was_away_and_is_back_at_its_node_is_judged_only_once_somebody_has_looked(
    nodes: ClusterNodes,
) -> None:
    first, second, _ = nodes.primaries
    shard = next(shard for shard in CUSTOMERS if nodes.owner(shard) is first)
    async with served(nodes) as ports:
        one = await opened(ports, shard)
    async with a_store(nodes.url) as store:
        ports = Ports.over(store)
        for target in (second, first):
            await asyncio.to_thread(nodes.move, shard, target)
        with pytest.raises(StoreUnavailable):
            await ports.verifications.check(one, answer(one, CODE))
        await StoreWatch(store, may_forget=False).look()
        assert await verdict(ports, one) in (Verdict.STORE_CHANGED, None)


async def test_while_a_node_is_away_what_ran_out_of_time_on_the_others_is_closed(nodes: ClusterNodes) -> None:
    async with served(nodes) as ports:
        late = await opened(ports, next(shard for shard in CUSTOMERS if nodes.owner(shard) is nodes.primaries[1]))
        await ports.let_life_pass(late.verification_id)
        nodes.primaries[0].server.kill()
        await ports.sweep.sweep()
        now = await ports.verifications.read(late.verification_id)
        assert now is not None
        assert now.status is Status.EXPIRED


async def until_accepted(ports: Ports, shard: int) -> None:
    await until(lambda: succeeds(ports, shard))


async def succeeds(ports: Ports, shard: int) -> bool:
    try:
        return await verdict(ports, await opened(ports, shard)) is Verdict.CORRECT
    except StoreUnavailable:
        return False


async def test_a_script_that_comes_to_a_key_that_has_left_says_that_the_store_is_away(nodes: ClusterNodes) -> None:
    async with served(nodes) as ports:
        shard = next(shard for shard in CUSTOMERS if nodes.owner(shard) is nodes.primaries[0])
        one = await opened(ports, shard)
        assert await ports.verifications.read(one.verification_id) is not None
        nodes.begin_to_move(shard, nodes.primaries[1])
        with pytest.raises(StoreUnavailable):
            await ports.verifications.read(one.verification_id)
        await asyncio.to_thread(nodes.move, shard, nodes.primaries[1])
        assert await ports.verifications.read(one.verification_id) is not None


async def test_the_account_that_the_documents_make_is_enough_in_a_cluster(cluster_url: str) -> None:
    more = ("+cluster|info", "+cluster|nodes")
    assert f"`{' '.join(more)}`" in (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    async with an_empty_store(cluster_url) as whole:
        await whole.everywhere("ACL", "SETUSER", *documented_account(), *more)
        async with a_store(cluster_url.replace("://", "://bonin:password@")) as store:
            watch = StoreWatch(store, may_forget=False)
            await watch.look()
            assert await watch.trouble() is None
            ports = Ports.over(store)
            await ports.customers.put(builders.individual())
            one = await ports.verifications.create(new_verification())
            assert await verdict(ports, one) is Verdict.CORRECT
            (entry,) = await taken(ports.outbox(), 1)
            assert entry.ref.verification_id == one.verification_id


async def test_while_a_node_hangs_the_gateway_says_that_it_is_ready_before_anybody_gave_that_node_up(
    nodes: ClusterNodes,
) -> None:
    hangs = nodes.primaries[0]
    async with served(nodes) as ports, a_store(nodes.url) as store:
        watch = StoreWatch(store, may_forget=False)
        await watch.look()
        hanging = keys.never_there(next(shard for shard in CUSTOMERS if nodes.owner(shard) is hangs))
        hangs.server.freeze()
        given_up = asyncio.ensure_future(ports.store.command("GET", hanging))
        await asyncio.sleep(0)
        assert await watch.trouble() is None
        assert not given_up.done()
        given_up.cancel()


async def test_a_password_that_the_cluster_does_not_take_is_told_as_that(cluster_url: str) -> None:
    async with a_store(cluster_url.replace("://", "://bonin:wrong@")) as store:
        assert await StoreWatch(store, may_forget=False).trouble() == "WRONGPASS"
