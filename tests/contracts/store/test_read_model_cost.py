"""What a page costs, however much there is."""

from typing import Any

import pytest

from gateway.core.read_model import Filters
from gateway.store import keys, ops_keys
from gateway.store.read_model import RedisReadModel
from tests.contracts.store.servers import Ports


@pytest.fixture
def read_model(ports: Ports) -> RedisReadModel:
    return RedisReadModel(ports.store)


@pytest.mark.parametrize("filters", [Filters(), Filters(method="sms", state="pending")])
async def test_a_page_costs_as_many_commands_however_much_there_is(
    ports: Ports, read_model: RedisReadModel, filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    ask = type(ports.store)._ask

    def counting(store: Any, *words: Any) -> Any:
        asked.append(words)
        return ask(store, *words)

    async def cost(rows: int) -> int:
        for number in range(rows):
            at, name = number, f"ver_00{number:020}"
            for index in ("all", "method:sms", "state:pending"):
                await ports.store.command("ZADD", ops_keys.index(keys.shard_in(name), index), at, name)
        monkeypatch.setattr(type(ports.store), "_ask", counting)
        asked.clear()
        assert len((await read_model.find(filters, 5)).ids) == 5
        monkeypatch.undo()
        return len(asked)

    assert await cost(1_000) <= await cost(100)
