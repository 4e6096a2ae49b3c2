"""How much of everything a caller may take. In a module of its own, so that the settings need no HTTP server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """In all, and from one address: one IPv4 address, or one IPv6 network of 64 bits, which is one customer's."""

    most: int = 8192
    most_per_address: int = 4096


@dataclass(frozen=True)
class RateLimits:
    """0 is no limit."""

    key_rate: int = 2_000
    """Requests of one key in a second."""
    key_burst: int = 4_000
    """Requests of one key at once, after a pause."""
    address_failures: int = 600
    """Requests from one address in a minute whose key is missing or nobody's."""
    followers: int = 1_000
    """Long polls and event streams of one key at once."""
