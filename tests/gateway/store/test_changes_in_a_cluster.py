"""Telling waiting callers of changes in a cluster: only the node that has the shard says something."""

from collections.abc import AsyncIterator, Iterator

import pytest

from demo.customer import until
from gateway.store import keys
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from tests.builders import CUSTOMER_ID
from tests.gateway.store.valkey_clusters import ClusterNode, ClusterNodes, a_cluster

SHARD = keys.shard_of(CUSTOMER_ID)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterNodes]:
    """Nodes that stay, whoever has a shard."""
    with a_cluster(tmp_path_factory.mktemp("nodes")) as nodes:
        yield nodes


@pytest.fixture
async def changes(nodes: ClusterNodes) -> AsyncIterator[RedisChanges]:
    store = Store(nodes.url)
    await store.open()
    changes = RedisChanges(store)
    await changes.open()
    yield changes
    await changes.close()
    await store.close()


def hearing(node: ClusterNode, verification_id: str) -> int:
    """How many connections listen there."""
    return int(node.say("PUBSUB", "SHARDNUMSUB", keys.verification(verification_id))[1])


async def test_a_change_is_told_by_the_node_that_has_the_shard_and_by_another_once_it_moved(
    nodes: ClusterNodes, changes: RedisChanges
) -> None:
    one, source = keys.new_verification_id(CUSTOMER_ID), nodes.owner(SHARD)
    target = next(node for node in nodes.primaries if node is not source)
    async with changes.watch(one):
        assert [hearing(node, one) for node in nodes.primaries] == [int(node is source) for node in nodes.primaries]
        nodes.move_whole(SHARD, target)

        async def is_heard_there() -> bool:
            return hearing(target, one) == 1

        await until(is_heard_there)


async def test_each_shard_has_a_connection_only_where_somebody_waited(
    nodes: ClusterNodes, changes: RedisChanges
) -> None:
    some = [keys.new_verification_id(f"customer-{number}") for number in range(8)]
    assert len({keys.shard_in(one) for one in some}) > 1
    for one in some:
        async with changes.watch(one):
            assert sum(hearing(node, one) for node in nodes.primaries) == 1
