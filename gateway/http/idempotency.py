"""`Idempotency-Key`: the same request sent twice is carried out once, and answered alike.

Only a 2xx is remembered. A refusal changed nothing, so asking again is safe and may go better.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import orjson
import structlog

from contacts.key_ring import KeyRing
from gateway.core.callers import Caller
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.core.idempotency import Answered, Fresh, IdempotencyStore, InProgress, Mismatch, known_as
from gateway.core.problems import Problem
from gateway.http.field_errors import field_error_of
from gateway.http.whole_request import Incoming

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

PATIENCE_SECONDS = 1.0
"""Two copies of a request at once should get the same answer; hardly any takes longer than this."""
_LOOK_AGAIN_SECONDS = 0.05

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_log = structlog.get_logger(__name__)


class Idempotency:
    """Carries out each request once.

    A body may hold a six-digit code, which a plain hash would give away to whoever reads the
    store: fingerprints are therefore made under the pepper, which the store does not hold.
    """

    def __init__(self, store: IdempotencyStore, peppers: KeyRing) -> None:
        self._store = store
        self._peppers = peppers

    async def once(
        self,
        request: Incoming,
        caller: Caller,
        document: Mapping[str, Any],
        carry_out: Callable[[bytes], Awaitable[Answered]],
    ) -> tuple[Answered, bool]:
        """The answer to a request with the header, and whether it is a replay. Raises `Refusal`."""
        key, *others = request.headers.getall(HEADER)
        if others:
            raise Refusal(Problem.INVALID_FIELDS, errors=(field_error_of(HEADER, "repeated"),))
        if _KEY.fullmatch(key) is None:
            raise Refusal(Problem.INVALID_FIELDS, errors=(field_error_of(HEADER, "idempotency_key"),))
        digest = hashlib.sha256(key.encode()).hexdigest()
        fingerprints = self._fingerprints(request, document)
        match await self._begin(caller.client, digest, fingerprints):
            case Answered() as answer:
                return answer, True
            case InProgress():
                raise Refusal(Problem.IDEMPOTENCY_IN_PROGRESS, retry_after=1)
            case Mismatch():
                raise Refusal(Problem.IDEMPOTENCY_MISMATCH)
            case Fresh():
                claim = caller.client, digest, fingerprints[0]
                return await self._first_time(claim, partial(carry_out, known_as(*claim))), False

    async def _begin(
        self, client: str, digest: str, fingerprints: tuple[str, ...]
    ) -> Fresh | InProgress | Answered | Mismatch:
        """What the store says, once the same request under way is over, or after waiting long enough for it."""
        for _ in range(round(PATIENCE_SECONDS / _LOOK_AGAIN_SECONDS)):
            begun = await self._store.begin(client, digest, fingerprints)
            if not isinstance(begun, InProgress):
                return begun
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return await self._store.begin(client, digest, fingerprints)

    async def _first_time(self, claim: tuple[str, str, str], carry_out: Callable[[], Awaitable[Answered]]) -> Answered:
        """`claim`: client, digest of the key, and the fingerprint that it was claimed with."""
        # A cancelled request keeps its claim until it lapses: what it did is not known.
        try:
            answer = await carry_out()
        except Exception:
            await self._tell(self._store.abandon(*claim))
            raise
        await self._tell(self._store.finish(*claim, answer))
        return answer

    async def _tell(self, telling: Awaitable[None]) -> None:
        """The caller's answer stands even when it cannot be remembered; the claim then lapses by itself."""
        try:
            await telling
        except StoreUnavailable:
            _log.warning("idempotency_not_recorded")

    def _fingerprints(self, request: Incoming, document: Mapping[str, Any]) -> tuple[str, ...]:
        canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        message = b"\n".join((request.method.encode(), request.raw_path.encode(), canonical))
        return tuple(digest.hex() for digest in self._peppers.digests(message))
