"""Answers as they are on the wire, for clients of either version and for all that may end a connection."""

import pytest

from gateway.http.whole_answer import WholeAnswer
from tests.gateway.http.demo_app import KEY
from tests.gateway.http.lines import connected


async def sent_for(address: tuple[str, int], request: str) -> bytes:
    """An answer to its last byte."""
    async with connected(address) as line:
        line.send(f"{request}\r\nHost: here\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
        return await line.until(b'"waited":0}')


@pytest.mark.parametrize(
    ("request_line", "connection"),
    [
        ("GET /v1/greetings HTTP/1.1", None),
        ("GET /v1/greetings HTTP/1.1\r\nConnection: close", b"Connection: close"),
        ("GET /v1/greetings HTTP/1.0", b"Connection: close"),
        ("GET /v1/greetings HTTP/1.0\r\nConnection: keep-alive", b"Connection: keep-alive"),
    ],
)
async def test_what_becomes_of_the_connection_is_said_where_it_is_not_usual(
    address: tuple[str, int], request_line: str, connection: bytes | None
) -> None:
    head, _, body = (await sent_for(address, request_line)).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert [line for line in lines if line.startswith(b"Connection")] == ([connection] if connection else [])
    assert f"Content-Length: {len(body)}".encode() in lines
    assert sum(line.startswith(b"Date: ") and line.endswith(b" GMT") for line in lines) == 1


async def test_many_requests_on_one_connection_are_each_answered_whole(address: tuple[str, int]) -> None:
    request = f"GET /v1/greetings HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
    async with connected(address) as line:
        line.send(request * 20)
        for _ in range(20):
            answer = await line.answer()
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"waited" in answer


class Prepared:
    """As much of a request as a head asks for."""

    keep_alive = True
    version = (1, 1)

    def __getitem__(self, _: object) -> str:
        return "0123456789abcdef"


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b"])
def test_a_header_that_would_break_the_head_is_never_sent(value: str) -> None:
    answer = WholeAnswer(200, b"", {"Location": value})
    with pytest.raises(ValueError, match="Location"):
        answer._head(Prepared())  # type: ignore[arg-type]
