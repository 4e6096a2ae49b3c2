"""Clients that are slow, silent or many on purpose, over sockets; and requests that came through all the same."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from demo.customer import until
from gateway.http import bodies, protocol
from gateway.http.connections import CONNECTIONS, LARGEST_HEAD
from gateway.http.limits import ConnectionLimits
from gateway.http.runner import Runner
from gateway.http.server import RUNNER_OPTIONS
from tests.gateway.http.demo_app import KEY, World, demo_app
from tests.gateway.http.lines import connected

GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
USUAL = ConnectionLimits()


@asynccontextmanager
async def served(world: World, limits: ConnectionLimits = USUAL) -> AsyncIterator[tuple[str, int]]:
    app = demo_app(world)
    app[CONNECTIONS].limits = limits
    runner = Runner(app, **RUNNER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        world.gate.set()
        await runner.cleanup()


def closed(registry: CollectorRegistry, reason: str) -> float | None:
    return registry.get_sample_value("bonin_http_connections_closed_total", {"reason": reason})


@pytest.mark.parametrize("sent", [GET, b"G", b"\r\n" * 10, GET + b"X-Y: "])
async def test_a_head_that_does_not_end_is_a_408(world: World, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    async with served(world) as address, connected(address) as client:
        client.send(sent)
        answer = await client.rest()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"type":"/problems/head-too-slow"' in answer
        (told,) = re.findall(rb"\r\nX-Request-Id: ([0-9a-f]{24})\r\n", answer)
        assert b'"instance":"/requests/%b"' % told in answer
        for name in (b"Date", b"Content-Security-Policy", b"X-Content-Type-Options", b"Content-Language"):
            assert answer.count(b"\r\n%b: " % name) == 1
        assert closed(world.registry, "slow_head") == 1


async def test_a_byte_now_and_then_does_not_put_the_end_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    async with served(world) as address, connected(address) as client:
        client.send(GET)

        async def drip() -> None:
            while True:
                client.send(b"X: y\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")
        dripping.cancel()


async def test_who_connects_and_says_nothing_is_closed_without_a_word(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    async with served(world) as address, connected(address) as client:
        assert await client.rest() == b""


async def test_the_second_head_on_a_connection_has_its_time_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(world) as address, connected(address) as client:
        for _ in range(3):
            client.send(GET + b"\r\n")
            assert (await client.answer()).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
        client.send(GET)
        assert (await client.rest()).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_may_rest_for_longer_than_a_head_may_take(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    async with served(world) as address, connected(address) as client:
        client.send(GET + b"\r\n")
        await client.answer()
        await asyncio.sleep(0.3)
        client.send(GET + b"\r\n")
        assert (await client.answer()).startswith(b"HTTP/1.1 200 ")


async def test_a_head_without_end_is_cut_before_its_time(world: World) -> None:
    async with served(world) as address, connected(address) as client:
        client.send(GET)
        for number in range(LARGEST_HEAD // 4000 + 1):
            client.send(b"X-%d: %s\r\n" % (number, b"y" * 4000))
        assert (await client.rest()).startswith(b"HTTP/1.1 400 ")
        assert closed(world.registry, "large_head") == 1


async def test_a_client_that_takes_nothing_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "READING_SECONDS", 0.2)
    async with served(world) as address:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, address)
            asking = asyncio.create_task(
                loop.sock_sendall(deaf, (GET.replace(b"livez", b"openapi.json") + b"\r\n") * 2000)
            )

            async def look() -> bool:
                return closed(world.registry, "slow_reader") == 1

            await until(look)
            asking.cancel()


async def test_slow_clients_take_no_room_from_who_sends_requests(world: World) -> None:
    async with served(world, ConnectionLimits(most=20, most_per_address=10)) as address:
        slow = [await asyncio.open_connection(*address) for _ in range(40)]
        for _, writer in slow:
            writer.write(GET)
        async with connected(address) as client:
            for _ in range(3):
                client.send(GET + b"\r\n")
                assert (await client.answer()).startswith(b"HTTP/1.1 200 ")
                slow += [await asyncio.open_connection(*address) for _ in range(10)]
        assert (world.registry.get_sample_value("bonin_http_connections") or 0) <= 10
        for _, writer in slow:
            writer.close()


async def test_when_all_are_being_served_one_more_is_a_503_and_nobody_is_cut_off(world: World) -> None:
    async with (
        served(world, ConnectionLimits(most=2, most_per_address=10)) as address,
        connected(address) as one,
        connected(address) as other,
    ):
        for client in (one, other):
            client.send(f"POST /v1/gate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())

        async def look() -> bool:
            return world.calls == 2

        await until(look)
        async with connected(address) as third:
            answer = await third.rest()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in answer
        assert b'"type":"/problems/too-many-connections"' in answer
        world.gate.set()
        for client in (one, other):
            assert (await client.answer()).startswith(b"HTTP/1.1 200 ")


async def test_a_body_that_trickles_has_no_more_time_than_any(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "_BODY_IS_CLOSE_SECONDS", 0.5)
    async with served(world) as address, connected(address) as client:
        client.send(GET + b"\r\n")
        await client.answer()
        client.send(f"POST /v1/gate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode())
        client.send(b"Content-Type: application/json\r\nContent-Length: 3000\r\n\r\n")

        async def drip() -> None:
            while True:
                client.send(b" ")
                await asyncio.sleep(0.02)

        answered, dripping = asyncio.create_task(client.rest()), asyncio.create_task(drip())
        await asyncio.wait([answered], timeout=10)
        dripping.cancel()
        assert answered.done()
        assert (await answered).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_does_not_come_makes_room(world: World) -> None:
    async with served(world, ConnectionLimits(most=1, most_per_address=1)) as address, connected(address) as slow:
        slow.send(
            f"POST /v1/trouble HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{".encode()
        )

        async def look() -> bool:
            async with connected(address) as client:
                client.send(GET + b"Connection: close\r\n\r\n")
                return (await client.rest()).startswith(b"HTTP/1.1 200 ")

        await until(look)
        assert await slow.rest() == b""
