"""The ownership check by a carrier's registry: `POST /registry/match` with a bearer token."""

import aiohttp
import orjson
import structlog

from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import PhoneNumber

_log = structlog.get_logger(__name__)

_RESULTS = {
    "true": OwnershipResult.CONFIRMED,
    "false": OwnershipResult.NOT_CONFIRMED,
    "not_available": OwnershipResult.NOT_AVAILABLE,
}
_LARGEST_ANSWER = 4096


class RegistryOwnershipCheck:
    """`OwnershipCheck` that asks the registry at `base_url`. Anything but a clear answer is none."""

    def __init__(self, base_url: str, token: str, timeout_seconds: float = 5.0) -> None:
        self._url = f"{base_url.rstrip('/')}/registry/match"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        asked = {"phone_number": number.e164, "name": name}
        if birth_date is not None:
            asked["birth_date"] = birth_date
        try:
            async with self._opened().post(
                self._url, data=orjson.dumps(asked), headers=self._headers, allow_redirects=False
            ) as response:
                body = await response.content.read(_LARGEST_ANSWER)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("ownership_check_unavailable", error=type(error).__name__)
            raise OwnershipCheckUnavailable from None
        return _read(status, body)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self._session


class NoOwnershipCheck:
    """Stands where no registry is configured: every check is unavailable, so no mobile becomes verifiable by it."""

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        raise OwnershipCheckUnavailable

    async def close(self) -> None:
        """Nothing to close."""


def _read(status: int, body: bytes) -> OwnershipResult:
    try:
        result = _RESULTS[orjson.loads(body)["name_match"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        status = status if status != 200 else 0
        result = OwnershipResult.NOT_AVAILABLE
    if status != 200:
        _log.warning("ownership_check_unavailable", status=status)
        raise OwnershipCheckUnavailable
    return result
