"""A caller that gave up waiting leaves its place to the next."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from yarl import URL

from demo.api import Api, ApiError
from demo.customer import Customer, until
from gateway.store import changes, keys
from gateway.store.embedded import EmbeddedStore
from tests.conftest import a_store, demo_on_free_ports
from tests.gateway.http.lines import connected


@pytest.mark.parametrize("only_sends_no_more", [False, True])
async def test_a_long_poll_whose_caller_left_takes_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only_sends_no_more: bool
) -> None:
    """Who sends no more cannot be told from who left, and may still read what is so by then."""
    monkeypatch.setenv("BONIN_FOLLOWERS", "1")
    monkeypatch.setattr(changes, "_LONGEST_SILENCE", 0.2)
    async with (
        demo_on_free_ports(tmp_path / "demo") as demo,
        Api(demo.base_url, demo.secrets.api_key) as api,
        Api(demo.carrier_url) as carrier,
        AsyncExitStack() as stack,
    ):
        customer = Customer(api, carrier)
        await customer.register()
        one = (await customer.open("branch_otp"))["id"]
        path = f"/v1/verifications/{one}?wait"
        store = await stack.enter_async_context(a_store(EmbeddedStore(tmp_path / "demo" / "data").url))
        left = await stack.enter_async_context(connected(("127.0.0.1", URL(demo.base_url).port or 0)))
        left.send(f"GET {path}=30 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {demo.secrets.api_key}\r\n\r\n".encode())

        async def is_waiting() -> bool:
            _, waiting = await store.command("PUBSUB", "SHARDNUMSUB", keys.verification(one))
            return bool(waiting)

        async def has_room() -> bool:
            try:
                await api.call("GET", f"{path}=1")
            except ApiError as refused:
                return refused.status != 429
            return True

        await until(is_waiting)  # before anybody else asks, who would take the place
        assert not await has_room()
        if only_sends_no_more:
            left.send_no_more()
            assert (await left.until(b"\r\n")).startswith(b"HTTP/1.1 200")
        await left.close()
        await until(has_room, 20)  # it would leave by itself after 30
