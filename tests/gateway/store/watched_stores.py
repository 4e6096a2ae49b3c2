"""Stores that are watched, and what is open in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.core.limits import Limits
from gateway.core.verification import Status, Verification
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.gateway.store.valkey_servers import Server, until_it_answers


@asynccontextmanager
async def store_at(server: Server, password: str = "") -> AsyncIterator[Store]:
    store = Store(server.url.replace("unix://", f"unix://:{password}@") if password else server.url)
    await store.open()
    try:
        await until_it_answers(store)
        yield store
    finally:
        await store.close()


async def opened(store: Store) -> Verification:
    await RedisCustomers(store, builders.personal_data(), Limits()).put(builders.individual())
    return await RedisVerifications(store, Limits()).create(builders.new_verification())


async def status_and_reason(store: Store, verification: Verification) -> tuple[Status, str | None]:
    read = await RedisVerifications(store, Limits()).read(verification.verification_id)
    assert read is not None
    return read.status, read.reason
