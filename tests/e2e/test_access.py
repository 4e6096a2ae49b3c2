"""Keys: which way they may be sent, what each may do, and when they are dead."""

import asyncio
import base64

import aiohttp
import pytest

from demo.customer import until
from gateway.core.callers import Scope
from gateway.store import api_keys
from gateway.store.api_keys import RedisApiKeys
from tests.e2e.caller import Answer, Caller, Person
from tests.e2e.conftest import Served

EXAMPLES = {
    "{customer_id}": "nobody",
    "{contact_id}": "con_" + "0" * 20,
    "{verification_id}": "ver_" + "0" * 22,
    "{branch_password_id}": "bpw_" + "0" * 22,
    "{approval_id}": "apr_" + "0" * 22,
    "{notice_id}": "ntc_" + "0" * 22,
    "{auto_connect_id}": "act_" + "0" * 20,
}


async def _routes(caller: Caller) -> list[tuple[str, str, set[str]]]:
    """Method, an address and the scopes, each of which will do, of every route that the API document names."""
    document = (await caller.get("/openapi.json")).json
    found = []
    for path, operations in document["paths"].items():
        address = path
        for name, example in EXAMPLES.items():
            address = address.replace(name, example)
        assert "{" not in address
        for method, operation in operations.items():
            scopes = {scope for way in operation.get("security", ()) for one in way.values() for scope in one}
            found.append((method.upper(), address, scopes))
    return found


async def _call(caller: Caller, method: str, address: str) -> Answer:
    return await caller.send(method, address, {} if method in ("POST", "PUT") else None)


async def test_every_route_wants_a_key_with_its_scope_and_no_other_scope_will_do(
    served: Served, stranger: Caller, keys: RedisApiKeys
) -> None:
    routes = await _routes(stranger)
    guarded = [(method, address, scopes) for method, address, scopes in routes if scopes]
    assert len(guarded) >= 28
    for method, address, _ in guarded:
        refused = await _call(stranger, method, address)
        assert (refused.status, refused.slug) == (401, "unauthenticated"), address
        assert "Bearer" in refused.headers["WWW-Authenticate"]
        assert "Basic" in refused.headers["WWW-Authenticate"]
    for scope in Scope:
        key = await keys.create("one-scope", "somebody", frozenset({scope}))
        async with Caller(served.demo.base_url, key) as caller:
            await caller.until_the_key_is_known()
            for method, address, will_do in guarded:
                status = (await _call(caller, method, address)).status
                assert (status == 403) is (scope not in will_do), (method, address, scope)


async def test_a_key_may_come_as_the_password_of_any_user(served: Served, stranger: Caller) -> None:
    for user in ("", "AC0123", "누구"):
        sent = base64.b64encode(f"{user}:{served.demo.secrets.api_key}".encode()).decode()
        answer = await stranger.get("/v1/customers/nobody", {"Authorization": f"Basic {sent}"})
        assert answer.slug == "customer-not-found"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic", "Basic ?", "Basic eA==", "Digest x", "Bearer " + "x" * 3000, "Bearer bonin_x"],
)
async def test_anything_else_is_nobody(stranger: Caller, header: str) -> None:
    assert (await stranger.get("/v1/customers/nobody", {"Authorization": header})).status == 401


async def test_a_revoked_key_is_dead(
    served: Served, keys: RedisApiKeys, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "_REFRESH_SECONDS", 0.0)
    key = await keys.create("leaver", "somebody", frozenset(Scope))
    async with Caller(served.demo.base_url, key) as caller:
        await caller.until_the_key_is_known()
        (entry,) = [entry for entry in await keys.entries() if entry.client == "leaver"]
        assert await keys.revoke(entry.key_id)

        async def look() -> bool:
            return (await caller.get(f"/v1/customers/{person.customer_id}")).status == 401

        await until(look)


@pytest.mark.parametrize("how", ["revoked", "narrowed"])
async def test_a_stream_ends_with_the_key_that_opened_it_or_with_its_scope(
    served: Served, keys: RedisApiKeys, person: Person, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(api_keys, "_REFRESH_SECONDS", 0.0)
    leaver, stays = [await keys.create("of-two-keys", f"{who}-{how}", frozenset(Scope)) for who in ("leaver", "stays")]
    async with Caller(served.demo.base_url, leaver) as leaving, Caller(served.demo.base_url, stays) as staying:
        await leaving.until_the_key_is_known()
        await staying.until_the_key_is_known()
        opened = (await leaving.post("/v1/verifications", person.request("branch_otp"))).json
        path = f"/v1/verifications/{opened['id']}"
        headers = {"Authorization": f"Bearer {leaver}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{served.demo.base_url}{path}/events") as stream,
        ):
            await stream.content.readuntil(b"\n\n")
            (entry,) = [entry for entry in await keys.entries() if entry.person == f"leaver-{how}"]
            if how == "revoked":
                assert await keys.revoke(entry.key_id)
            else:
                await keys.install(leaver, entry.client, entry.person, frozenset({Scope.CONTACTS}))
            assert (await staying.post(f"{path}/check", {"code": "000000"})).status == 200
            async with asyncio.timeout(20):
                assert await stream.content.read() == b""
