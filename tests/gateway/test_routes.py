"""Every route that the gateway has, whether or not the API document names it, and who may call it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse, ClientSession, web

from gateway.core.callers import Scope
from gateway.http.dispatch import API
from gateway.http.runner import Runner
from gateway.http.server import RUNNER_OPTIONS
from gateway.settings import load_settings
from gateway.wiring.gateway import open_gateway
from tests.gateway.installations import needed_settings

EVERYBODY = {
    "/": "leads to the documentation",
    "/docs": "the documentation",
    "/docs/": "leads to the documentation",
    "/openapi.json": "the documentation",
    "/problems/{slug}": "the documentation",
    "/static/http": "style sheets",
    "/livez": "for supervisors",
    "/readyz": "for balancers",
    "/metrics": "for Prometheus; kept inside by the proxy",
    "/.well-known/jwks.json": "public keys",
    "/slips/{branch_password_id}": "the id is 100 random bits, and the password is not on the server (ADR 8)",
    "/slips/static": "style sheets",
    "/ops/static": "style sheets",
    "/ops/sign-in": "where operators begin",
    "/ops/enrol": "takes a one-time code",
}
"""The routes that ask for nothing, and why they may."""

EXAMPLES = {
    "{verification_id}": "ver_" + "0" * 22,
    "{customer_id}": "nobody",
    "{notice_id}": "ntc_" + "0" * 22,
    "{approval_id}": "apr_" + "0" * 22,
    "{branch_password_id}": "bpw_" + "0" * 22,
    "{contact_id}": "con_" + "0" * 20,
    "{auto_connect_id}": "act_" + "0" * 20,
    "{dead_letter_id}": "0-0",
    "{carrier}": "twilio",
    "{number}": "1",
    "{send}": "",
    "{turn}": "A" * 16,
    "{event}": "keys",
    "{slug}": "not-found",
    "{other}": "nothing",
}


@dataclass(frozen=True)
class Running:
    """A gateway with everything that it serves in production."""

    url: str
    routes: list[tuple[str, str]]
    key: str

    async def call(self, method: str, path: str, *, key: str | None = None) -> ClientResponse:
        for name, example in EXAMPLES.items():
            path = path.replace(name, example)
        assert "{" not in path, "a parameter without an example"
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        content = b"{}" if method in ("POST", "PUT") else None
        headers |= {"Content-Type": "application/json"} if content else {}
        async with (
            ClientSession(headers=headers) as client,
            client.request(method, self.url + path, data=content, allow_redirects=False) as answer,
        ):
            await answer.read()
            return answer


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    settings = load_settings(data_dir=tmp_path / "data", **needed_settings(tmp_path))
    async with open_gateway(settings) as gateway:
        key = await gateway.api_keys.create("every-scope", "kim", frozenset(Scope))
        runner = Runner(gateway.app, **RUNNER_OPTIONS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pages = [(route.method, route.resource.canonical) for route in gateway.app.router.routes() if route.resource]
        routes = [*pages, *gateway.app[API].routes]
        yield Running("http://{}:{}".format(*runner.addresses[0][:2]), routes, key)
        await runner.cleanup()


def _belongs_to(path: str, *rooms: str) -> bool:
    return any(path == room or path.startswith(f"{room}/") or path.startswith(f"{room}.") for room in rooms)


async def test_whoever_brings_nothing_gets_what_everybody_may_have(running: Running) -> None:
    assert len(running.routes) > 80
    assert EVERYBODY.keys() <= {path for _, path in running.routes}
    for method, path in running.routes:
        if path in EVERYBODY:
            continue
        answer = await running.call(method, path)
        if _belongs_to(path, "/v1"):
            assert answer.status == 401, (method, path)
        elif _belongs_to(path, "/webhooks"):
            assert answer.status == 403, (method, path)
        else:
            assert _belongs_to(path, "/ops"), (method, path)
            # Led to where operators sign in, or refused.
            assert answer.status in (303, 401, 403), (method, path, answer.status)


async def test_a_key_opens_the_api_alone_whatever_its_scopes(running: Running) -> None:
    for method, path in running.routes:
        if path in EVERYBODY or _belongs_to(path, "/v1"):
            continue
        answer = await running.call(method, path, key=running.key)
        assert answer.status in (303, 401, 403), (method, path, answer.status)


async def test_the_api_document_names_every_route_that_a_key_opens(running: Running) -> None:
    async with ClientSession() as client, client.get(f"{running.url}/openapi.json") as answer:
        document = await answer.json()
    named = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    served = {(method, path) for method, path in running.routes if _belongs_to(path, "/v1") and method != "HEAD"}
    assert served <= named
    assert all(document["paths"][path][method.lower()]["security"] for method, path in served)
