"""A firm's issuing system: calls the public interface, and asks again, as the documents say, when no answer came."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

_JSON = {"Content-Type": "application/json"}
_PAUSE = 0.1
_IN_FLIGHT = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    tries: int = 1
    """The one that was answered; those before it may have been carried out as well."""

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def slug(self) -> str:
        return str(self.json["type"]).rpartition("/")[2]


class Issuer:
    """Calls one gateway with one key. `base_url` may be changed while it runs, as a balancer would."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self.server_errors: list[str] = []
        """Answers of 500, which no fault may cause; 503 says that the store is away."""
        self.seconds: list[float] = []
        """How long each answer took."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=20),
            connector=aiohttp.TCPConnector(limit=_IN_FLIGHT),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer | None:
        """One request; None when no answer came, so that nobody knows what became of it."""
        content = None if body is None else orjson.dumps(body)
        sent = dict(headers or {}) if body is None else {**_JSON, **(headers or {})}
        began = time.perf_counter()
        try:
            async with self._session.request(method, self.base_url + path, data=content, headers=sent) as response:
                answer = Answer(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
        self.seconds.append(time.perf_counter() - began)
        if answer.status == 500:
            self.server_errors.append(f"{method} {path.partition('?')[0]}: 500")
        return answer

    async def insist(self, method: str, path: str, body: object = None, patience: float = 60.0) -> Answer | None:
        """Ask until there is an answer, under one idempotency key; None when patience ran out."""
        headers = {"Idempotency-Key": secrets.token_hex(16)} if method == "POST" else {}
        deadline = time.monotonic() + patience
        for tried in count(1):
            answer = await self.ask(method, path, body, headers)
            if answer is not None and not _is_passing(answer):
                return replace(answer, tries=tried)
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(_PAUSE)
        return None

    async def expect(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of an answer that has to be good: for what is set up before anything fails."""
        answer = await self.insist(method, path, body)
        if answer is None or answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer and (answer.status, answer.content)}")
        return answer.json if answer.content else None


def _is_passing(answer: Answer) -> bool:
    """Whether asking again may go better: the store is away, or the first request under this key goes on."""
    return answer.status == 503 or (answer.status == 409 and answer.slug == "idempotency-in-progress")
