"""Bytes that are not HTTP are answered like any other mistake."""

import asyncio
import re
import socket

import orjson
import pytest
from structlog.testing import capture_logs

from gateway.core.problems import Problem
from gateway.http.server import RUNNER_OPTIONS
from tests.gateway.http.demo_app import KEY, World
from tests.gateway.http.lines import all_answers, connected, until_read

PLANTED = b"p1anted"


async def _answer(address: tuple[str, int], sent: bytes) -> tuple[bytes, dict[str, object]]:
    """The head of the answer, and the problem in it."""
    head, _, body = (await all_answers(address, sent)).partition(b"\r\n\r\n")
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
        b"GET http://x//" + PLANTED + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://x#/" + PLANTED + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http:///" + PLANTED + b" HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET ftp://x/" + PLANTED + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://x/" + PLANTED + b" HTTP/1.0\r\n\r\n",
        b"GET http://user:" + PLANTED + b"@x/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET " + PLANTED + b"://x/livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT " + PLANTED + b":443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT /" + PLANTED + b" HTTP/1.1\r\nHost: x\r\n\r\n",
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
async def test_what_is_not_http_is_a_problem_that_repeats_nothing(address: tuple[str, int], sent: bytes) -> None:
    with capture_logs() as logs:
        head, problem = await _answer(address, sent)
    assert problem["status"] == 400
    assert problem["type"] == "/problems/bad-request"
    assert b"application/problem+json" in head
    assert b"aiohttp" not in head
    assert PLANTED not in head + orjson.dumps(problem) + repr(logs).encode()
    assert [log["log_level"] for log in logs] == ["info"]


def test_what_is_not_http_is_told_the_limits_that_are_in_force() -> None:
    limits = [RUNNER_OPTIONS[name] for name in ("max_line_size", "max_headers", "max_field_size")]
    for detail in (Problem.BAD_REQUEST.value.detail_ko, Problem.BAD_REQUEST.value.detail_en):
        assert [int(number) for number in re.findall("[0-9]{3,}", detail)] == limits


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.0\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n",
        b"GET http://x/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET HTTPS://Bonin.example:8443/livez HTTP/1.1\r\nHost: bonin.EXAMPLE:8443\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_plain_enough_is_answered(address: tuple[str, int], sent: bytes) -> None:
    head, answer = await _answer(address, sent)
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
async def test_a_body_whose_end_is_in_doubt_brings_no_second_request(address: tuple[str, int], smuggled: bytes) -> None:
    first, second = b"POST /whoami HTTP/1.1\r\nHost: x\r\n" + smuggled, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    answered = await all_answers(address, first + second)
    assert answered.split(b" ")[1] in (b"400", b"405")
    assert b"alive" not in answered


async def test_a_target_that_names_the_host_is_the_path_with_its_query(address: tuple[str, int]) -> None:
    answers = []
    for target in (
        b"/v1/greetings?wait=x&%25",
        b"http://x/v1/greetings?wait=x&%25",
        b"/v1/%67reetings",
        b"http://x/v1/%67reetings",
    ):
        answered = await all_answers(
            address, b"GET " + target + b" HTTP/1.1\r\nConnection: close\r\n" + KNOWN + b"\r\n"
        )
        answers.append(re.sub(rb"Date: [^\r]*|[0-9a-f]{24}", b"", answered))
    assert answers[0] == answers[1] != answers[2] == answers[3]


async def test_requests_that_come_before_the_answers_are_answered_in_order(address: tuple[str, int]) -> None:
    paths = [b"/livez", b"/nowhere", b"/whoami"] * 50
    asked = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths)
    answered = await all_answers(address, asked + b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    statuses = [part[:3] for part in answered.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200"] * 50 + [b"200"]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"anything"])
@pytest.mark.parametrize("first", [b"GET /livez", b"GET /v1/greetings", b"POST /whoami"])
async def test_what_comes_with_a_wish_for_another_protocol_is_told_to_be_sent_again(
    address: tuple[str, int], protocol: bytes, first: bytes
) -> None:
    wish = b"Host: x\r\nConnection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
    async with connected(address) as line:
        line.send(first + b" HTTP/1.1\r\n" + wish + b"POST /whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 32\r\n\r\n")
        answered = await line.until(b"\r\n\r\n")
        line.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answered += await line.rest()
    assert answered.count(b"HTTP/1.1 ") == answered.count(b"\r\nConnection: close\r\n") == 1


KNOWN = b"Host: x\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", [b"200"]),
        (b"GET /livez HTTP/1.0\r\n\r\n", [b"200"]),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", [b"404"]),
        (b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [b"405"]),
        (b"GET /v1/greetings HTTP/1.1\r\n" + KNOWN + b"\r\n", [b"200"]),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 3, [b"200"] * 3),
        (b"GET /v1/greetings HTTP/1.1\r\n" + KNOWN + b"\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", [b"200", b"404"]),
        (b"not HTTP\r\n\r\n", [b"400"]),
        (b"GET /v1/greetings HTTP/1.1\r\n" + KNOWN, []),
        (b"POST /v1/gate HTTP/1.1\r\n" + KNOWN + b"Content-Length: 5\r\n\r\nabc", []),
        (b"", []),
    ],
)
async def test_who_sends_no_more_is_answered_where_the_request_is_whole(
    address: tuple[str, int], sent: bytes, answers: list[bytes]
) -> None:
    async with connected(address) as line:
        line.send(sent)
        line.send_no_more()
        assert re.findall(rb"HTTP/1\.[01] (\d{3})", await line.rest()) == answers


async def test_an_answer_that_takes_its_time_reaches_who_sends_no_more(address: tuple[str, int], world: World) -> None:
    async with connected(address) as line:
        line.send(b"POST /v1/gate HTTP/1.1\r\n" + KNOWN + b"Content-Length: 0\r\n\r\n")
        line.send_no_more()
        await world.arrived.wait()
        world.gate.set()
        assert (await line.rest()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("target", [b"/v1/gate", b"/livez"])
async def test_who_leaves_instead_of_sending_the_body_that_was_held_back_is_no_error(
    address: tuple[str, int], target: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        for _ in range(20):
            with socket.create_connection(address) as client:
                client.sendall(b"POST " + target + b" HTTP/1.1\r\n" + KNOWN)
                client.sendall(b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        await until_read(address)
    assert [log for log in logs if log["log_level"] == "error"] == []
    assert caplog.records == []


async def test_what_was_sent_before_an_answer_is_answered_after_it_where_no_more_is_sent(
    address: tuple[str, int], world: World
) -> None:
    async with connected(address) as line:
        line.send(b"POST /v1/gate HTTP/1.1\r\n" + KNOWN + b"\r\n")
        await world.arrived.wait()
        line.send(b"GET /v1/greetings HTTP/1.1\r\n" + KNOWN + b"\r\n")
        line.send_no_more()
        world.gate.set()
        assert re.findall(rb"HTTP/1\.1 (\d{3})", await line.rest()) == [b"200", b"200"]


async def test_a_stream_ends_when_its_reader_sends_no_more(address: tuple[str, int], world: World) -> None:
    async with connected(address) as line:
        line.send(b"GET /v1/events HTTP/1.1\r\n" + KNOWN + b"\r\n")
        await world.arrived.wait()
        line.send_no_more()
        async with asyncio.timeout(20):
            await world.listeners_left.wait()
        assert b'"count":1' in await line.rest()
