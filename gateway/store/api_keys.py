"""API keys in the store: only their SHA-256 is kept, beside who holds them.

Every gateway keeps the table in memory, so that knowing a caller costs no trip; a key that was removed
is dead everywhere after `_REFRESH_SECONDS`.
"""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from time import monotonic

import orjson

from gateway.core.callers import Caller, Scope
from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_PUT = load("put_api_key")
_REVOKE = load("revoke_api_key")
_KEYS = (keys.API_KEYS, keys.AUDIT_OF_NOBODY)
_ID_LENGTH = 12
_REFRESH_SECONDS = 15.0
_STALE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ApiKeyEntry:
    """One key as it is listed. `key_id` is the start of its digest: enough to name it, too little to use it."""

    key_id: str
    client: str
    person: str
    scopes: tuple[str, ...]


class RedisApiKeys:
    """`ApiKeys` on Redis 7 or Valkey, and what `bonin keys` does with them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._callers: dict[str, Caller] = {}
        self._read_at = self._tried_at = float("-inf")
        self._why_not: StoreUnavailable | None = None
        """Why the table could not be read when that was tried last."""
        self._reading = asyncio.Lock()

    async def find(self, key_digest: str) -> Caller | None:
        now = monotonic()
        if now - self._read_at > _REFRESH_SECONDS:
            await self._refresh(now)
        caller = self._callers.get(key_digest)
        if caller is None and now - self._read_at > _LOOK_AGAIN_SECONDS:
            # It may be new; at most once a second, so that guessing keys costs the store nothing.
            await self._refresh(now)
            caller = self._callers.get(key_digest)
        return caller

    async def create(self, client: str, person: str, scopes: frozenset[Scope]) -> str:
        """A new key. It is shown to whoever asked, once, and kept nowhere."""
        key = f"bonin_{secrets.token_urlsafe(32)}"
        await self.install(key, client, person, scopes)
        return key

    async def install(self, key: str, client: str, person: str, scopes: frozenset[Scope]) -> None:
        """Make a key good that was made elsewhere."""
        digest, names = _digest(key), sorted(scopes)
        record = orjson.dumps({"client": client, "person": person, "scopes": names})
        words = (digest, record, digest[:_ID_LENGTH], client, person, " ".join(names))
        await self._store.run(_PUT, _KEYS, words)

    async def revoke(self, key_id: str) -> bool:
        """Whether there was a key that `key_id` names."""
        table = await self._table()
        digest = next((digest for digest, caller in table.items() if caller.key_id == key_id), None)
        if digest is None:
            return False
        caller = table[digest]
        given = await self._store.run(_REVOKE, _KEYS, (digest, caller.key_id, caller.client, caller.person))
        return bool(given[0] == b"revoked")

    async def entries(self) -> list[ApiKeyEntry]:
        table = await self._table()
        return [
            ApiKeyEntry(caller.key_id, caller.client, caller.person, tuple(sorted(caller.scopes)))
            for caller in sorted(table.values(), key=lambda caller: (caller.client, caller.key_id))
        ]

    async def _refresh(self, now: float) -> None:
        """Read the table, or take what came of it for whoever read it meanwhile.

        A store that hangs is waited for once by all who ask, not by one after the other.
        """
        async with self._reading:
            if self._tried_at < now:
                await self._read()
        if self._why_not is not None and now - self._read_at > _STALE_SECONDS:
            # The same for everybody, and without the way that it took before.
            raise self._why_not.with_traceback(None)

    async def _read(self) -> None:
        try:
            self._callers = await self._table()
            self._why_not, self._read_at = None, monotonic()
        except StoreUnavailable as error:
            self._why_not = error
        self._tried_at = monotonic()

    async def _table(self) -> dict[str, Caller]:
        pairs = await self._store.command("HGETALL", keys.API_KEYS)
        return {
            digest.decode(): _caller(digest.decode()[:_ID_LENGTH], orjson.loads(record))
            for digest, record in in_pairs(pairs)
        }


def _caller(key_id: str, record: dict[str, object]) -> Caller:
    scopes = record["scopes"]
    assert isinstance(scopes, list)  # noqa: S101 - written by `install` only
    return Caller(str(record["client"]), str(record["person"]), frozenset(map(str, scopes)), key_id)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
