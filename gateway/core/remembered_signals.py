"""Risk signals remembered for a short while: a decision and the verification that follows ask the carrier once."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from contacts.phone_numbers import PhoneNumber
from gateway.core.ports import RiskSignal, RiskSignals

_MOST = 20_000
"""Answers kept; beyond that the oldest are dropped."""


class RememberedSignals:
    """`RiskSignals` over another one. Numbers are kept as blind indexes only, and failures not at all."""

    def __init__(
        self,
        signals: RiskSignals,
        blind_index: Callable[[str], str],
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """`blind_index` takes an E.164 number; `clock` is monotonic, in seconds."""
        self._signals = signals
        self._blind_index = blind_index
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[tuple[RiskSignal, str, datetime | None], tuple[float, bool]] = OrderedDict()

    async def is_raised(self, signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        key = (signal, self._blind_index(number.e164), since)
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        raised = await self._signals.is_raised(signal, number, since)
        self._kept[key] = (self._clock() + self._seconds, raised)
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return raised
