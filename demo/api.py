"""A client of the gateway's public interface, as small as the demo needs it."""

from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson


class ApiError(Exception):
    """The gateway refused; `problem` is its problem document (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem

    @property
    def slug(self) -> str:
        return str(self.problem.get("type", "")).rpartition("/")[2]


class Api:
    """Calls one base URL with one key. Raises `ApiError` for anything but a 2xx."""

    def __init__(self, base_url: str, key: str | None = None) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of the answer, or None where there is none."""
        data = None if body is None else orjson.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with self._session.request(method, self._base_url + path, data=data, headers=headers) as response:
            content = await response.read()
            answer = orjson.loads(content) if content else None
            if response.status >= 300:
                raise ApiError(response.status, answer or {})
            return answer
