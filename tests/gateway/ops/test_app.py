"""The operations pages over a store that is away: whoever looks is told so, and not by a document for programs."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port
from prometheus_client import CollectorRegistry

from gateway.core.firm import Firm
from gateway.core.limits import Limits
from gateway.core.operators import SignIn
from gateway.http.server import create_base_app
from gateway.ops.app import add_ops_pages
from gateway.ops.guard import COOKIE, Guard
from gateway.ops.rendering import Pages
from gateway.ops.sign_in_pages import SignInPages
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from gateway.store.operators import RedisOperators
from tests.builders import personal_data

Client = TestClient[web.Request, web.Application]


async def _nothing_wrong() -> str | None:
    return None


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    store = Store(f"redis://127.0.0.1:{unused_port()}")
    await store.open()
    pages = Pages(Firm("본인증권", "Bonin Securities", "1588-0000"))
    sign_in = SignIn(RedisOperators(store, Limits()), RedisApiKeys(store), personal_data(), "bonin", lambda: "token")
    app = create_base_app(registry=CollectorRegistry(), trouble=_nothing_wrong)
    add_ops_pages(app, Guard(sign_in, pages), pages, [SignInPages(sign_in, pages, secure=False)])
    async with TestClient(TestServer(app)) as browser:
        yield browser
    await store.close()


async def test_a_page_that_needs_the_store_says_that_it_is_away(client: Client) -> None:
    answer = await client.get("/ops/anything?lang=en", headers={"Cookie": f"{COOKIE}=somebody"})
    assert (answer.status, answer.content_type) == (503, "text/html")
    assert answer.headers["Retry-After"] == "1"
    assert "The store cannot be reached" in await answer.text()


async def test_so_does_signing_in(client: Client) -> None:
    answer = await client.post("/ops/sign-in?lang=ko", data={"key": "some key", "code": "000000"})
    assert (answer.status, answer.content_type) == (503, "text/html")
    assert "저장소에 연결할 수 없습니다" in await answer.text()
