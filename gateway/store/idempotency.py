"""Requests that must not be carried out twice. Answers are sealed: one may hold a branch password."""

import base64
from collections.abc import Sequence

import orjson

from contacts.protection import PersonalData, Unreadable
from gateway.core.idempotency import Answered, Fresh, InProgress, Mismatch
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_BEGIN = load("begin_request")
_END = load("end_request")
_CLAIM_MS = 60_000
_KEPT_MS = 86_400_000


class RedisIdempotency:
    """`IdempotencyStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._personal_data = personal_data

    async def begin(
        self, client: str, key_digest: str, fingerprints: Sequence[str]
    ) -> Fresh | InProgress | Answered | Mismatch:
        key = keys.idempotency(client, key_digest)
        match await self._store.run(_BEGIN, (key,), (fingerprints[0], _CLAIM_MS, fingerprints[-1])):
            case [b"fresh"]:
                return Fresh()
            case [b"in_progress"]:
                return InProgress()
            case [b"answered", sealed]:
                return self._open(key, sealed)
            case _:
                return Mismatch()

    async def finish(self, client: str, key_digest: str, fingerprint: str, answer: Answered) -> None:
        key = keys.idempotency(client, key_digest)
        body = base64.b64encode(answer.body).decode()
        packed = orjson.dumps({"status": answer.status, "body": body, "headers": dict(answer.headers)})
        sealed = self._personal_data.seal(packed.decode(), bound_to=key)
        await self._store.run(_END, (key,), (fingerprint, sealed, _KEPT_MS))

    async def abandon(self, client: str, key_digest: str, fingerprint: str) -> None:
        await self._store.run(_END, (keys.idempotency(client, key_digest),), (fingerprint, "", _KEPT_MS))

    def _open(self, key: str, sealed: bytes) -> Answered | InProgress:
        try:
            packed = orjson.loads(self._personal_data.open(sealed, bound_to=key))
        except Unreadable:
            # Sealed under a key that is gone: neither replaying nor doing it again would be right.
            return InProgress()
        return Answered(packed["status"], base64.b64decode(packed["body"]), packed["headers"])
