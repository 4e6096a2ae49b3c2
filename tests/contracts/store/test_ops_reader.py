"""The store's account for dashboards: it reads what is public, and reaches no personal data whatever it asks."""

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import ConnectionError as Refused
from redis.exceptions import NoPermissionError

from contacts.models import Contact
from demo.customer import until
from gateway.store import keys, ops_keys
from gateway.store.ops_reader import READER, OpsReader
from gateway.store.slots import slot_of_key
from tests.builders import CUSTOMER_ID
from tests.conftest import an_empty_store
from tests.contracts.store.servers import Ports

PASSWORD = "a password for dashboards"


@pytest.fixture
async def url(request: pytest.FixtureRequest, ports: Ports) -> str:
    """Where the server is that `ports` speaks to; of a cluster, the one that has what is live."""
    if ports.store.cluster is not None:
        owner = await ports.store.cluster.owner(slot_of_key(ops_keys.LIVE))
        return f"redis://{owner.host}:{owner.port}"
    return str(request.getfixturevalue(request.node.callspec.params["ports"]))


@pytest.fixture
async def reader(url: str, ports: Ports) -> Redis:
    """Somebody who only knows the password."""
    await OpsReader(ports.store, PASSWORD).put(PASSWORD)
    return Redis.from_url(url, username=READER, password=PASSWORD, decode_responses=True)


async def test_it_reads_the_public_keys(reader: Redis, ports: Ports) -> None:
    await ports.store.command("HSET", ops_keys.LIVE, "open", 3)
    assert await reader.hgetall(ops_keys.LIVE) == {"open": "3"}
    await reader.aclose()


async def test_it_finds_its_way_in_a_cluster(cluster_url: str) -> None:
    async with an_empty_store(cluster_url) as store:
        await OpsReader(store, PASSWORD).put(PASSWORD)
        await store.command("XADD", ops_keys.SAMPLES, "*", "open", 3)
        await store.command("HSET", ops_keys.CALLS, "ver_00a", "ringing")
        host, port = cluster_url.rpartition(",")[2].split(":")
        reader = RedisCluster(host=host, port=int(port), username=READER, password=PASSWORD, decode_responses=True)
        assert (await reader.xrevrange(ops_keys.SAMPLES, count=1))[0][1] == {"open": "3"}  # type: ignore[index]
        assert await reader.hgetall(ops_keys.CALLS) == {"ver_00a": "ringing"}
        await reader.aclose()


async def test_it_reaches_nothing_else(reader: Redis, ports: Ports, mobile: Contact) -> None:
    customer = keys.customer(CUSTOMER_ID)
    refused = [
        ("HGETALL", customer),
        ("EXISTS", keys.contact(CUSTOMER_ID, mobile.contact_id)),
        ("XRANGE", keys.audit(keys.shard_of(CUSTOMER_ID)), "-", "+"),
        ("LRANGE", ops_keys.timeline("ver_" + "0" * 22), 0, -1),
        ("KEYS", "*"),
        ("SCAN", 0),
        ("RANDOMKEY",),
        ("DBSIZE",),
        ("HSET", ops_keys.LIVE, "open", 0),
        ("DEL", ops_keys.LIVE),
        ("EVAL", "return redis.call('HGETALL', KEYS[1])", 1, customer),
        ("SSUBSCRIBE", keys.verification("ver_" + "0" * 22)),
        ("CONFIG", "GET", "dir"),
        ("ACL", "LIST"),
        ("CLIENT", "LIST"),
        ("MONITOR",),
        ("COPY", customer, "bonin:ops:stolen"),
        ("SORT", "bonin:ops:x", "BY", customer),
        ("DUMP", customer),
        ("MIGRATE", "127.0.0.1", 1, customer, 0, 1),
        ("FLUSHALL",),
    ]
    for words in refused:
        with pytest.raises(NoPermissionError):
            await reader.execute_command(*words)  # type: ignore[no-untyped-call]
    await reader.aclose()


async def test_it_takes_the_password(url: str, reader: Redis) -> None:
    await reader.aclose()
    stranger = Redis.from_url(url, username=READER, password="a guess")
    with pytest.raises(Refused, match="invalid username-password"):
        await stranger.ping()
    await stranger.aclose()


async def test_it_comes_back_in_a_store_that_forgot_it(reader: Redis, ports: Ports) -> None:
    await reader.aclose()
    await ports.store.everywhere("ACL", "DELUSER", READER)
    keeping = OpsReader(ports.store, PASSWORD)
    await keeping.open()

    async def is_there() -> bool:
        return all(READER.encode() in users for users in await ports.store.everywhere("ACL", "USERS"))

    await until(is_there)
    await keeping.close()


async def test_without_a_password_there_is_none(ports: Ports) -> None:
    await ports.store.everywhere("ACL", "DELUSER", READER)
    silent = OpsReader(ports.store, None)
    await silent.open()
    await silent.close()
    assert READER.encode() not in await ports.store.command("ACL", "USERS")
