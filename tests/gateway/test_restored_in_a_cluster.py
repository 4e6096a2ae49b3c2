"""`bonin restored` at a cluster: every node has the data of its copy, or one is missing."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.core.operations import Operation
from gateway.store import keys
from gateway.store.layout import enter_layout
from gateway.store.restoring import kind_to_forget
from tests import builders
from tests.conftest import a_store
from tests.contracts.store.servers import Ports
from tests.gateway.installations import needed_settings
from tests.gateway.store.valkey_clusters import ClusterNode, ClusterNodes, a_cluster

CUSTOMERS = {keys.shard_of(f"customer-{number}"): f"customer-{number}" for number in range(500)}
"""One in each shard."""
RESTORED = ["restored", "--by", "lee", "--reason", "disks of yesterday"]

pytestmark = pytest.mark.usefixtures("log_as_before")


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClusterNodes]:
    """In the settings of a gateway."""
    with a_cluster(tmp_path / "nodes") as nodes:
        given = {**needed_settings(tmp_path), "redis_url": nodes.url, "log_level": "error"}
        for name, value in given.items():
            monkeypatch.setenv(f"BONIN_{name.upper()}", value)
        yield nodes


def with_ports(nodes: ClusterNodes, do: Callable[[Ports], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with a_store(nodes.url) as store:
            await enter_layout(store)
            return await do(Ports.over(store))

    return asyncio.run(run())


async def with_a_password_each(ports: Ports) -> list[str]:
    """The ids of the passwords."""
    issued = []
    for customer_id in CUSTOMERS.values():
        await ports.customers.put(replace(builders.individual(), customer_id=customer_id))
        password_id = keys.new_branch_password_id(customer_id)
        digest = builders.vault().branch_digests(customer_id, Operation.ISSUE, builders.CODE)[0]
        await ports.branch_passwords.issue(password_id, customer_id, Operation.ISSUE, digest, "여의도", "박지점", 600)
        issued.append(password_id)
    return issued


def kinds_at(node: ClusterNode) -> set[str]:
    return {keys.kind_and_rest(key.decode())[0] for key in node.say("KEYS", "bonin:{*")}


def revived_at(node: ClusterNode) -> list[bytes]:
    return [key for key in node.say("KEYS", "*") if kind_to_forget(key.decode())]


def copied(nodes: ClusterNodes, *, back: bool = False) -> None:
    """The data of each primary, aside or into its place."""
    for node in nodes.primaries:
        data, copy = node.server.directory / "appendonlydir", node.server.directory / "copy"
        source, target = (copy, data) if back else (data, copy)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)


def test_what_was_revoked_since_the_copy_is_good_again_on_no_node(
    nodes: ClusterNodes, capsys: pytest.CaptureFixture[str]
) -> None:
    issued = with_ports(nodes, with_a_password_each)
    nodes.restart(lambda: copied(nodes))

    async def revoke(ports: Ports) -> None:
        for password_id in issued:
            assert await ports.branch_passwords.revoke(password_id, "박지점")

    async def statuses(ports: Ports) -> set[str | None]:
        found = [await ports.branch_passwords.read(password_id) for password_id in issued]
        return {None if password is None else password.status for password in found}

    with_ports(nodes, revoke)
    nodes.restart(lambda: copied(nodes, back=True))
    assert with_ports(nodes, statuses) == {"active"}, "that is what a copy brings back"
    assert main(RESTORED) == 0
    assert with_ports(nodes, statuses) == {None}
    assert capsys.readouterr().out.splitlines() == [f"branch passwords  {len(CUSTOMERS)}"]
    for node in nodes.primaries:
        assert revived_at(node) == []
        assert {"customer", "audit"} <= kinds_at(node)


def test_a_node_that_is_away_is_not_passed_over(nodes: ClusterNodes, capsys: pytest.CaptureFixture[str]) -> None:
    with_ports(nodes, with_a_password_each)
    away = nodes.primaries[2]
    away.server.kill()
    assert main(RESTORED) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "The store cannot be used" in said.err
    nodes.restart(lambda: None)
    assert main(RESTORED) == 0
    assert [revived_at(node) for node in nodes.primaries] == [[], [], []]


def test_nor_is_a_part_of_the_keys_that_nobody_has_for_now(
    nodes: ClusterNodes, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a node held that the others have forgotten comes back with it."""
    with_ports(nodes, with_a_password_each)
    lost = next(place for place, node in enumerate(nodes.primaries) if node is not nodes.owner(0))
    gone = nodes.primaries[lost], nodes.replicas[lost]
    for node in gone:
        node.server.kill()
    for node in {*nodes.primaries, *nodes.replicas} - {*gone}:
        for one in gone:
            node.say("CLUSTER", "FORGET", one.node_id)
    assert main(RESTORED) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "has no primary" in said.err
