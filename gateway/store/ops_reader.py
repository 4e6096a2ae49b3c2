"""The store's own account for dashboards: it reads the public read model, and reaches nothing else.

It may not list keys: the store cannot confine SCAN to a pattern, and the names of other keys hold customer ids.
"""

import asyncio
import hashlib
from typing import Final

import structlog

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store import ops_keys
from gateway.store.connection import Store
from gateway.store.refusals import ResponseError, RightMissing

READER: Final = "bonin-ops-reader"

_COMMANDS: Final = (
    "auth", "client|getname", "client|id", "client|setname", "cluster|shards", "cluster|slots", "command", "echo",
    "exists", "get", "hello", "hexists", "hget", "hgetall", "hkeys", "hlen", "hmget", "hscan", "hvals", "info", "ping",
    "pttl", "quit", "select", "time", "ttl", "type", "xinfo|stream", "xlen", "xrange", "xread", "xrevrange",
)  # fmt: skip
_AGAIN_EVERY: Final = 60.0
"""Seconds. A store that was restarted without an ACL file has forgotten its accounts."""

_log = structlog.get_logger(__name__)


class OpsReader:
    """Keeps the account there, for as long as the gateway runs; a store that has no ACL is left alone."""

    def __init__(self, store: Store, password: str | None) -> None:
        self._store = store
        self._password = password
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self._password is None:
            _log.info("ops_reader_skipped", why="no BONIN_OPS_READER_PASSWORD")
            return
        self._task = asyncio.create_task(self._keep(self._password), name="ops-reader")

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _keep(self, password: str) -> None:
        while True:
            try:
                await self.put(password)
            except RightMissing as refused:
                _log.warning("ops_reader_skipped", why=str(refused))
                return
            except StoreUnavailable:
                pass
            except ResponseError as refused:
                # Its first word says why (NOPERM, ERR); the rest could repeat what was sent.
                _log.warning("ops_reader_skipped", why=str(refused).split(" ")[0])
                return
            await asyncio.sleep(_AGAIN_EVERY)

    async def put(self, password: str) -> None:
        """Make the account, or make it again as it was. Raises `ResponseError` where the store refuses."""
        digest = hashlib.sha256(password.encode()).hexdigest()
        await self._store.everywhere(
            "ACL", "SETUSER", READER, "reset", "on", f"#{digest}", f"%R~{ops_keys.PUBLIC_PREFIX}*", "resetchannels",
            "-@all", *(f"+{command}" for command in _COMMANDS),
        )  # fmt: skip
