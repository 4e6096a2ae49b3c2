"""The store of the settings: an outside one, or the embedded one."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from gateway.settings import Settings
from gateway.store.connection import Store
from gateway.store.data_directory import DataDirectoryInUse
from gateway.store.embedded import EmbeddedStore
from gateway.store.layout import enter_layout
from gateway.store.valkey_program import has_jemalloc

_JEMALLOC_MISSING = "checks get slower as the store grows: apt install libjemalloc2, and start again"

_log = structlog.get_logger(__name__)


def url_of(settings: Settings) -> str:
    """Where the store of the settings is, whether it runs or not."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    return EmbeddedStore(settings.data_dir).url


@asynccontextmanager
async def store_url(settings: Settings, *, beside_a_gateway: bool = False) -> AsyncIterator[str]:
    """Where the store of the settings is: an outside Redis or Valkey, or the embedded one, which runs meanwhile.

    `beside_a_gateway` joins the embedded store of a gateway that is running: administration of the same user
    need not stop it.
    """
    if settings.redis_url is not None:
        yield url_of(settings)
        return
    embedded = EmbeddedStore(settings.data_dir)
    if sys.platform == "linux" and not beside_a_gateway and not has_jemalloc():
        # A command has no use for the line, and does not run for long.
        _log.warning("store_without_jemalloc", advice=_JEMALLOC_MISSING)
    async with AsyncExitStack() as stack:
        try:
            await _started(embedded)
            stack.push_async_callback(asyncio.to_thread, embedded.stop)
            embedded.keep()
        except DataDirectoryInUse:
            if not beside_a_gateway:
                raise
        yield embedded.url


@asynccontextmanager
async def open_store(settings: Settings, *, beside_a_gateway: bool = False) -> AsyncIterator[Store]:
    """The store of the settings, open; `beside_a_gateway` as in `store_url`. Raises `OtherLayout`."""
    async with store_url(settings, beside_a_gateway=beside_a_gateway) as url:
        store = Store(url, settings.store_replicas)
        await store.open()
        try:
            await enter_layout(store)
            yield store
        finally:
            await store.close()


async def _started(embedded: EmbeddedStore) -> None:
    """Start it in a thread; a cancellation meanwhile leaves no server behind."""
    starting = asyncio.ensure_future(asyncio.to_thread(embedded.start))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait((starting,))
        if starting.exception() is None:
            await asyncio.to_thread(embedded.stop)
        raise
