"""Handing one delivery to the first carrier that takes it: failover, retries, and never more sends than allowed.

| the carrier … | then |
|---|---|
| takes it | done |
| refuses, because of the number or the person | given up: that holds for every carrier |
| refuses, because of itself | the next one is asked, this one not again |
| is unavailable: did nothing | the next one is asked, and all of them again after a pause |
| times out: may have done it | the next one is asked if one more send is allowed, else given up |
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from contacts.phone_numbers import PhoneNumber
from gateway.core.carriers import Capability
from gateway.core.delivery import DeliveryReason, DeliveryRef
from gateway.core.outbox import Buried, HandOvers, SendsSpent
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable
from gateway.core.tracing import within
from gateway.methods.retries import TRIES, pause_before_retry
from gateway.methods.routing import Carriers, Line

_log = structlog.get_logger(__name__)

_OF_THE_CARRIER = frozenset(
    {DeliveryReason.CARRIER_ERROR, DeliveryReason.COUNTRY_BLOCKED, DeliveryReason.THROTTLED, DeliveryReason.NO_CARRIER}
)
"""Reasons to refuse that are the carrier's own. The others are about the number or the person: whoever opted out, or
looks like fraud, is not tried through another carrier."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delivery to hand over. `most_sends`: how many carriers may have sent it before it is given up."""

    ref: DeliveryRef
    number: PhoneNumber
    needs: frozenset[Capability]
    most_sends: int
    asked_before: str | None = None
    """The carrier that an earlier try went to: others are preferred."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A carrier has it."""

    ref: DeliveryRef
    carrier: str
    carrier_id: str


Send = Callable[[Line, DeliveryRef], Awaitable[str]]
"""Asks one carrier; answers its id of the text or call. Raises what carriers raise."""


class HandingOver:
    """Raises `DeliveryNotWanted` when it need not be delivered any more."""

    def __init__(self, carriers: Carriers, hand_overs: HandOvers) -> None:
        self._carriers = carriers
        self._hand_overs = hand_overs

    async def hand_over(self, wanted: Wanted, send: Send) -> Taken | Buried:
        return await _Attempt(self._carriers, self._hand_overs, wanted, send).run()


class _Attempt:
    """One delivery on its way to a carrier."""

    def __init__(self, carriers: Carriers, hand_overs: HandOvers, wanted: Wanted, send: Send) -> None:
        self._carriers = carriers
        self._hand_overs = hand_overs
        self._wanted = wanted
        self._send = send
        self._last = wanted.asked_before
        self._carrier: str | None = None
        self._will_not: set[str] = set()
        self._reason = DeliveryReason.NO_CARRIER
        self._retry_after: float | None = None
        self._asked = 0

    async def run(self) -> Taken | Buried:
        for tried in range(TRIES):
            if tried:
                await asyncio.sleep(pause_before_retry(tried - 1, self._retry_after))
            for line in self._to_ask():
                ended = await self._ask(line)
                if ended is not None:
                    return ended
            if self._asked and not self._left():
                break
        return self._given_up()

    def _left(self) -> list[Line]:
        """Who may still take it, now or later."""
        lines = self._carriers.set_up_for(self._wanted.needs, self._wanted.number)
        return [line for line in lines if line.name not in self._will_not]

    def _to_ask(self) -> list[Line]:
        """Who may be asked now; the carrier that had it last comes last."""
        ready = [line for line in self._left() if line.may_be_asked(self._wanted.needs)]
        return sorted(ready, key=lambda line: line.name == self._last)

    async def _ask(self, line: Line) -> Taken | Buried | None:
        """Ask one carrier. None: another may be asked."""
        try:
            begun = await self._hand_overs.begin(self._wanted.ref, line.name, self._wanted.most_sends)
        except SendsSpent:
            self._reason = DeliveryReason.CARRIER_TIMEOUT
            return self._given_up()
        self._asked, self._carrier = self._asked + 1, line.name
        try:
            with within("carrier", {"bonin.carrier": line.name}):
                return Taken(begun.ref, line.name, await self._send(line, begun.ref))
        except CarrierTimedOut as timed_out:
            self._failed(line, timed_out, DeliveryReason.CARRIER_TIMEOUT)
            self._last = line.name
            return None if begun.left else self._given_up()
        except (CarrierRefused, CarrierUnavailable) as failure:
            self._failed(line, failure, failure.reason)
            await self._hand_overs.give_back(begun)
            return self._after(line, failure)

    def _after(self, line: Line, failure: CarrierRefused | CarrierUnavailable) -> Buried | None:
        if isinstance(failure, CarrierUnavailable):
            self._retry_after = failure.retry_after
        elif failure.reason in _OF_THE_CARRIER:
            self._will_not.add(line.name)
        else:
            return self._given_up()
        return None

    def _failed(self, line: Line, failure: Exception, reason: DeliveryReason) -> None:
        self._reason = reason
        _log.warning(
            "carrier_failed",
            subject=self._wanted.ref.verification_id,
            delivery=self._wanted.ref.number,
            carrier=line.name,
            failure=type(failure).__name__,
            reason=reason,
        )

    def _given_up(self) -> Buried:
        return Buried(self._reason, self._carrier, self._asked)
