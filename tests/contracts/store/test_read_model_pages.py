"""Rows that are looked for page by page: each is shown once, the latest first, whatever comes meanwhile."""

from typing import Any

import pytest

from gateway.core.read_model import Filters
from gateway.store import keys, ops_keys
from gateway.store import read_model as read_model_module
from gateway.store.connection import Store
from gateway.store.read_model import RedisReadModel
from gateway.store.wire import Argument
from tests.contracts.store.servers import Ports

PENDING_TEXTS = Filters(method="sms", state="pending")


@pytest.fixture
def read_model(ports: Ports) -> RedisReadModel:
    return RedisReadModel(ports.store)


@pytest.mark.parametrize("filters", [Filters(), PENDING_TEXTS])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_show_every_row_once_the_latest_first(
    ports: Ports, read_model: RedisReadModel, filters: Filters, size: int
) -> None:
    """Rows of all shards, several in one millisecond."""
    rows = [
        (1_000 + number // 3, f"ver_{'0123456789abcdefghjkmnpqrstvwxyz'[number % 32]:>02}{number:020}")
        for number in range(40)
    ]
    for at, name in rows:
        for index in ("all", "method:sms", "state:pending"):
            await ports.store.command("ZADD", ops_keys.index(keys.shard_in(name), index), at, name)
    seen: list[str] = []
    older = None
    while True:
        page = await read_model.find(filters, size, older)
        assert len(page.ids) <= size
        seen += page.ids
        older = page.older
        if older is None:
            break
    assert seen == [name for _, name in sorted(rows, reverse=True)]


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_few_rows_that_match_are_all_shown_though_no_page_looks_at_all(
    ports: Ports, read_model: RedisReadModel, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Many are pending, more are texts, and a few are both; of several shards in one millisecond."""
    monkeypatch.setattr(read_model_module, "_ROUNDS", 2)
    matching = []
    for number in range(60):
        name = f"ver_{'0123456789abcdefghjkmnpqrstvwxyz'[number % 3]:>02}{number:020}"
        words = (1_000 + number // 2, name)
        await ports.store.command("ZADD", ops_keys.index(keys.shard_in(name), "state:pending"), *words)
        if number % 4 == 0:
            await ports.store.command("ZADD", ops_keys.index(keys.shard_in(name), "method:sms"), *words)
            matching.append(words)
        fillers = (word for filler in range(3) for word in (1, f"{name}-{filler}"))
        await ports.store.command("ZADD", ops_keys.index(keys.shard_in(name), "method:sms"), *fillers)
    seen: list[str] = []
    page = await read_model.find(PENDING_TEXTS, size)
    for _ in range(200):
        seen += page.ids
        if page.older is None:
            break
        page = await read_model.find(PENDING_TEXTS, size, page.older)
    assert seen == [name for _, name in sorted(matching, reverse=True)]


async def noted(store: Store, name: str, at: int, *states: str) -> None:
    for index in ("method:sms", *(f"state:{state}" for state in states)):
        await store.command("ZADD", ops_keys.index(keys.shard_in(name), index), at, name)


async def test_a_row_is_shown_once_though_newer_ones_come_while_it_is_looked_for(
    ports: Ports, read_model: RedisReadModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest text is not pending, so that one look is not enough for the page."""
    newest, *pending = [f"ver_{number:022}" for number in range(3)]
    await noted(ports.store, newest, 1_003)
    for number, name in enumerate(pending):
        await noted(ports.store, name, 1_002 - number, "pending")
    for number in range(3, 6):
        await ports.store.command("ZADD", ops_keys.index(0, "state:pending"), 1, f"ver_{number:022}")
    ask = ports.store.all

    async def ask_and_be_overtaken(*commands: tuple[Argument, ...]) -> Any:
        answers = await ask(*commands)
        if commands[0][0] == "ZREVRANGEBYSCORE":
            await noted(ports.store, "ver_00" + "z" * 20, 1_004)
        return answers

    monkeypatch.setattr(ports.store, "all", ask_and_be_overtaken)
    assert (await read_model.find(PENDING_TEXTS, 2)).ids == pending
