"""A page costs as many trips to the store however much it shows: an open one is fetched at every change."""

import asyncio
import secrets
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyotp
import pytest
from structlog.contextvars import get_contextvars

from demo.api import Api
from demo.customer import Customer, new_number
from demo.running import Demo
from gateway.core.outbox import Cargo
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests.conftest import a_store
from tests.e2e.ops.operator import Operator, seen

_MORE = 12
"""So many customers, requests and dead letters are added, each in some shard, and contacts of one customer."""
_SPLIT = 3
"""A long answer may come in pieces, and what is asked next then leaves in as many."""
_LOOKS = 5


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """By the id of a request the ticks of the event loop in which the store was asked for it."""
    trips, tick, ask = defaultdict[str, set[int]](set), 0, Store._ask

    def end_tick() -> None:
        nonlocal tick
        tick += 1

    def noted(store: Store, *words: Any) -> Any:
        trips[get_contextvars().get("request_id", "")].add(tick)
        asyncio.get_running_loop().call_soon(end_tick)
        return ask(store, *words)

    monkeypatch.setattr(Store, "_ask", noted)
    return trips


async def _add_customers(api: Api, carrier: Api, data: Path, count: int) -> Customer:
    """Each with an open verification, a request that waits and a dead letter; the last of them."""
    for _ in range(count):
        customer = Customer(api, carrier)
        await customer.register()
        await customer.open("sms")
        asked = {"number": new_number(), "reason": "lost"}
        await customer.ask_centre(f"/contacts/{customer.contact_id}/change", asked)
        async with a_store(EmbeddedStore(data).url) as store:
            words = f"cargo {Cargo.VERIFICATION} subject x delivery 1 reason gone at 1 tries 3 asked 1".split()
            letters = keys.dead_letters(keys.shard_of(customer.customer_id))
            await store.command("XADD", letters, "*", "customer", customer.customer_id, *words)
    return customer


async def test_no_page_costs_more_trips_for_showing_more(
    demo: Demo, api: Api, carrier: Api, tmp_path: Path, trips: dict[str, set[int]]
) -> None:
    data = tmp_path / "demo" / "data"
    customer = await _add_customers(api, carrier, data, 1)
    pages = [f"/ops/{page}" for page in ("approvals", "dead-letters", "verifications", "alarms", "customers", "audit")]
    pages += ["/ops", "/ops/carriers", "/ops/verifications?state=pending&method=sms"]
    pages.append(f"/ops/customers/{customer.customer_id}")

    async with Operator(demo.base_url) as operator:
        code = pyotp.TOTP(demo.secrets.operator_totp).now()
        await operator.post("/ops/sign-in", {"key": demo.secrets.operator_key, "code": code})

        async def cost(page: str) -> int:
            found = []
            for _ in range(_LOOKS):
                request_id = secrets.token_hex(10)
                assert (await operator.get(page, {"X-Request-Id": request_id})).status == 200
                found.append(len(trips[request_id]))
            return min(found)

        await seen(operator, "/ops/verifications", f"{customer.customer_id}<")
        before = {page: await cost(page) for page in pages}
        last = await _add_customers(api, carrier, data, _MORE)
        for _ in range(_MORE):
            await customer.add_contact(new_number())
        await seen(operator, "/ops/verifications", f"{last.customer_id}<")
        grown = {page: more for page in pages if (more := await cost(page) - before[page]) > _SPLIT}
    assert grown == {}
    assert min(before.values()) > 0
