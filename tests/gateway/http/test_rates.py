"""So often and no more: of a key, of an address without one, and of those who wait for news."""

from ipaddress import ip_network

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from gateway.core.callers import Caller
from gateway.core.errors import Refusal
from gateway.http import rates
from gateway.http.client_address import ClientAddresses
from gateway.http.limits import RateLimits
from gateway.http.rates import Rates, TokenBuckets
from gateway.http.runner import Runner
from gateway.http.server import RUNNER_OPTIONS
from tests.gateway.http.demo_app import KEY, NARROW_KEY, World, demo_app


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    clock = Clock()
    buckets = TokenBuckets(rate=4, burst=3, clock=clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == 0.25
    clock.now += 0.25
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0
    clock.now += 60
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.25]


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("abc")), max_size=200),
    st.integers(1, 50),
    st.integers(1, 50),
)
def test_no_bucket_ever_gives_more_than_its_burst_and_what_ran_in(
    asked: list[tuple[int, str]], rate: int, burst: int
) -> None:
    clock = Clock()
    began, buckets = clock.now, TokenBuckets(rate, burst, clock)
    given_to = dict.fromkeys("abc", 0)
    for pause, name in asked:
        clock.now += pause / 1000
        wait = buckets.take(name)
        given_to[name] += wait == 0
        assert given_to[name] <= burst + (clock.now - began) * rate + 1e-6
        if wait:
            clock.now += wait + 1e-9
            assert buckets.take(name) == 0
            given_to[name] += 1


def test_names_without_end_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_MOST_KEPT", 100)
    clock = Clock()
    buckets = TokenBuckets(rate=1, burst=5, clock=clock)
    for number in range(1000):
        buckets.take(str(number))
        assert len(buckets._full_at) <= 100
    clock.now += 60
    for number in range(101):
        buckets.take(f"later {number}")
    assert len(buckets._full_at) <= 100


def test_who_came_first_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_MOST_KEPT", 100)
    buckets = TokenBuckets(rate=1, burst=1, clock=Clock())
    for number in range(101):
        buckets.take(str(number))
    assert [buckets.take(name) > 0 for name in ("99", "100", "0")] == [True, True, False]


@pytest.fixture
def world() -> World:
    return World(rate_limits=RateLimits(key_rate=1, key_burst=3, address_failures=2, followers=1))


async def _statuses(client: ClientSession, key: str, count: int) -> list[int]:
    statuses = []
    for _ in range(count):
        async with client.get("/v1/greetings", headers={"Authorization": f"Bearer {key}"}) as answer:
            statuses.append(answer.status)
    return statuses


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(client: ClientSession) -> None:
    assert await _statuses(client, KEY, 3) == [200] * 3
    async with client.get("/v1/greetings") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        problem = await answer.json(content_type=None)
        assert (problem["type"], problem["retry_after"]) == ("/problems/too-many-requests", 1)
    assert await _statuses(client, NARROW_KEY, 1) == [403]


async def test_an_address_that_has_no_key_is_not_asked_for_one_for_ever(client: ClientSession) -> None:
    assert await _statuses(client, "nobody's", 3) == [401, 401, 429]
    assert await _statuses(client, KEY, 1) == [200]


async def test_who_has_a_network_of_addresses_counts_as_one_address() -> None:
    counted = Rates(CollectorRegistry(), RateLimits(address_failures=2), ClientAddresses([ip_network("127.0.0.0/8")]))
    refused = []

    async def fail(request: web.Request) -> web.Response:
        try:
            counted.take_failure(request)
        except Refusal as refusal:
            refused.append(refusal.values["cap"])
        return web.Response()

    app = web.Application()
    app.router.add_get("/", fail)
    async with TestClient(TestServer(app)) as client:
        for last in range(1, 6):
            await client.get("/", headers={"X-Forwarded-For": f"2001:db8:1:2::{last}"})
        await client.get("/", headers={"X-Forwarded-For": "2001:db8:1:3::1"})
    assert refused == ["address"] * 3


async def test_limits_that_are_turned_off_refuse_nobody() -> None:
    world = World(rate_limits=RateLimits(key_rate=0, address_failures=0, followers=0))
    runner = Runner(demo_app(world), **RUNNER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession("http://{}:{}".format(*runner.addresses[0][:2])) as client:
        assert set(await _statuses(client, KEY, 50)) == {200}
        assert set(await _statuses(client, "nobody's", 50)) == {401}
    await runner.cleanup()


def test_so_many_of_a_key_may_wait_and_who_ends_makes_room() -> None:
    registry = CollectorRegistry()
    waiting = Rates(registry, RateLimits(followers=2), ClientAddresses())
    kim, lee = Caller("c", "kim", frozenset(), "one"), Caller("c", "kim", frozenset(), "two")
    with waiting.following(kim), waiting.following(kim), waiting.following(lee):
        with pytest.raises(Refusal) as refused, waiting.following(kim):
            pass
        assert (refused.value.problem.value.status, refused.value.values["cap"]) == (429, "followers")
    with waiting.following(kim):
        pass
    assert registry.get_sample_value("bonin_rate_limited_total", {"limit": "followers"}) == 1
