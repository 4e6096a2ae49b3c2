"""Where a store is and how one is let in, from a URL such as `rediss://user:password@host:6379/0?ssl_ca_certs=ca.pem`.

`redis+sentinel://user:password@first:26379,second:26379/service` names sentinels instead: each connection asks them
which server is the primary now. `redis+cluster://user:password@first:6379,second:6379` (over TLS `rediss+cluster://…`)
names some nodes of a Redis Cluster, who know the others.

Over TLS (`rediss`) a server's certificate is checked against the host of the URL; that of a node which another told of
against the host name that it announces, or else its address.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import hiredis

from gateway.core.errors import StoreUnavailable

SENTINEL_SCHEME = "redis+sentinel://"
CLUSTER_SCHEMES = ("redis+cluster://", "rediss+cluster://")
TLS_WORDS = (
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_keyfile",
    "ssl_password",
)
"""What may stand behind the `?` of an address over TLS, in redis-py's names. So may `db`, save of a cluster."""
Address = tuple[str, int]
"""Host and port."""
_PORT, _SENTINEL_PORT = 6379, 26379
_SENTINEL_SECONDS = 1.0
_FALSE = ("0", "F", "FALSE", "N", "NO")


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
    sentinels: tuple[Address, ...] = ()
    """Who knows which server is the primary of `service`; then host and port are theirs to say."""
    service: str = ""
    seeds: tuple[Address, ...] = ()
    """Nodes of a cluster, any of which knows the others."""
    name: str | None = None
    """What the certificate is for, where that is not the host."""
    find: "Callable[[], Awaitable[Endpoint]] | None" = field(default=None, repr=False)
    """Says where each time that a connection opens. Raises `StoreUnavailable`."""
    recognise: "Callable[[Callable[..., Awaitable[Any]]], Awaitable[None]] | None" = field(default=None, repr=False)
    """Asks a server whether it is the right one, before all else is asked. Raises `StoreUnavailable`."""

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Raises ValueError, or OSError for a certificate that cannot be read."""
        if url.startswith(SENTINEL_SCHEME):
            return cls._from_sentinel_url(url)
        if url.startswith(CLUSTER_SCHEMES):
            return cls._from_cluster_url(url)
        parts = urlsplit(url)
        given, path = dict(parse_qsl(parts.query)), unquote(parts.path)
        is_socket, named = parts.scheme == "unix", path.strip("/")
        return cls(
            host=unquote(parts.hostname or "localhost"),
            port=parts.port or _PORT,
            path=path if is_socket else None,
            database=int(given.get("db", named if named.isdecimal() and not is_socket else 0)),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=_tls(given) if parts.scheme == "rediss" else None,
        )

    @classmethod
    def _from_sentinel_url(cls, url: str) -> Self:
        parts = urlsplit(url)
        _, _, hosts = parts.netloc.rpartition("@")
        service = parts.path.strip("/")
        if not hosts or not service:
            raise ValueError("give redis+sentinel://host:26379,host:26379/service")
        return cls(
            database=int(dict(parse_qsl(parts.query)).get("db", 0)),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            sentinels=tuple(_host_and_port(one, _SENTINEL_PORT) for one in hosts.split(",")),
            service=service,
        )

    @classmethod
    def _from_cluster_url(cls, url: str) -> Self:
        parts = urlsplit(url)
        user, at, hosts = parts.netloc.rpartition("@")
        one = cls.from_url(f"{parts.scheme.partition('+')[0]}://{user}{at}{hosts.partition(',')[0]}?{parts.query}")
        if not hosts or one.database or parts.path.strip("/"):
            raise ValueError("give redis+cluster://host:6379,host:6379 and no database: a cluster has one")
        return replace(one, seeds=tuple(_host_and_port(each, _PORT) for each in hosts.split(",")))

    def at(self, address: Address, name: str | None = None) -> Self:
        """One server, let in as this one."""
        return replace(self, host=address[0], port=address[1], name=name, seeds=())

    def found_by(self, find: "Callable[[], Awaitable[Endpoint]]") -> Self:
        """Whichever server that says, let in as this one."""
        return replace(self, seeds=(), find=find)

    async def greet(self, ask: Callable[..., Awaitable[Any]]) -> None:
        """Say what comes before all else. Raises `StoreUnavailable` when a sentinel's primary is none, and as
        `recognise` does."""
        if self.password is not None:
            await ask("AUTH", *([self.username] if self.username else []), self.password)
        if self.database:
            await ask("SELECT", self.database)
        if self.sentinels and (await ask("ROLE"))[0] != b"master":
            raise StoreUnavailable("what the sentinels name is no primary")
        if self.recognise is not None:
            await self.recognise(ask)

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Open a connection for the protocol. Raises OSError; `StoreUnavailable` when no sentinel knows a primary."""
        loop = asyncio.get_running_loop()
        if self.path is not None:
            await loop.create_unix_connection(lambda: protocol, self.path)
            return
        there: Endpoint = self
        if self.sentinels:
            there = await self.primary()
        elif self.find is not None:
            there = await self.find()
        name = there.name if self.tls else None
        await loop.create_connection(lambda: protocol, there.host, there.port, ssl=self.tls, server_hostname=name)

    async def primary(self) -> Self:
        """What the first sentinel that answers says. Raises `StoreUnavailable` when none knows one."""
        for host, port in self.sentinels:
            try:
                async with asyncio.timeout(_SENTINEL_SECONDS):
                    told = await _asked(host, port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.service)
            except (OSError, TimeoutError, hiredis.HiredisError):
                continue
            if isinstance(told, list):
                return self.at((told[0].decode(), int(told[1])))
        raise StoreUnavailable("no sentinel answers and knows a primary")


async def _asked(host: str, port: int, *words: str) -> object:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        answers = hiredis.Reader(notEnoughData=_asked)
        writer.write(hiredis.pack_command(words))  # type: ignore[arg-type]
        while (answer := answers.gets()) is _asked:
            if not (received := await reader.read(4096)):
                raise ConnectionResetError
            answers.feed(received)
        return answer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _host_and_port(text: str, usual_port: int) -> Address:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, parts.port or usual_port


def _tls(given: Mapping[str, str]) -> ssl.SSLContext:
    """As redis-py reads the same words of a URL."""
    context = ssl.create_default_context(cafile=given.get("ssl_ca_certs"), capath=given.get("ssl_ca_path"))
    context.check_hostname = given.get("ssl_check_hostname", "true").upper() not in _FALSE
    if given.get("ssl_cert_reqs", "required") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate := given.get("ssl_certfile"):
        context.load_cert_chain(certificate, given.get("ssl_keyfile"), given.get("ssl_password"))
    return context
