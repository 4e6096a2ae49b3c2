import json
import re
import zlib
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.http.bodies import LARGEST_BODY
from tests.gateway.http.demo_app import KEY, World
from tests.gateway.http.lines import all_answers, connected, until_read

PATH = "/v1/customers/c1/greetings"
JSON = {"Content-Type": "application/json"}


async def refusal_of(client: ClientSession, data: Any, headers: dict[str, str] = JSON) -> tuple[int, str, Any]:
    async with client.post(PATH, data=data, headers=headers) as answer:
        problem = await answer.json(content_type=None)
        return answer.status, problem["type"].removeprefix("/problems/"), problem


async def test_a_valid_body_reaches_the_handler(client: ClientSession) -> None:
    body = {"name": "김본인", "kind": "farewell", "addresses": [{"city": "서울"}]}
    async with client.post(PATH, json=body) as answer:
        assert answer.status == 201
        assert await answer.json() == {"text": "farewell 김본인", "client": "desk"}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", 'Application/JSON;charset="utf-8"']
)
async def test_json_in_utf8_is_the_content_type(client: ClientSession, content_type: str) -> None:
    async with client.post(PATH, data=b'{"name": "Kim"}', headers={"Content-Type": content_type}) as answer:
        assert answer.status == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=euc-kr",
        "multipart/form-data",
        "json",
        "/",
        ";",
        "application/jsonx",
    ],
)
async def test_any_other_content_type_is_a_415(client: ClientSession, content_type: str) -> None:
    status, slug, _ = await refusal_of(client, b'{"name": "Kim"}', {"Content-Type": content_type})
    assert (status, slug) == (415, "unsupported-media-type")


async def test_a_body_without_a_content_type_is_a_415(address: tuple[str, int]) -> None:
    answer = await raw_exchange(address, b"Content-Length: 15\r\n\r\n" + b'{"name": "Kim"}')
    assert answer.startswith(b"HTTP/1.1 415 ")


async def test_a_compressed_body_is_a_415(client: ClientSession) -> None:
    packed = zlib.compress(b'{"name": "%s"}' % (b"a" * 5_000_000))
    status, slug, _ = await refusal_of(client, packed, JSON | {"Content-Encoding": "deflate"})
    assert (status, slug) == (415, "unsupported-media-type")


async def test_no_body_at_all_is_an_empty_object(client: ClientSession, address: tuple[str, int]) -> None:
    answer = await raw_exchange(address, b"Content-Length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 422 ")
    assert b'"field":"name"' in answer


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_where_a_body_says_nothing_none_is_needed_whatever_its_type(
    client: ClientSession, world: World, content_type: str
) -> None:
    world.gate.set()
    async with client.post("/v1/gate", data=b"", headers={"Content-Type": content_type}) as answer:
        assert answer.status == 200


async def test_an_empty_body_that_claims_to_be_json_is_not(client: ClientSession) -> None:
    status, slug, _ = await refusal_of(client, b"")
    assert (status, slug) == (400, "malformed-json")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": }',
        b"name=Kim",
        b"[]",
        b"null",
        b"1",
        b'"name"',
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'\xef\xbb\xbf{"name": "Kim"}',
        b'{"name": "Kim"}\x00',
        '{"name": "김"}'.encode("euc-kr"),
        b'{"name": "a\nb"}',
        b'{"times": 1e999}',
        b'{"name":' * 500 + b"1" + b"}" * 500,
        b'{"name":' + b"[" * 4000 + b"]" * 4000 + b"}",
    ],
)
async def test_what_is_not_a_json_object_in_utf8_is_a_400(client: ClientSession, body: bytes) -> None:
    status, slug, _ = await refusal_of(client, body)
    assert (status, slug) == (400, "malformed-json")


async def test_what_is_said_of_a_compressed_body_is_to_send_it_plain(client: ClientSession) -> None:
    _, _, problem = await refusal_of(client, b"{}", JSON | {"Content-Encoding": "gzip"})
    assert "Content-Encoding: identity" in problem["detail"]


async def test_the_place_of_the_mistake_is_told_and_the_text_around_it_is_not(client: ClientSession) -> None:
    _, _, problem = await refusal_of(client, b'{"name":\n 010-1234-5678}')
    assert "line 2" in problem["detail"]
    assert "1234" not in problem["detail"]


@pytest.mark.parametrize(
    ("body", "in_korean", "in_english"),
    [
        (b"", "본문이 비어 있음", "the body is empty"),
        (b"\xef\xbb\xbf{}", "맨 앞에 BOM이 있음", "it begins with a byte order mark"),
        ('{"name": "김"}'.encode("cp949"), "UTF-8이 아님", "not UTF-8"),
        (b"[]", "객체가 아님", "not an object"),
        (b"[" * 4000, "1행", "line 1"),
        (b'{"name":' + b"[" * 500 + b"]" * 500 + b"}", "너무 깊음", "nested too deeply"),
    ],
)
async def test_what_is_wrong_with_it_is_told_in_both_languages(
    client: ClientSession, body: bytes, in_korean: str, in_english: str
) -> None:
    for language, told in (("ko", in_korean), ("en", in_english)):
        _, _, problem = await refusal_of(client, body, JSON | {"Accept-Language": language})
        assert f"({told}" in problem["detail"]


