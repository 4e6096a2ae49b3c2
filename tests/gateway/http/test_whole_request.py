"""A request that comes in one read is answered as the same request that comes in pieces, which aiohttp reads."""

import asyncio
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.http import protocol
from gateway.http.whole_request import LARGEST, Unfinished, WholeRequest, whole_request
from tests.gateway.http.demo_app import KEY, World
from tests.gateway.http.lines import connected, until_read

HEAD = f"POST /v1/trouble HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"


class Nowhere(asyncio.Transport):
    """Where nothing is sent."""


def takes_the_long_way(data: bytes) -> bool:
    return whole_request(data, Nowhere()) is None


def posted(body: bytes, *lines: str) -> bytes:
    head = "".join(f"{line}\r\n" for line in lines)
    return f"{HEAD}{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_plain_request_is_read_to_its_last_byte() -> None:
    request = whole_request(posted(b'{"how": "refuse"}', "X-Request-Id: 0123456789abcdef"), Nowhere())
    assert isinstance(request, WholeRequest)
    assert (request.method, request.raw_path, request.body) == ("POST", "/v1/trouble", b'{"how": "refuse"}')
    assert request.headers["x-request-id"] == "0123456789abcdef"
    assert request.headers.getall("Content-Type") == ["application/json"]


def test_a_query_is_read_as_aiohttp_reads_it() -> None:
    request = whole_request(b"GET /v1/greetings?wait=1&wait=2&empty= HTTP/1.1\r\nHost: x\r\n\r\n", Nowhere())
    assert isinstance(request, WholeRequest)
    assert list(request.query.items()) == [("wait", "1"), ("wait", "2"), ("empty", "")]


@pytest.mark.parametrize("lines", [("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"), ("Connection: upgrade",)])
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_wish_for_another_protocol_is_not_out_of_the_ordinary(lines: tuple[str, ...], body: bytes) -> None:
    request = whole_request(posted(body, *lines), Nowhere())
    assert isinstance(request, WholeRequest)
    assert request.body == body
    assert takes_the_long_way(posted(body, *lines) + b"G")


