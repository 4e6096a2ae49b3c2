import base64

import pytest
from aiohttp import ClientSession
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.auth import authenticate
from tests.gateway.http.demo_app import KEY, NARROW_KEY, KnownKeys

PATH = "/v1/greetings"


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


async def test_a_bearer_key_is_let_in(client: ClientSession) -> None:
    async with client.get(PATH) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("user", ["", "AC0123", "누구나"])
async def test_a_basic_password_is_the_key_under_any_user_name(client: ClientSession, user: str) -> None:
    header = basic(f"{user}:{KEY}".encode())
    async with client.get(PATH, headers={"Authorization": header}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer unknown-key",
        f"Bearer {KEY} {KEY}",
        f"Token {KEY}",
        KEY,
        "Basic",
        "Basic !!!!",
        "Basic YWJj=",
        basic(b"\xff\xfe:\xff"),
        basic(KEY.encode()),
        basic(b"user:"),
        basic(b"user:" + KEY.encode() + b"x"),
        "Bearer " + "x" * 2000,
        "Bearer" + " " * 2000 + KEY,
        basic(b"user:" + KEY.encode()).replace("Basic ", "Basic !"),
    ],
)
async def test_anything_else_is_asked_for_a_key(client: ClientSession, header: str) -> None:
    async with client.get(PATH, headers={"Authorization": header}) as answer:
        assert answer.status == 401
        assert "Bearer realm=" in answer.headers["WWW-Authenticate"]
        assert (await answer.json(content_type=None))["type"] == "/problems/unauthenticated"


async def test_a_client_that_looks_at_the_first_challenge_alone_finds_the_one_that_it_can_answer(
    client: ClientSession,
) -> None:
    """java.net.http has no Authenticator for any but Basic, and gives up where another scheme comes first."""
    async with client.get(PATH, headers={"Authorization": ""}) as answer:
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


async def test_a_key_without_the_scope_is_told_which_is_missing(client: ClientSession) -> None:
    async with client.get(PATH, headers={"Authorization": f"Bearer {NARROW_KEY}"}) as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 403
    assert problem["type"] == "/problems/missing-scope"
    assert "'contacts'" in problem["detail"]


async def test_a_path_without_a_scope_is_open_to_anybody(client: ClientSession) -> None:
    async with client.get("/whoami", headers={"Authorization": "Bearer unknown"}) as answer:
        assert await answer.json() == {"text": "en", "client": "", "note": "public"}


async def test_who_may_not_call_is_told_so_before_the_body_is_read(client: ClientSession) -> None:
    async with client.post("/v1/trouble", headers={"Authorization": "Bearer no"}, data=b"{") as answer:
        assert answer.status == 401


@given(st.text())
@example("\udcff")  # as a byte of a header that is no UTF-8 is read
async def test_no_header_ever_raises_anything_but_a_refusal(header: str) -> None:
    for scheme in ("", "Bearer ", "Basic "):
        with pytest.raises(Refusal) as refused:
            await authenticate(scheme + header, KnownKeys())
        assert refused.value.problem is Problem.UNAUTHENTICATED
