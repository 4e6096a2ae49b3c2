"""Access tokens by the client credentials grant (RFC 6749 4.4), as CAMARA's security profile asks for them.

Source: https://github.com/camaraproject/IdentityAndConsentManagement, CAMARA-Security-Interoperability.md
"""

import asyncio
import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from pydantic import SecretStr

from gateway.carriers.json_poster import JsonAnswer, JsonPoster, NoAnswer

_log = structlog.get_logger(__name__)

SCOPES = (
    "dpv:FraudPreventionAndDetection",  # the purpose, which CAMARA puts before the scopes
    "kyc-match:match",
    "sim-swap:check",
    "call-forwarding-signal:unconditional-call-forwardings:read",
    "number-recycling:check",
)

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,4096}=*")
"""RFC 6750 2.1: what may stand in an Authorization header."""
_REPLACED_BEFORE_EXPIRY = 0.1
"""Of its life, at most 30 seconds: a token must not expire on its way."""
_LIFE_WHEN_NOT_SAID = 60
_LONGEST_LIFE = 86_400


class NoToken(Exception):
    """The token endpoint gave none that can be used. `final`: it refused us, and would again."""

    def __init__(self, *, final: bool) -> None:
        super().__init__()
        self.final = final


class OidcClient:
    """Holds one access token and replaces it shortly before it expires, by one request at a time."""

    def __init__(
        self,
        poster: JsonPoster,
        token_url: str,
        client_id: str,
        client_secret: SecretStr,
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives seconds that only grow."""
        self._poster = poster
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._token = ""
        self._good_until = 0.0
        self._asking: asyncio.Task[str] | None = None

    async def token(self, refused: str | None = None) -> str:
        """A token; another than `refused`, which the carrier did not accept. Raises `NoToken`."""
        if refused is not None and refused == self._token:
            self._good_until = 0.0
        if self._clock() < self._good_until:
            return self._token
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        # Whoever gives up waiting must not end it for the others.
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Give up a request that is under way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self) -> str:
        body = urlencode({"grant_type": "client_credentials", "scope": " ".join(SCOPES)}).encode("ascii")
        headers = {"Authorization": self._basic(), "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._poster.post(self._token_url, body, headers)
        except NoAnswer:
            _log.warning("carrier_token_unavailable", status=None)
            raise NoToken(final=False) from None
        token = _token_in(answer)
        if token is None:
            _log.warning("carrier_token_unavailable", status=answer.status)
            raise NoToken(final=400 <= answer.status < 500 and answer.status != 429)
        life = _life_of(answer.content.get("expires_in"))
        self._token = token
        self._good_until = self._clock() + life - min(30.0, life * _REPLACED_BEFORE_EXPIRY)
        return token

    def _asked(self, task: asyncio.Task[str]) -> None:
        self._asking = None
        if not task.cancelled():
            task.exception()  # seen here, should nobody be waiting any more

    def _basic(self) -> str:
        """RFC 6749 2.3.1: both are form-encoded before they are joined."""
        secret = self._client_secret.get_secret_value()
        pair = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}"
        return f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}"


def _token_in(answer: JsonAnswer) -> str | None:
    token, kind = answer.content.get("access_token"), answer.content.get("token_type")
    if answer.status != 200 or not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
        return None
    return token if isinstance(kind, str) and kind.lower() == "bearer" else None


def _life_of(expires_in: Any) -> float:
    if not isinstance(expires_in, int) or isinstance(expires_in, bool) or expires_in <= 0:
        return _LIFE_WHEN_NOT_SAID
    return min(expires_in, _LONGEST_LIFE)
