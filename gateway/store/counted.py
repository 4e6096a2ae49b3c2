"""The counters of a delivery, for a script that counts them beside its own work. One server must have them all."""

from functools import lru_cache
from typing import Any

from gateway.core.counting import Counted, RangeHeld, Texting
from gateway.core.limits import Limits
from gateway.core.stores import Capped
from gateway.store import cap_keys
from gateway.store.connection import Argument
from gateway.store.numbers import numbers_of, packed
from gateway.store.ranges import held_range, watch_numbers

NOTHING = ("", "")
"""The words where a script has nothing to count."""


class Counters:
    """Of a range, a client and a number, in this order: the first that is full refuses."""

    def __init__(self, limits: Limits) -> None:
        self._is_watched = limits.conversion.least > 0
        self._watch = watch_numbers(limits.conversion)
        self._range = numbers_of((limits.range_cap,))
        self._client = numbers_of((limits.client_cap, limits.client_day_cap))
        self._number = numbers_of((limits.number_cap, limits.number_day_cap))
        self._packed = lru_cache(maxsize=16)(self._packed_anew)

    def keys_of(self, counted: Counted, unused: str) -> list[str]:
        """The conversion of the range, or the `unused` key where there is none, and the counters."""
        names = [unused]
        if counted.prefix is not None:
            deliveries, names[0] = cap_keys.of_range(counted.prefix)
            names.append(deliveries)
        if counted.client is not None:
            names += cap_keys.of_client(counted.client)
        for index in counted.blind_indexes:
            names += cap_keys.of_number(index)
        return names

    def words_of(self, counted: Counted) -> tuple[Argument, Argument]:
        """'1' for a code that the range's conversion counts, or ''; the packed numbers of watch and counters."""
        is_code = self._is_watched and counted.texting is Texting.CODE
        has_range, has_client = counted.prefix is not None, counted.client is not None
        return "1" if is_code else "", self._packed(has_range, has_client, len(counted.blind_indexes))

    def _packed_anew(self, has_range: bool, has_client: bool, indexes: int) -> bytes:
        limits = [*(self._range if has_range else ()), *(self._client if has_client else ()), *(self._number * indexes)]
        return packed((*self._watch, *limits))

    def refusal(self, counted: Counted, given: list[Any]) -> Capped | RangeHeld:
        """From what `caps.lua` and `conversion.lua` refuse with."""
        if given[0] != b"capped":
            return held_range(given)
        _, retry_after, which = given
        names = ["range"] if counted.prefix is not None else []
        names += ["client", "client"] if counted.client is not None else []
        return Capped(names[which - 1] if which <= len(names) else "number", retry_after)
