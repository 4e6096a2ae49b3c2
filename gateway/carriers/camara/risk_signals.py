"""`RiskSignals` by CAMARA's sim-swap, call-forwarding-signal and number-recycling.

Sources: https://github.com/camaraproject/SimSwap (v2), https://github.com/camaraproject/CallForwardingSignal
(v0.3), https://github.com/camaraproject/NumberRecycling (v0.1)
"""

from datetime import datetime, timedelta, timezone
from typing import Any

from contacts.phone_numbers import PhoneNumber
from gateway.carriers.camara.client import CamaraClient, QuestionFailed, UnknownSubscriber
from gateway.core.ports import LookUpFailed, RiskSignal

_SEOUL = timezone(timedelta(hours=9))
"""Carriers keep their subscribers' dates in local time; Korea has no summer time."""

_PATHS = {
    RiskSignal.SIM_SWAP: "/sim-swap/v2/check",
    RiskSignal.CALL_FORWARDING: "/call-forwarding-signal/v0.3/unconditional-call-forwardings",
    RiskSignal.NUMBER_RECYCLING: "/number-recycling/v0.1/check",
}
_ANSWERS = {
    RiskSignal.SIM_SWAP: "swapped",
    RiskSignal.CALL_FORWARDING: "active",
    RiskSignal.NUMBER_RECYCLING: "phoneNumberRecycled",
}


class CamaraRiskSignals:
    """Asks the carrier. A SIM change counts for `sim_swap_hours` (1 to 2400); None leaves that to the carrier."""

    def __init__(self, client: CamaraClient, sim_swap_hours: int | None) -> None:
        self._client = client
        self._sim_swap_hours = sim_swap_hours

    async def is_raised(self, signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        """Raises `LookUpFailed`, also where the carrier knows nothing of the number: no answer is not a no."""
        question: dict[str, Any] = {"phoneNumber": number.e164}
        if signal is RiskSignal.SIM_SWAP and self._sim_swap_hours is not None:
            question["maxAge"] = self._sim_swap_hours
        if signal is RiskSignal.NUMBER_RECYCLING:
            if since is None:
                raise LookUpFailed
            question["specifiedDate"] = since.astimezone(_SEOUL).date().isoformat()
        try:
            answer = await self._client.ask(_PATHS[signal], question)
        except (QuestionFailed, UnknownSubscriber):
            raise LookUpFailed from None
        raised = answer.get(_ANSWERS[signal])
        if not isinstance(raised, bool):
            raise LookUpFailed
        return raised
