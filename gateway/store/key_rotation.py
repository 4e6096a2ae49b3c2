"""Looks through the store for what is under a key that does not write any more, and puts it under the one that does.

Each record is read, computed here, and replaced by a script only if nobody changed it meanwhile: it is safe beside
gateways. What has been done needs no note of it, so an interrupted run is simply begun again. What a digest stands
for cannot be computed again: codes, slips, devices, expected texts and numbers that notices went to are counted until
they are gone by themselves.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from contacts.key_ring import KeyRing
from contacts.protection import PersonalData, Unreadable
from gateway.store import clock, keys, ops_keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.keys_in_use import Purpose
from gateway.store.replies import KEPT_AFTER_SECONDS
from gateway.store.scripts import load
from gateway.store.sealed_fields import SEALED_FIELDS, SealedField

_REPLACE = load("replace_field")
_REINDEX = load("reindex_contact")
_AT_ONCE = 1000
"""Keys that are asked for, and held in memory, at once."""


class Walk(Enum):
    """What a walk does with what it finds."""

    COUNT = auto()
    CHANGE = auto()
    DROP_MARKS = auto()
    """Drops the marks of numbers under the other index key; once every contact is filed anew."""


@dataclass(slots=True)
class Left:
    """What is under the key that does not write."""

    records: int = 0
    marks: int = 0
    lapsing: int = 0
    until: int = 0
    """When the last of what lapses by itself is gone, in ms since the epoch."""


@dataclass(slots=True)
class Findings:
    """What one walk saw."""

    looked_at: int = 0
    changed: int = 0
    unreadable: int = 0
    taken: int = 0
    """Contacts of which a customer has another one with the same number: somebody has to remove one."""
    left: dict[Purpose, Left] = field(default_factory=lambda: {purpose: Left() for purpose in Purpose})


@dataclass(frozen=True, slots=True)
class _Lapsing:
    """A field that begins with the id of its key, in bytes or in hex, in a record that has an end."""

    name: str
    in_hex: bool = False
    purpose: Purpose = Purpose.PEPPER
    status: str = "status"
    expires_at: str = "expires_at"


_LAPSING = {
    "v": _Lapsing(FIELDS["v.terms"], status=FIELDS["v.status"], expires_at=FIELDS["v.expires_at"]),
    "branch": _Lapsing("code"),
    "auto-connect": _Lapsing("token"),
    "idempotency": _Lapsing("fingerprint", in_hex=True),
    "ops-session": _Lapsing("pending", purpose=Purpose.ENCRYPTION),
}
_LAPSING_OF_NUMBERS = {"replies": KEPT_AFTER_SECONDS * 1000, "noticed": 0}
"""Kinds of record that are named by a blind index, and how long (ms) the store keeps one after it was of use."""
_MARKS = frozenset({"known", "ops-owners"})
"""Kinds of record that are named by a blind index, or by the key that made it, and say nothing that a contact does not
say as well."""

Progress = Callable[[int, int], None]
"""Is told how many keys were looked at, and about how many there are."""


class KeyRotation:
    """Walks over a store with the keys of the settings; the first of each ring is the one that writes."""

    def __init__(self, store: Store, rings: Mapping[Purpose, KeyRing]) -> None:
        self._store = store
        self._personal_data = PersonalData(rings[Purpose.ENCRYPTION], rings[Purpose.INDEX])
        self._former = {purpose: ring.ids[1] if len(ring.ids) > 1 else None for purpose, ring in rings.items()}
        self._index_now = rings[Purpose.INDEX].current_id.hex()

    async def walk(self, what: Walk, progress: Progress) -> Findings:
        """Look at every key; at one that moves between servers of a cluster perhaps twice."""
        findings, total = Findings(), sum(await self._store.everywhere("DBSIZE"))
        async for found in self._store.scan("COUNT", _AT_ONCE):
            await asyncio.gather(*(self._look(key.decode(errors="replace"), what, findings) for key in found))
            findings.looked_at += len(found)
            progress(findings.looked_at, max(total, findings.looked_at))
        return findings

    async def _look(self, key: str, what: Walk, findings: Findings) -> None:
        kind, rest = keys.kind_and_rest(key)
        if kind in _MARKS:
            await self._look_at_mark(key, kind, rest, what, findings)
        if what is Walk.DROP_MARKS:
            return
        if kind == "contact":
            # Before it is sealed anew, which does not change the index: one look at a contact does both.
            await self._look_at_index(key, rest, what, findings)
        if kind == "customer":
            await self._look_at_name(key, rest, what, findings)
        if kind in _LAPSING_OF_NUMBERS:
            await self._look_at_number(key, rest, _LAPSING_OF_NUMBERS[kind], findings)
        if kind in _LAPSING:
            await self._look_at_digest(key, _LAPSING[kind], findings)
        for sealed in SEALED_FIELDS.get(kind, ()):
            await self._look_at_sealed(key, rest, sealed, what, findings)

    async def _look_at_sealed(self, key: str, rest: str, sealed: SealedField, what: Walk, findings: Findings) -> None:
        value = await self._store.command("HGET", key, sealed.name)
        if value is None or self._personal_data.is_sealed_anew(value):
            return
        bound_to = sealed.bound_to(key, rest)
        try:
            plaintext = self._personal_data.open(value, bound_to=bound_to)
        except Unreadable:
            findings.unreadable += 1
            return
        if what is Walk.CHANGE:
            anew = self._personal_data.seal(plaintext, bound_to=bound_to)
            await self._replace(key, sealed.name, value, anew, findings)
        else:
            findings.left[Purpose.ENCRYPTION].records += 1

    async def _look_at_index(self, key: str, rest: str, what: Walk, findings: Findings) -> None:
        customer_id, _, contact_id = rest.rpartition(":")
        index, number = await self._store.command("HMGET", key, FIELDS["c.index"], FIELDS["c.number"])
        if index is None or index.startswith(bytes.fromhex(self._index_now)):
            return
        try:
            anew = self._personal_data.blind_indexes(self._personal_data.open(number, bound_to=contact_id))[0]
        except Unreadable:
            return  # counted where it is to be sealed anew
        if what is Walk.COUNT:
            findings.left[Purpose.INDEX].records += 1
            return
        # As when a contact is registered: before it, so that no contact exists whose sender is unknown.
        await self._store.all(
            ("SADD", *keys.known_number(anew)), ("SADD", *ops_keys.owned(anew, customer_id, contact_id))
        )
        given = await self._store.run(
            _REINDEX, (keys.contacts(customer_id), key), (contact_id, index, bytes.fromhex(anew))
        )
        findings.changed += given[0] == b"reindexed"
        findings.taken += given[0] == b"taken"

    async def _look_at_name(self, key: str, customer_id: str, what: Walk, findings: Findings) -> None:
        digest, *sealed = await self._store.command("HMGET", key, "name_digest", "name", "birth_date")
        if digest is None or digest.decode().startswith(self._index_now):
            return
        try:
            name, birth_date = (
                None if value is None else self._personal_data.open(value, bound_to=one.bound_to(key, customer_id))
                for one, value in zip(SEALED_FIELDS["customer"], sealed, strict=True)
            )
        except Unreadable:
            return  # counted where it is to be sealed anew
        if what is Walk.COUNT:
            findings.left[Purpose.INDEX].records += 1
            return
        anew = self._personal_data.name_digests(name or "", birth_date)[0]
        await self._replace(key, "name_digest", digest, anew.encode(), findings)

    async def _look_at_mark(self, key: str, kind: str, rest: str, what: Walk, findings: Findings) -> None:
        former = self._former[Purpose.INDEX]
        if former is None or not rest.startswith(former.hex()):
            return
        marks = await self._store.command("SCARD", key) if kind == "known" else 1
        if what is Walk.DROP_MARKS:
            findings.changed += marks * await self._store.command("UNLINK", key)
        else:
            findings.left[Purpose.INDEX].marks += marks

    async def _look_at_number(self, key: str, index: str, kept_after_ms: int, findings: Findings) -> None:
        former = self._former[Purpose.INDEX]
        if former is not None and index.startswith(former.hex()):
            await self._lapses(key, findings.left[Purpose.INDEX], kept_after_ms=kept_after_ms)

    async def _look_at_digest(self, key: str, lapsing: _Lapsing, findings: Findings) -> None:
        former = self._former[lapsing.purpose]
        if former is None:
            return
        wanted = (lapsing.name, lapsing.status, lapsing.expires_at)
        digest, status, expires_at = await self._store.command("HMGET", key, *wanted)
        is_former = digest is not None and digest.startswith(former.hex().encode() if lapsing.in_hex else former)
        if is_former and status in (None, b"pending", b"active"):
            await self._lapses(key, findings.left[lapsing.purpose], until=int(expires_at or 0))

    async def _lapses(self, key: str, left: Left, *, kept_after_ms: int = 0, until: int = 0) -> None:
        """Count a record that is of use `until` then, or until so long before the store drops it."""
        now = await clock.now(self._store)
        until = until or now + await self._store.command("PTTL", key) - kept_after_ms
        if until > now:
            left.lapsing += 1
            left.until = max(left.until, until)

    async def _replace(self, key: str, name: str, read: bytes, anew: bytes, findings: Findings) -> None:
        given = await self._store.run(_REPLACE, (key,), (name, read, anew))
        findings.changed += given[0] == b"replaced"
