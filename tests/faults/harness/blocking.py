"""One connection that is kept open, for whoever cannot await: hypothesis calls its tests one after the other."""

import http.client
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.faults.harness.client import Answer


class Connection:
    """Requests to one gateway; a connection that was closed is opened again."""

    def __init__(self, port: int, key: str) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send(
        self, method: str, path: str, body: bytes | dict[str, object], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """JSON, with whatever JSON can say, unless the body is bytes and the headers say what they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            return self._once(method, path, content, headers or self._headers)
        except (http.client.HTTPException, OSError):
            self._http.close()
            return self._once(method, path, content, headers or self._headers)

    def _once(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        self._http.request(method, path, content, dict(headers))
        response = self._http.getresponse()
        return Answer(response.status, response.read())
