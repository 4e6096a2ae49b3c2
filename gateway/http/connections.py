"""How many connections there may be, and who makes room when there are too many.

A caller that is slow on purpose ties up nothing but connections. When no more may be open, in all or from one address,
one that waits for its own client is closed to make room: first the oldest of those that never sent a whole request;
then, of the others, one that is idle or in the middle of its body. Only where every connection waits for us is the
newcomer turned away, with 503. So whoever sends requests gets through, however many others only hold the line.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.http.client_address import host_of
from gateway.http.limits import ConnectionLimits

HEAD_SECONDS = 5.0
"""For the head of a request, from its first byte, or from connecting, to its end."""

NEWCOMER_SECONDS = 1.0
"""For the first request of whoever connected just before the gateway stopped accepting."""

HANDING_OVER_SECONDS = 1.0
"""For requests over idle connections, such as a proxy keeps, while another process already accepts new ones."""

READING_SECONDS = 15.0
"""For a client to read what waits to be sent: 64 KiB and more in the process, or anything at all in the kernel."""

LARGEST_HEAD = 64 * 1024
"""Bytes after which a head that comes in pieces must have ended."""

_LOOKED_AT = 32
"""How many connections are looked at for one that waits for its client, before a newcomer is turned away."""

OPEN_NOW = "bonin_http_connections"
"""The metric of how many connections a process has."""

_REASONS = ("slow_head", "large_head", "slow_reader", "made_room", "turned_away")


class Connection(Protocol):
    """What `Connections` needs of a connection."""

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing happens before its client sends more."""
        ...

    def give_way(self) -> None:
        """Close: somebody else needs the room."""
        ...


class _Crowd:
    """Connections in the order they came; those that never sent a whole request apart."""

    __slots__ = ("heard", "silent")

    def __init__(self) -> None:
        self.silent: dict[Connection, None] = {}
        self.heard: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self.silent) + len(self.heard)

    def drop(self, connection: Connection) -> None:
        self.silent.pop(connection, None)
        self.heard.pop(connection, None)

    def hear(self, connection: Connection) -> None:
        if connection in self.silent:
            del self.silent[connection]
            self.heard[connection] = None

    def who_makes_room(self) -> Connection | None:
        for connection in self.silent:
            return connection
        for _ in range(min(_LOOKED_AT, len(self.heard))):
            connection = next(iter(self.heard))
            if connection.waits_for_client:
                return connection
            self.heard[connection] = self.heard.pop(connection)
        return None


class Connections:
    """The connections of one process."""

    def __init__(
        self,
        registry: CollectorRegistry,
        limits: ConnectionLimits = ConnectionLimits(),
        proxies: Iterable[IPv4Network | IPv6Network] = (),
    ) -> None:
        """`proxies` have no limit of their own, only that of all: everybody's requests come through them."""
        self.limits = limits
        self._proxies = tuple(proxies)
        self._all = _Crowd()
        self._by_address: dict[str, _Crowd] = {}
        self._address_of: dict[Connection, str] = {}
        self._all_heard, self._all_left = asyncio.Event(), asyncio.Event()
        open_now = Gauge(OPEN_NOW, "Open connections", registry=registry)
        open_now.set_function(lambda: len(self._all))
        self._closed = Counter(
            "bonin_http_connections_closed",
            "Connections closed because of their client's behaviour or to make room",
            labelnames=("reason",),
            registry=registry,
        )
        for reason in _REASONS:
            self._closed.labels(reason)  # there from the start, so that a rate can be taken of the first

    def admit(self, connection: Connection, peer: str) -> bool:
        """Whether there is room, if need be after another connection gave way."""
        address = self._group(peer)
        crowd = self._by_address.setdefault(address, _Crowd())
        if address and len(crowd) >= self.limits.most_per_address and not self._make_room(crowd):
            return False
        if len(self._all) >= self.limits.most and not self._make_room(self._all):
            self._forget_if_empty(address)
            return False
        self._by_address[address] = crowd
        for members in (self._all, crowd):
            members.silent[connection] = None
        self._address_of[connection] = address
        return True

    def hear(self, connection: Connection) -> None:
        """A whole request came for the first time."""
        address = self._address_of.get(connection)
        if address is not None:
            self._all.hear(connection)
            self._by_address[address].hear(connection)
            self._note_who_is_silent()

    def leave(self, connection: Connection) -> None:
        """It is closed, or as good as."""
        address = self._address_of.pop(connection, None)
        if address is not None:
            self._all.drop(connection)
            self._by_address[address].drop(connection)
            self._forget_if_empty(address)
            self._note_who_is_silent()
            if not len(self._all):
                self._all_left.set()

    async def until_heard(self, seconds: float) -> None:
        """Wait until everybody who has connected has asked as well, but no longer than `seconds`."""
        self._note_who_is_silent()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_heard.wait(), seconds)

    async def until_left(self, seconds: float) -> None:
        """Wait until no connection is left, but no longer than `seconds`. Nobody may be let in any more."""
        if len(self._all):
            self._all_left.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_left.wait(), seconds)

    def _note_who_is_silent(self) -> None:
        if self._all.silent:
            self._all_heard.clear()
        else:
            self._all_heard.set()

    def count_closed(self, reason: str) -> None:
        self._closed.labels(reason).inc()

    def _make_room(self, crowd: _Crowd) -> bool:
        connection = crowd.who_makes_room()
        if connection is None:
            self.count_closed("turned_away")
            return False
        self.count_closed("made_room")
        self.leave(connection)
        connection.give_way()
        return True

    def _forget_if_empty(self, address: str) -> None:
        crowd = self._by_address.get(address)
        if crowd is not None and not len(crowd):
            del self._by_address[address]

    def _group(self, peer: str) -> str:
        """The host whose limit `peer` counts towards; "" for proxies and for what has no address, which have none."""
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return ""
        if any(address in network for network in self._proxies):
            return ""
        return host_of(address)


CONNECTIONS = web.AppKey("connections", Connections)
