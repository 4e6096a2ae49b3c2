"""The ownership check by a carrier's registry: `POST /registry/match` with a bearer token."""

import orjson
import structlog

from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import PhoneNumber
from gateway.carriers.json_poster import JsonPoster, NoAnswer

_log = structlog.get_logger(__name__)

_RESULTS = {
    "true": OwnershipResult.CONFIRMED,
    "false": OwnershipResult.NOT_CONFIRMED,
    "not_available": OwnershipResult.NOT_AVAILABLE,
}


class RegistryOwnershipCheck:
    """`OwnershipCheck` that asks the registry at `base_url`. Anything but a clear answer is none."""

    def __init__(self, base_url: str, token: str, timeout_seconds: float = 5.0) -> None:
        self._url = f"{base_url.rstrip('/')}/registry/match"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._poster = JsonPoster(timeout_seconds)

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        asked = {"phone_number": number.e164, "name": name}
        if birth_date is not None:
            asked["birth_date"] = birth_date
        try:
            answer = await self._poster.post(self._url, orjson.dumps(asked), self._headers)
        except NoAnswer:
            raise _unavailable("no answer") from None
        if answer.status != 200:
            raise _unavailable(f"status {answer.status}")
        match answer.content.get("name_match"):
            case str(match) if match in _RESULTS:
                return _RESULTS[match]
            case _:
                raise _unavailable("unreadable")

    async def close(self) -> None:
        await self._poster.close()


class NoOwnershipCheck:
    """Stands where no registry is configured: every check is unavailable, so no mobile becomes verifiable by it."""

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        raise OwnershipCheckUnavailable

    async def close(self) -> None:
        """Nothing to close."""


def _unavailable(why: str) -> OwnershipCheckUnavailable:
    _log.warning("ownership_check_unavailable", why=why)
    return OwnershipCheckUnavailable()
