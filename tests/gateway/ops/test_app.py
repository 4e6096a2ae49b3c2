"""The operations pages when they cannot be shown: whoever looks is told so, and not by a document for programs."""

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


class _Faulty:
    """A page with a mistake in it."""

    def routes(self, _: Guard) -> list[web.RouteDef]:
        return [web.get("/ops/faulty", self.show)]

    async def show(self, _: web.Request) -> web.StreamResponse:
        raise RuntimeError("+821012345678")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    store = Store(f"redis://127.0.0.1:{unused_port()}")
    await store.open()
    pages = Pages(Firm("본인증권", "Bonin Securities", "1588-0000"))
    sign_in = SignIn(RedisOperators(store, Limits()), RedisApiKeys(store), personal_data(), "bonin", lambda: "token")
    app = create_base_app(registry=CollectorRegistry(), trouble=_nothing_wrong)
    add_ops_pages(app, Guard(sign_in, pages), pages, [SignInPages(sign_in, pages, secure=False), _Faulty()])
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


@pytest.mark.parametrize(("lang", "sentence"), [("ko", "원인을 찾을 수 있습니다"), ("en", "when you report this")])
async def test_a_fault_is_told_by_a_page_with_the_request_to_quote(client: Client, lang: str, sentence: str) -> None:
    answer = await client.get(f"/ops/faulty?lang={lang}")
    page = await answer.text()
    assert (answer.status, answer.content_type) == (500, "text/html")
    assert sentence in page
    assert f"/requests/{answer.headers['X-Request-Id']}" in page
    assert "8210" not in page
