"""A caller that gave up waiting leaves its place to the next."""

import asyncio
from pathlib import Path

import pytest

from demo.api import Api, ApiError
from demo.customer import Customer, until
from gateway.store import changes
from tests.conftest import demo_on_free_ports


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
    ):
        customer = Customer(api, carrier)
        await customer.register()
        path = f"/v1/verifications/{(await customer.open('branch_otp'))['id']}?wait=30"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {demo.secrets.api_key}\r\n\r\n"
        reader, left = await asyncio.open_connection(*demo.base_url.removeprefix("http://").split(":"))
        left.write(head.encode())

        async def is_full() -> bool:
            try:
                await api.call("GET", path.replace("30", "1"))
            except ApiError as refused:
                return refused.status == 429
            return False

        await until(is_full)
        if only_sends_no_more:
            left.write_eof()
            async with asyncio.timeout(20):
                assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        left.close()

        async def has_room() -> bool:
            return not await is_full()

        await until(has_room, 20)  # it would leave by itself after 30
