"""What the nodes of a Redis Cluster say of themselves: who is a primary, and of which slots."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.store.endpoint import Address
from gateway.store.shards import SLOTS


@dataclass(frozen=True, slots=True)
class Claim:
    """A primary, and the slots that it has, as ranges with both ends."""

    address: Address
    epoch: int
    """Of two that claim a slot, the one with the higher epoch has it."""
    slots: tuple[tuple[int, int], ...]
    name: str | None = None
    """The host name that it announces, which its certificate is for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Who has what."""

    owners: tuple[Address | None, ...]
    """By slot; nobody has one that is lost."""
    primaries: frozenset[Address]
    names: Mapping[Address, str]
    """The host names of those that announce one."""


def claims_in(told: bytes, asked: str) -> Iterator[Claim]:
    """Of the answer to CLUSTER NODES by the host that was asked: a node need not know its own address.

    A line is `id ip:port@bus[,hostname[,field=value…]] flags primary ping pong epoch link slot…`; a slot that is on its
    way is in brackets, and still where it was.
    """
    for line in told.decode().splitlines():
        _, where, flags, _, _, _, epoch, _, *slots = line.split(" ")
        marks = flags.split(",")
        if "master" not in marks or {"noaddr", "handshake"} & {*marks} or ("fail" in marks and not slots):
            continue
        address, _, rest = where.partition("@")
        host, _, port = address.rpartition(":")
        name = rest.partition(",")[2].partition(",")[0]
        ranges = (each.partition("-") for each in slots if not each.startswith("["))
        yield Claim(
            (host or asked, int(port)),
            int(epoch),
            tuple((int(first), int(last or first)) for first, _, last in ranges),
            name or None,
        )


def settled(claims: Iterable[Claim]) -> Layout:
    """What several nodes say, put together."""
    known = sorted(claims, key=lambda claim: claim.epoch)
    owners: list[Address | None] = [None] * SLOTS
    for claim in known:
        for first, last in claim.slots:
            owners[first : last + 1] = [claim.address] * (last + 1 - first)
    names = {claim.address: claim.name for claim in known if claim.name}
    return Layout(tuple(owners), frozenset(claim.address for claim in known), names)
