"""The CAMARA services of one carrier, on one pool of connections and one token."""

import time

from pydantic import SecretStr

from gateway.carriers.camara.client import CamaraClient
from gateway.carriers.camara.oidc import OidcClient
from gateway.carriers.json_poster import JsonPoster

_TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path


def camara_client(
    base_url: str,
    client_id: str,
    client_secret: SecretStr,
    token_url: str | None = None,
    timeout_seconds: float = 2.0,
) -> CamaraClient:
    """A client for `CamaraOwnershipCheck` and `CamaraRiskSignals`. One try takes at most half of the time."""
    poster = JsonPoster(timeout_seconds / 2)
    token_url = token_url or base_url.rstrip("/") + _TOKEN_PATH
    oidc = OidcClient(poster, token_url, client_id, client_secret, time.monotonic)
    return CamaraClient(poster, oidc, base_url, timeout_seconds)
