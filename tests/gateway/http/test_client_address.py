from ipaddress import ip_address, ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.client_address import ClientAddresses, forwarded_for, host_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
CLIENT = "203.0.113.7"
JUNK = st.text(max_size=20) | st.ip_addresses().map(str)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ([CLIENT], CLIENT),
        ([f"  {CLIENT}\t"], CLIENT),
        ([f"198.51.100.1, {CLIENT}"], CLIENT),
        ([f"{CLIENT}, 10.1.2.3, 10.4.5.6"], CLIENT),
        ([f"{CLIENT}, fd00::1"], CLIENT),
        (["198.51.100.1", CLIENT], CLIENT),
        ([CLIENT, "10.1.2.3"], CLIENT),
        (["2001:DB8:0::7"], "2001:db8::7"),
        ([f"invented, {CLIENT}"], CLIENT),
        ([], None),
        ([""], None),
        (["10.1.2.3, 10.4.5.6"], None),
        ([f"{CLIENT}, unknown"], None),
        ([f"{CLIENT}, "], None),
        ([f"{CLIENT}:443"], None),
        (["[2001:db8::7]"], None),
        ([f"{CLIENT}, 010.1.2.3"], None),
        ([f'for="{CLIENT}"'], None),
    ],
)
def test_behind_a_trusted_proxy_the_client_is_the_right_most_hop_that_is_none(
    headers: list[str], address: str | None
) -> None:
    assert forwarded_for("10.9.9.9", headers, PROXIES) == address


@given(st.ip_addresses().map(str) | st.text(max_size=20), st.lists(JUNK, max_size=4))
def test_what_anybody_else_forwards_says_nothing(peer: str, headers: list[str]) -> None:
    assert forwarded_for(peer, headers, ()) is None
    if not peer.startswith(("10.", "fd")):
        assert forwarded_for(peer, headers, PROXIES) is None


@given(st.lists(JUNK, max_size=4), st.lists(st.integers(0, 2**24 - 1), max_size=3))
def test_no_header_of_the_client_changes_what_the_proxies_saw(invented: list[str], proxies: list[int]) -> None:
    hops = [CLIENT, *(str(ip_network("10.0.0.0/8")[number]) for number in proxies)]
    assert forwarded_for("10.9.9.9", [*invented, ", ".join(hops)], PROXIES) == CLIENT


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_breaks_it(one: str, other: str) -> None:
    forwarded_for("10.9.9.9", [one, other], PROXIES)


@pytest.mark.parametrize(("trusted", "seen"), [((ip_network("127.0.0.0/8"),), CLIENT), (PROXIES, ""), ((), "")])
async def test_the_peer_of_the_connection_is_what_counts(trusted: tuple[object, ...], seen: str) -> None:
    addresses = ClientAddresses(trusted)  # type: ignore[arg-type]

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=addresses.of(request) or "")

    app = web.Application()
    app.router.add_get("/", show)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/", headers={"X-Forwarded-For": f"198.51.100.1, {CLIENT}"})
        assert await response.text() == seen


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
    ],
)
def test_a_host_is_one_however_many_addresses_its_network_gives_it(one: str, other: str, are_one: bool) -> None:
    assert (host_of(ip_address(one)) == host_of(ip_address(other))) == are_one
