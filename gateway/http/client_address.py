"""Where a request came from, when a proxy says so: `X-Forwarded-For` counts from trusted proxies only.

Anybody may send the header. Each proxy adds the address that it saw at the right end, so it is read from the right:
the first address that is no trusted proxy's is the client's, and everything to the left of it may be invented.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from gateway.http.whole_request import Incoming

Network = IPv4Network | IPv6Network

_HEADER = "X-Forwarded-For"


class ClientAddresses:
    """Finds the client of requests that come through the proxies in `trusted`; without any, it finds none."""

    def __init__(self, trusted: Iterable[Network] = ()) -> None:
        self._trusted = tuple(trusted)

    def of(self, request: Incoming) -> str | None:
        """The address that a trusted proxy saw, or None."""
        return forwarded_for(peer_of(request), request.headers.getall(_HEADER, ()), self._trusted)

    def host_of(self, request: Incoming) -> str:
        """What the request's sender is counted as; "" where it comes from no address."""
        address = _address(self.of(request) or peer_of(request).partition("%")[0])
        return "" if address is None else host_of(address)


def peer_of(request: Incoming) -> str:
    """The address that the connection comes from; "" where it has none."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    return str(peer[0]) if peer else ""


def forwarded_for(peer: str, headers: Sequence[str], trusted: Sequence[Network]) -> str | None:
    """The right-most address of the header lines that is no trusted proxy.

    None where the `peer` of the connection is not trusted, where every hop is, and where a hop that would have to be
    believed is no address: an answer must not rest on what somebody could have made up.
    """
    if not _is_trusted(_address(peer), trusted):
        return None
    hops = [hop.strip(" \t") for line in headers for hop in line.split(",")]
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return None
        if not _is_trusted(address, trusted):
            return str(address)
    return None


def host_of(address: IPv4Address | IPv6Address) -> str:
    """What counts as one host: an IPv4 address, or the /64 network of an IPv6 address, all of which a host may use."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_trusted(address: IPv4Address | IPv6Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)
