"""The keys of the settings against those that the data of the store is under."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contacts.key_ring import KeyRing
from gateway.core.errors import StoreUnavailable
from gateway.settings import Settings, SettingsRefused
from gateway.store.connection import Store
from gateway.store.keys_in_use import KeysInUse, KeysUnknown, Purpose
from gateway.store.refusals import RightMissing
from gateway.wiring.store import open_store


def key_rings(settings: Settings) -> dict[Purpose, KeyRing]:
    return {
        Purpose.ENCRYPTION: settings.encryption_keys,
        Purpose.INDEX: settings.index_keys,
        Purpose.PEPPER: settings.peppers,
    }


async def enter_keys(store: Store, settings: Settings) -> KeysInUse:
    """Register the keys that this process writes under. Raises `SettingsRefused` when the store's data is under others,
    and `RightMissing`.

    While the store cannot be reached nothing is raised: what this gives registers them later, once it is opened.
    """
    rings = key_rings(settings)
    in_use = KeysInUse(store, rings, may_forget=settings.allow_forgetful_store)
    try:
        await in_use.enter()
    except RightMissing:
        raise
    except StoreUnavailable:
        pass
    except KeysUnknown as refused:
        raise _refused(refused, rings) from None
    return in_use


@asynccontextmanager
async def store_under_keys(settings: Settings, *, writes: bool = False) -> AsyncIterator[Store]:
    """The store, for a command that reads what is sealed there; with `writes`, for one that seals as well.

    Raises `SettingsRefused` when the store's data is under other keys: the command could not read it, and nobody could
    read what it wrote.
    """
    async with open_store(settings, beside_a_gateway=True) as store:
        if not writes:
            rings = key_rings(settings)
            try:
                await KeysInUse(store, rings).check()
            except KeysUnknown as refused:
                raise _refused(refused, rings) from None
            yield store
            return
        in_use = await enter_keys(store, settings)
        await in_use.open()
        try:
            yield store
        finally:
            await in_use.close()


def _refused(refused: KeysUnknown, rings: dict[Purpose, KeyRing]) -> SettingsRefused:
    return SettingsRefused([_problem(purpose, key_id, rings) for purpose, key_id in refused.unknown])


def _problem(purpose: Purpose, key_id: str, rings: dict[Purpose, KeyRing]) -> str:
    name = purpose.upper()
    for other, ring in rings.items():
        if bytes.fromhex(key_id) in ring.ids:
            return f"BONIN_{name} and BONIN_{other.upper()}: give each in the place of the other; they are exchanged"
    return (
        f"BONIN_{name}: give key {key_id}, under which the data of this store is, here or as BONIN_SECOND_{name} "
        f"until `bonin keys rotate` has retired it; key {rings[purpose].current_id.hex()} was given"
    )
