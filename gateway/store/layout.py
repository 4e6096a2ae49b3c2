"""The number of the layout that the data of the store have, and who reads another one is told before reading any."""

from typing import Final

from gateway.core.errors import StoreUnavailable
from gateway.store import keys, ops_keys
from gateway.store.connection import Store
from gateway.store.scripts import load

LAYOUT: Final = 3
"""Raised when data that a build wrote before are read wrongly by this one, or the other way around: a key, a field or a
value is called otherwise or means something else. What is only added, and may be missing, leaves it as it is."""

LAYOUT_KEYS: Final = (keys.LAYOUT, keys.KEYS_IN_USE, keys.API_KEYS, ops_keys.OPERATORS)
"""The number's, and those of which a store has at least one that was ever used: every process that writes enters its
keys, and what is done before is to create API keys and operators."""

_ENTER = load("enter_layout", "layout")


class OtherLayout(Exception):
    """The data of the store have another layout; the message says what to do."""

    def __init__(self, found: bytes) -> None:
        has = f"layout {found.decode()}" if found else "the layout of a build before layouts had numbers"
        super().__init__(
            f"The store's data are of another build of bonin: they have {has}, and this build reads layout {LAYOUT}. "
            "Start the build that wrote them, or give this one an empty store and carry the customers over as "
            "docs/operations.md (Data of another build) says. 다른 빌드의 데이터입니다."
        )


async def enter_layout(store: Store) -> None:
    """Before anything is read or written: an empty store takes this build's layout. Raises `OtherLayout`.

    A store that cannot be reached is not judged here: who only reads fails at the next word, and who writes is judged
    again whenever it enters its keys (`gateway.store.keys_in_use`).
    """
    try:
        found = await store.run(_ENTER, LAYOUT_KEYS, (LAYOUT,))
    except StoreUnavailable:
        return
    if found != str(LAYOUT).encode():
        raise OtherLayout(found)
