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
        b"GET /" + PLANTED + b"\r\n\r\n",
        b"GET http://" + PLANTED + b"/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://user:" + PLANTED + b"@x/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET " + PLANTED + b"://x/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT " + PLANTED + b":443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + PLANTED + b"\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n " + PLANTED + b"\r\n\r\n",
        b"GET / HTTP/1.1\nHost: " + PLANTED + b"\n\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: " + PLANTED + b"\r\n\r\n",
        b"GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(101)) + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x" + PLANTED + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n" + PLANTED,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /v1/greetings HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a/" + PLANTED + b"\r\n\r\n",
        b"GET /v1/greetings HTTP/1.1\r\nHost: a " + PLANTED + b"\r\n\r\n",
        b"GET /livez HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /livez#" + PLANTED + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer " + PLANTED + b"\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: x\r\nExpect: " + PLANTED + b"\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\nExpect: " + PLANTED + b"\r\n\r\n",
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


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.0\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_plain_enough_is_answered(runner: web.AppRunner, sent: bytes) -> None:
    head, answer = await _answer(runner, sent)
    assert head.split(b" ")[1] == b"200"
    assert answer == {"status": "alive"}


@pytest.mark.parametrize(
    "smuggled",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
        b"Content-Length: 0, 0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
async def test_a_body_whose_end_is_in_doubt_brings_no_second_request(runner: web.AppRunner, smuggled: bytes) -> None:
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    writer.write(b"POST /whoami HTTP/1.1\r\nHost: x\r\n" + smuggled + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    answered = await reader.read()
    writer.close()
    assert answered.split(b" ")[1] in (b"400", b"405")
    assert b"alive" not in answered


async def test_requests_that_come_before_the_answers_are_answered_in_order(runner: web.AppRunner) -> None:
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    paths = [b"/livez", b"/nowhere", b"/whoami"] * 50
    writer.write(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths))
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    statuses = [part[:3] for part in (await reader.read()).split(b"HTTP/1.1 ")[1:]]
    writer.close()
    assert statuses == [b"200", b"404", b"200"] * 50 + [b"200"]
