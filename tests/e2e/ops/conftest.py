"""Operators with a role, and a browser for each."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from gateway.core.limits import Limits
from gateway.core.operators import Role
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from gateway.store.operators import RedisOperators
from tests.e2e.caller import Caller
from tests.e2e.conftest import Served
from tests.e2e.ops.operator import Operator

NewOperator = Callable[[Role], Awaitable[tuple[Operator, str]]]
"""Somebody with a role, a browser of their own and a key; not signed in."""


@pytest.fixture
async def new_operator(served: Served, keys: RedisApiKeys) -> AsyncIterator[NewOperator]:
    async with AsyncExitStack() as stack:
        store = Store(EmbeddedStore(served.directory / "data").url)
        await store.open()
        stack.push_async_callback(store.close)

        async def make(role: Role) -> tuple[Operator, str]:
            person = f"operator {secrets.token_hex(4)}"
            await RedisOperators(store, Limits()).add(person, role)
            key = await keys.create("operations", person, role.scopes)
            caller = await stack.enter_async_context(Caller(served.demo.base_url, key))
            await caller.until_the_key_is_known()
            return await stack.enter_async_context(Operator(served.demo.base_url)), key

        yield make


@pytest.fixture(scope="module")
def cookies() -> dict[Role, str]:
    """Of those who signed in for this module: keys that nobody knows yet are asked for often, and that is limited."""
    return {}


@pytest.fixture
async def signed_in(
    served: Served, new_operator: NewOperator, cookies: dict[Role, str]
) -> AsyncIterator[Callable[[Role], Awaitable[Operator]]]:
    """Somebody with a role, who may be somebody that another test has met."""
    async with AsyncExitStack() as stack:

        async def browser(role: Role) -> Operator:
            if role not in cookies:
                entering, key = await new_operator(role)
                await entering.enrol(key)
                cookies[role] = entering.cookie
            return await stack.enter_async_context(Operator(served.demo.base_url, cookies[role]))

        yield browser


SignedIn = Callable[[Role], Awaitable[Operator]]


@pytest.fixture
async def viewer(signed_in: SignedIn) -> Operator:
    return await signed_in(Role.VIEWER)


@pytest.fixture
async def operator(signed_in: SignedIn) -> Operator:
    return await signed_in(Role.OPERATOR)


@pytest.fixture
async def approver(signed_in: SignedIn) -> Operator:
    return await signed_in(Role.APPROVER)
