"""Departure records over HTTP: `POST {base}/departures/check` with a bearer token.

Asked `{"name", "birth_date"}`, the service answers `{"departed": true | false | "unknown", "as_of"}`, where `as_of` is
the moment the record is from (RFC 3339). Anything but a clear and recent answer is none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import structlog

from gateway.carriers.json_poster import JsonPoster, NoAnswer
from gateway.core.ports import LookUpFailed

_log = structlog.get_logger(__name__)

_CLOCKS_APART = timedelta(minutes=5)
"""A record from further in the future than this is from a clock that cannot be relied on."""


class HttpDepartureRecords:
    """`DepartureRecords` by the service at `base_url`. A record older than `oldest_seconds` says nothing of today."""

    def __init__(self, base_url: str, token: str, oldest_seconds: int, timeout_seconds: float = 2.0) -> None:
        self._url = f"{base_url.rstrip('/')}/departures/check"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._oldest = timedelta(seconds=oldest_seconds)
        self._poster = JsonPoster(timeout_seconds)

    async def has_left(self, customer_id: str, name: str, birth_date: str, now: int) -> bool:
        """Whether the person is out of the country `now` (ms). Raises `LookUpFailed`."""
        asked = orjson.dumps({"name": name, "birth_date": birth_date})
        try:
            answer = await self._poster.post(self._url, asked, self._headers)
        except NoAnswer:
            raise _failed("no answer") from None
        if answer.status != 200:
            raise _failed(f"status {answer.status}")
        return self._departed(answer.content, now)

    async def close(self) -> None:
        await self._poster.close()

    def _departed(self, content: Mapping[str, Any], now: int) -> bool:
        departed = content.get("departed")
        if departed is not True and departed is not False:
            raise _failed("unknown or unreadable")
        try:
            age = datetime.fromtimestamp(now / 1000, UTC) - datetime.fromisoformat(content["as_of"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise _failed("without a time") from None
        if not -_CLOCKS_APART <= age <= self._oldest:
            raise _failed("out of date")
        return departed


class NoDepartureRecords:
    """Stands where no service is configured: nobody is known to have left, so nobody is exempt."""

    async def has_left(self, customer_id: str, name: str, birth_date: str, now: int) -> bool:
        raise LookUpFailed


def _failed(why: str) -> LookUpFailed:
    _log.warning("departure_look_up_failed", why=why)
    return LookUpFailed()
