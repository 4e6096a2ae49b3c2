"""Where a store is and how one is let in, from a URL such as `rediss://user:password@host:6379/0?ssl_ca_certs=ca.pem`."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from redis.asyncio.connection import parse_url

_PORT = 6379


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server. `path` is that of a unix socket, in the place of host and port."""

    host: str = "localhost"
    port: int = _PORT
    path: str | None = None
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Raises ValueError, or OSError for a certificate that cannot be read."""
        given: Mapping[str, Any] = parse_url(url)
        return cls(
            host=given.get("host", "localhost"),
            port=given.get("port", _PORT),
            path=given.get("path"),
            database=given.get("db", 0),
            username=given.get("username"),
            password=given.get("password"),
            tls=_tls(given) if url.startswith("rediss://") else None,
        )

    def at(self, host: str, port: int) -> Self:
        """Another server that lets one in alike."""
        return replace(self, host=host, port=port, path=None)

    @property
    def greeting(self) -> list[tuple[str | int, ...]]:
        """The commands before all others."""
        words: list[tuple[str | int, ...]] = []
        if self.password is not None:
            words.append(("AUTH", self.username, self.password) if self.username else ("AUTH", self.password))
        if self.database:
            words.append(("SELECT", self.database))
        return words

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Open a connection for the protocol. Raises OSError."""
        loop = asyncio.get_running_loop()
        if self.path is not None:
            await loop.create_unix_connection(lambda: protocol, self.path)
        else:
            await loop.create_connection(lambda: protocol, self.host, self.port, ssl=self.tls)


def _tls(given: Mapping[str, Any]) -> ssl.SSLContext:
    """As redis-py reads the same words of a URL."""
    context = ssl.create_default_context(cafile=given.get("ssl_ca_certs"), capath=given.get("ssl_ca_path"))
    context.check_hostname = bool(given.get("ssl_check_hostname", True))
    if given.get("ssl_cert_reqs", "required") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate := given.get("ssl_certfile"):
        context.load_cert_chain(certificate, given.get("ssl_keyfile"), given.get("ssl_password"))
    return context
