"""Bytes that are not HTTP are answered like any other mistake."""

import asyncio

import orjson
import pytest
from aiohttp import web
from structlog.testing import capture_logs

PLANTED = b"p1anted"


async def _answer(runner: web.AppRunner, sent: bytes) -> tuple[bytes, dict[str, object]]:
    """The head of the answer, and the problem in it."""
    host, port = runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return head, orjson.loads(body)


@pytest.mark.parametrize(
    "sent",
    [
        PLANTED + b"\r\n\r\n",
        b"GET /" + "한글".encode() + PLANTED + b" HTTP/1.1\r\n\r\n",
        b"GET /a " + PLANTED + b" HTTP/1.1\r\n\r\n",
        b"GET /" + PLANTED * 1000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nAuthorization: Bearer " + PLANTED + b"\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + PLANTED * 2000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + PLANTED + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_problem_that_repeats_nothing(runner: web.AppRunner, sent: bytes) -> None:
    with capture_logs() as logs:
        head, problem = await _answer(runner, sent)
    assert problem["status"] == 400
    assert problem["type"] == "/problems/bad-request"
    assert b"application/problem+json" in head
    assert b"aiohttp" not in head
    assert PLANTED not in head + orjson.dumps(problem) + repr(logs).encode()
    assert [log["log_level"] for log in logs] == ["info"]
