"""The client of the benchmarks, against real HTTP."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bench.load import closed_loop, connections, open_loop, post


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), status=201 if "Authorization" in request.headers else 401)

    app = web.Application()
    app.router.add_post("/", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


async def test_every_request_is_answered_once(port: int) -> None:
    requests = [post("/", f"{number}".encode(), "key") for number in range(50)]
    async with connections(port, 4) as over:
        answers = await closed_loop(over, requests, keep_bodies=True)
    assert sorted(map(int, answers.bodies)) == list(range(50))
    assert answers.statuses == {201: 50}
    assert len(answers.milliseconds) == 50


async def test_a_refusal_is_no_figure(port: int) -> None:
    async with connections(port, 1) as over:
        answers = await closed_loop(over, [post("/", b"x")])
    with pytest.raises(RuntimeError, match="401"):
        answers.must_be(201)


async def test_latency_counts_from_when_a_request_was_due(port: int) -> None:
    """All are due at once and share one connection: the last waits for all before it."""
    async with connections(port, 1) as over:
        answers = await open_loop(over, [post("/", b"x" * 1000, "key")] * 40, per_second=1e9)
    assert answers.percentile(0) < answers.percentile(100)
    assert sorted(answers.milliseconds) == answers.milliseconds