def test_a_body_is_waited_for_behind_a_wish_for_another_protocol() -> None:
    asked = posted(b"{}", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")
    assert [whole_request(asked[:-missing], Nowhere()) for missing in (1, 2)] == [Unfinished.BODY] * 2
    assert takes_the_long_way(asked[:-3])


@pytest.mark.parametrize("missing", [1, 2])
def test_a_body_that_is_still_to_come_is_told_from_what_takes_the_long_way(missing: int) -> None:
    assert whole_request(posted(b"{}")[:-missing], Nowhere()) is Unfinished.BODY
    assert takes_the_long_way(posted(b"{}", "Expect: 100-continue")[:-missing])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        posted(b"{}")[:-3],
        posted(b"{}") + b"G",
        posted(b"{}") * 2,
        posted(b" " * LARGEST),
        posted(b"{}", "Expect: 100-continue"),
        posted(b"{}", "Content-Encoding: identity"),
        posted(b"{}", "Connection: close"),
        posted(b"{}", "Connection: Upgrade, close", "Upgrade: websocket"),
        posted(b"{}", "Host: y"),
        posted(b"{}").replace(b"Host: x\r\n", b""),
        posted(b"{}").replace(b"Host: x", b"Host: a b"),
        posted(b"{}", "authorization: Bearer another"),
        posted(b"{}", "X-Name: 김하나"),
        posted(b"{}", "X-Folded: a\r\n b"),
        posted(b"{}", *(f"X-{number}: y" for number in range(50))),
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
        b"GET /v1/greetings HTTP/1.0\r\nHost: x\r\n\r\n",
        b"GET http://x/v1/greetings HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/%67reetings HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/greetings?wait=%31 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/greetings#here HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW /v1/greetings HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/greetings HTTP/1.1\nHost: x\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_unfinished_or_followed_by_more_or_out_of_the_ordinary_takes_the_long_way(data: bytes) -> None:
    assert takes_the_long_way(data)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_left_alone(data: bytes) -> None:
    takes_the_long_way(data)
    takes_the_long_way(posted(b"{}") + data)
    takes_the_long_way(data + posted(b"{}"))


PATHS = (
    "/v1/trouble", "/v1/greetings", "/v1/greetings?wait=1", "/v1/greetings?wait=x", "/v1/greetings?wait=1&wait=2",
    "/v1/customers/c-1", "/v1/customers/c-1/greetings", "/v1/customers/c!1/greetings", "/whoami", "/whoami?",
    "/v1/nothing", "/v1//trouble", "//v1/trouble", "/v1/trouble/", "/livez", "/v1/../v1/greetings",
)  # fmt: skip
BODIES = (
    b"", b"{}", b'{"how":"refuse"}', b'{"how":"store"}', b'{"how":"locked"}', b'{"how":1}', b'{"name":"kim"}', b"[]",
    b'{"name":"kim","name":"lee"}', b"{", b"\xff", b'{"name":"\xea\xb9\x80"}', b"[" * 3000,
)  # fmt: skip
LINES = st.sampled_from(
    (
        f"Authorization: Bearer {KEY}", f"Authorization: bearer  {KEY} ", "Authorization: Bearer wrong",
        "authorization:",
        "Content-Type: application/json", "Content-Type: application/json; charset=UTF-8", "Content-Type: text/plain",
        "Content-Type: ;]?;é*", 'Content-Type: application/json;charset="utf-8"', "Accept-Language: en",
        "Accept-Language: ko;q=0.1,en", "X-Request-Id: 0123456789abcdef  ", "X-Request-Id: 010-1234-5678",
        "Idempotency-Key: ", "Idempotency-Key: a b", "Connection: keep-alive", "Connection: close", "Content-Length: 0",
        "Upgrade: h2c",
        "Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Encoding: identity",
        "Host: y", "X: \x01", "X : y", "X-Forwarded-For: 192.0.2.1", "traceparent: 00-0-0-00", "X: a\r\n b", "X",
    )
)  # fmt: skip
REQUESTS = st.builds(
    lambda method, path, lines, body, counted: b"".join(
        [
            f"{method} {path} HTTP/1.1\r\nHost: x\r\n".encode(),
            *(f"{line}\r\n".encode() for line in lines),
            f"Content-Length: {len(body)}\r\n\r\n".encode() if counted else b"\r\n",
            body if counted else b"",
        ]
    ),
    st.sampled_from(("POST", "GET", "HEAD", "DELETE", "PUT", "OPTIONS", "BREW")),
    st.sampled_from(PATHS),
    st.lists(LINES, max_size=5),
    st.sampled_from(BODIES),
    st.booleans(),
)


GATE = f"POST /v1/gate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
LAST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def answers(address: tuple[str, int], *parts: bytes) -> bytes:
    """All that is answered on one connection to parts that are each read by themselves."""
    async with connected(address) as line:
        answered = asyncio.create_task(line.rest())
        for part in (*parts, LAST):
            line.send(part)
            await until_read(address)
        return await answered


def _comparable(answered: bytes) -> bytes:
    """Without what differs from one answer to the next."""
    return re.sub(rb"Date: [^\r]*|[0-9a-f]{24}|/greetings/[0-9]+", b"", answered)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(request=REQUESTS)
@example(request=posted(b'{"how":"locked"}'))
@example(request=b"GET /v1/greetings HTTP/1.1\r\nHost: x\r\n\r\n")
async def test_in_one_read_or_in_two_the_answer_is_the_same(address: tuple[str, int], request: bytes) -> None:
    whole = _comparable(await answers(address, request))
    assert _comparable(await answers(address, request[:9], request[9:])) == whole
    head = request.find(b"\r\n\r\n") + 4
    assert _comparable(await answers(address, request[:head], request[head:])) == whole


async def test_a_body_that_is_long_in_coming_is_waited_for_as_long_as_any(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_BODY_IS_CLOSE_SECONDS", 0.0)
    asked = posted(b'{"how":"locked"}')
    answered = await answers(address, asked[:-9], asked[-9:-2], asked[-2:])
    assert [part[:3] for part in answered.split(b"HTTP/1.1 ")[1:]] == [b"423", b"200"]


async def test_what_comes_before_the_answer_waits_for_its_turn(address: tuple[str, int], world: World) -> None:
    async with connected(address) as line:
        line.send(GATE)
        await world.arrived.wait()
        for part in (posted(b'{"how":"locked"}'), LAST[:7], LAST[7:]):
            line.send(part)
            await until_read(address)
        world.gate.set()
        statuses = [part[:3] for part in (await line.rest()).split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"423", b"200"]


async def test_who_sends_more_than_is_answered_is_held_up(address: tuple[str, int], world: World) -> None:
    async with connected(address) as line:
        line.send(GATE)
        await world.arrived.wait()
        line.send(b"G" * 50_000_000)
        for _ in range(50):
            await until_read(address)
        assert line.unsent > 40_000_000
        world.gate.set()


async def test_who_leaves_before_the_answer_troubles_nobody(address: tuple[str, int], world: World) -> None:
    with capture_logs() as logs:
        async with connected(address) as line:
            line.send(GATE)
            await world.arrived.wait()
        world.gate.set()
        assert b" 200 " in await answers(address)
    assert [log for log in logs if log["log_level"] in ("warning", "error")] == []