async def test_a_body_of_the_largest_size_is_read(client: ClientSession) -> None:
    body = b'{"name": "Kim"}'.ljust(LARGEST_BODY)
    async with client.post(PATH, data=body, headers=JSON) as answer:
        assert answer.status == 201


async def test_a_body_one_byte_over_is_a_413_and_the_connection_closes(client: ClientSession) -> None:
    status, slug, problem = await refusal_of(client, b'{"name": "Kim"}'.ljust(LARGEST_BODY + 1))
    assert (status, slug) == (413, "body-too-large")
    assert problem["detail"] == "Keep the body within 8192 bytes."


async def test_a_chunked_body_is_cut_off_as_soon_as_it_is_too_large(address: tuple[str, int]) -> None:
    head = request_head(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    answer = await all_answers(address, head + (b"400\r\n" + b" " * 0x400 + b"\r\n") * 9)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer


async def test_a_declared_length_over_the_limit_is_refused_without_waiting_for_it(address: tuple[str, int]) -> None:
    answer = await raw_exchange(address, b"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
async def test_a_body_that_does_not_arrive_in_time_is_a_408(
    address: tuple[str, int], framing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.bodies.BODY_SECONDS", 0.05)
    answer = await raw_exchange(address, b"Content-Type: application/json\r\n" + framing + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/problems/body-too-slow" in answer


@pytest.mark.parametrize(
    "parts",
    [
        [b"2\r\n{}\r\nzz\r\n"],
        [b"2\r\n{}\r\n", b"zz\r\n"],
        [b"2\r\n{", b"}zz\r\n"],
        [b'f\r\n{"name": "Kim"}', b"\r\nzz\r\n"],
        [b'f\r\n{"name": "Kim"}\r', b"\n0\r\n: x\r\n\r\n"],
    ],
)
async def test_a_body_with_broken_framing_is_a_400_and_the_connection_closes(
    address: tuple[str, int], world: World, parts: list[bytes]
) -> None:
    with capture_logs() as logs:
        async with connected(address) as line:
            line.send(request_head(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
            for part in parts:
                await until_read(address)
                line.send(part)
            answer = await line.rest()
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", answer) == [b"400"]
    assert b"/problems/bad-request" in answer
    assert b"\r\nConnection: close\r\n" in answer
    assert world.calls == 0
    assert [log for log in logs if log["log_level"] == "error"] == []


async def test_a_body_that_is_broken_before_its_turn_is_refused_at_its_turn(
    address: tuple[str, int], world: World
) -> None:
    gate = request_head(b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").replace(PATH.encode(), b"/v1/gate")
    broken = request_head(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
    async with connected(address) as line:
        for part in (gate, broken, b"zz\r\n"):
            line.send(part)
            await until_read(address)
        assert world.calls == 1
        world.gate.set()
        assert re.findall(rb"HTTP/1\.1 (\d{3}) ", await line.rest()) == [b"200", b"400"]


async def test_a_client_that_asks_first_is_told_to_continue(address: tuple[str, int]) -> None:
    body = b'{"name": "Kim"}'
    asked = b"Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    async with connected(address) as line:
        line.send(request_head(asked % len(body)))
        assert await line.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.send(body)
        assert (await line.rest()).startswith(b"HTTP/1.1 201 ")


async def test_a_client_that_asks_first_is_told_to_continue_also_where_its_head_is_refused(
    address: tuple[str, int],
) -> None:
    head = request_head(b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1))
    assert re.findall(rb"HTTP/1\.1 (\d{3})", await all_answers(address, head)) == [b"100", b"413"]


async def test_an_answer_without_content_has_none(client: ClientSession) -> None:
    async with client.delete("/v1/customers/c1") as answer:
        assert answer.status == 204
        assert "Content-Type" not in answer.headers


@given(
    body=st.binary(max_size=300)
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text() | st.sampled_from(["name", "times", "addresses"]), inner, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda document: json.dumps(document).encode())
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_body_is_ever_answered_with_a_5xx(client: ClientSession, body: bytes) -> None:
    async with client.post(PATH, data=body, headers=JSON | {"Idempotency-Key": str(hash(body))}) as answer:
        assert answer.status < 500


@example(content_type=";]?;é*")
@given(content_type=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_content_type_is_ever_answered_with_a_5xx(client: ClientSession, content_type: str) -> None:
    async with client.post(PATH, data=b'{"name": "a"}', headers={"Content-Type": content_type}) as answer:
        assert answer.status < 500


def request_head(rest: bytes) -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % (PATH.encode(), KEY.encode()) + rest


async def raw_exchange(address: tuple[str, int], rest: bytes) -> bytes:
    """Send a request whose framing no client library would send, and read until the answer's body has come."""
    return await all_answers(address, request_head(b"Connection: close\r\n" + rest))
