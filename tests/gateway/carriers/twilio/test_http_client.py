"""The client under the SDK, and servers that are no carrier."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.carriers.twilio.http_client import PooledHttpClient

_CHUNK, _MOST = b" " * 100_000, 640


async def test_an_answer_without_an_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(status=201)
        await answer.prepare(request)
        while sent < _MOST:
            await answer.write(_CHUNK)
            sent += 1
        return answer

    app = web.Application()
    app.router.add_post("/", handler)
    client = PooledHttpClient(timeout_seconds=60)
    async with TestServer(app) as server:
        try:
            with pytest.raises(ValueError, match="too long"):
                await client.request("POST", str(server.make_url("/")))
        finally:
            await client.close()
    assert sent < _MOST
