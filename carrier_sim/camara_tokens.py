"""Access tokens for the CAMARA services: the client credentials grant (RFC 6749 4.4) with a client secret."""

import base64
import binascii
import hmac
import secrets
import time
from urllib.parse import unquote_plus

TOKEN_LIFE_SECONDS = 300


class CamaraTokens:
    """Gives tokens to one client. Without a client id there is no client, and nobody gets any."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client = f"{client_id}:{client_secret}".encode() if client_id and client_secret else b""
        self._good_until: dict[str, float] = {}

    def admits(self, authorization: str) -> bool:
        """Whether these are the client's Basic credentials, each part form-encoded (RFC 6749 2.3.1)."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            pair = base64.b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
        except (binascii.Error, ValueError):
            return False
        client_id, _, client_secret = pair.partition(":")
        given = f"{unquote_plus(client_id)}:{unquote_plus(client_secret)}".encode()
        return bool(self._client) and hmac.compare_digest(given, self._client)

    def issue(self) -> str:
        """A new token, good for `TOKEN_LIFE_SECONDS`."""
        now = time.monotonic()
        self._good_until = {token: until for token, until in self._good_until.items() if now < until}
        token = secrets.token_urlsafe(32)
        self._good_until[token] = now + TOKEN_LIFE_SECONDS
        return token

    def is_good(self, authorization: str) -> bool:
        """Whether this header holds a token that was issued and has not expired."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and time.monotonic() < self._good_until.get(token, 0.0)

    def revoke_all(self) -> None:
        self._good_until.clear()
