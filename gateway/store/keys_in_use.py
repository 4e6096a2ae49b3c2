"""Which keys the data of the store is under, noted by every gateway that writes: a wrong key is told at the start.

So are data of another layout, and another store than before, or the same one emptied (`gateway.store.installation`).

Every few seconds a gateway says that it writes, and looks at all of this again. So a key is retired only when no
gateway writes under it any more. The id of a key is the start of an HMAC under it, and shows nothing of it.
"""

import secrets
from collections.abc import Mapping
from enum import StrEnum

import structlog

from contacts.key_ring import KeyRing
from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import Repeated
from gateway.store import clock, keys
from gateway.store.connection import Store
from gateway.store.layout import LAYOUT, LAYOUT_KEYS, OtherLayout
from gateway.store.pairs import in_pairs
from gateway.store.refusals import OTHER_STORE, OtherStore, kind_of_refusal
from gateway.store.scripts import load

_ENTER = load("enter_keys", "layout")
_RETIRE = load("retire_key")
_EVERY_SECONDS = 5.0
SILENT_MS = 20_000
"""A gateway that has not said for so long that it writes under a key does so no more."""

_log = structlog.get_logger(__name__)


class Purpose(StrEnum):
    """What a key is for, by the name of its setting."""

    ENCRYPTION = "encryption_key"
    INDEX = "index_key"
    PEPPER = "code_pepper"


class KeysUnknown(Exception):
    """The store has data under keys that are not given: their purpose and id."""

    def __init__(self, unknown: list[tuple[Purpose, str]]) -> None:
        super().__init__(unknown)
        self.unknown = unknown


class KeysInUse:
    """The keys of one process, as the store knows them."""

    def __init__(self, store: Store, rings: Mapping[Purpose, KeyRing], *, may_forget: bool = False) -> None:
        """`may_forget`: a store that is emptied is meant to be, and goes on as the same one."""
        self._store = store
        self._may_forget = may_forget
        self._rings = rings
        self._words = [
            word for purpose, ring in rings.items() for word in (purpose, ring.ids[0].hex(), ring.ids[-1].hex())
        ]
        self._repeated = Repeated("keys-in-use", self._enter_again, _EVERY_SECONDS)
        self.trouble: str | None = "key not known"
        """Why this process cannot read all of the store's data, in a few words, as far as it could be asked."""

    async def enter(self) -> None:
        """Say under which keys this process writes. Raises `KeysUnknown`, `OtherLayout`, `OtherStore`, and
        `StoreUnavailable`."""
        installation = self._store.installation
        given = await self._store.run(
            _ENTER,
            (keys.INSTALLATION, keys.AUDIT_OF_NOBODY, *LAYOUT_KEYS),
            (installation.known, secrets.token_hex(16), LAYOUT, *self._words),
        )
        match given:
            case [b"other"]:
                refused = OtherStore()
                self._store.hang_up(refused)
                raise refused
            case [b"layout", found]:
                self.trouble = "data of another layout"
                raise OtherLayout(found)
            case [b"unknown", *words]:
                self.trouble = "key not known"
                names = [word.decode() for word in words]
                raise KeysUnknown([(Purpose(one), name) for one, name in in_pairs(names)])
            case [_, entered]:
                installation.known = b"" if self._may_forget else entered
                self.trouble = None

    async def check(self) -> None:
        """For whoever only reads: nothing is noted. Raises `KeysUnknown`, and `StoreUnavailable`."""
        noted = [field.decode().split(":") for field in await self._store.command("HKEYS", keys.KEYS_IN_USE)]
        unknown = [
            (Purpose(purpose), key_id)
            for purpose, key_id in noted
            if bytes.fromhex(key_id) not in self._rings[Purpose(purpose)].ids
        ]
        if unknown:
            raise KeysUnknown(unknown)

    async def silence_in(self, purpose: Purpose, key_id: bytes) -> float:
        """Seconds until it can be known that no gateway writes under a key; 0 when none does."""
        field = f"{purpose}:{key_id.hex()}"
        entered_at = await self._store.command("HGET", keys.KEYS_IN_USE, field)
        return max(0, int(entered_at or 0) + SILENT_MS - await clock.now(self._store)) / 1000

    async def retire(self, purpose: Purpose, key_id: bytes) -> bool:
        """Forget a key under which nothing is left; not when a gateway writes under it."""
        words = (purpose, key_id.hex(), SILENT_MS)
        given = await self._store.run(_RETIRE, (keys.KEYS_IN_USE, keys.AUDIT_OF_NOBODY), words)
        return bool(given[0] == b"retired")

    async def open(self) -> None:
        await self._repeated.open()

    async def close(self) -> None:
        await self._repeated.close()

    async def _enter_again(self) -> None:
        try:
            await self.enter()
        except KeysUnknown as refused:
            for purpose, key_id in refused.unknown:
                _log.error("key_unknown", setting=purpose, key_id=key_id)
        except OtherLayout as refused:
            _log.error("other_layout", advice=str(refused))
        except StoreUnavailable as refused:
            if kind_of_refusal(refused) != OTHER_STORE:
                raise
            self.trouble = OTHER_STORE
            _log.error("other_store", advice=str(refused))
