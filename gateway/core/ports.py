"""What the core asks of the world outside: carriers. (Stores are in `gateway.core.stores`.)"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from contacts.phone_numbers import PhoneNumber
from gateway.core.delivery import DeliveryReason, DeliveryRef


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A text to send. `body` may hold a code: it is never shown by `repr`, and no carrier may log it."""

    to: PhoneNumber
    body: str = field(repr=False)
    ref: DeliveryRef | None
    """What reports on it refer to; None for an automatic answer to a text, whose delivery nobody follows."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to place. `first_turn` is the token with which the carrier fetches the first words."""

    to: PhoneNumber
    ref: DeliveryRef
    first_turn: str = field(repr=False)
    ring_seconds: int


class CarrierRefused(Exception):
    """The carrier will not do this, however often it is asked."""

    def __init__(self, reason: DeliveryReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class CarrierUnavailable(Exception):
    """The carrier could not do it now and did nothing: asking again is safe."""

    def __init__(self, reason: DeliveryReason, retry_after: float | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after = retry_after


class CarrierTimedOut(Exception):
    """No answer in time: the carrier may have done it or not."""


class TextCarrier(Protocol):
    """Sends texts. Raises `CarrierRefused`, `CarrierUnavailable` or `CarrierTimedOut`, and nothing else."""

    @property
    def name(self) -> str: ...

    async def send_text(self, text: OutgoingText) -> str:
        """Hand the text over; answers the carrier's own id of it."""
        ...


class CallCarrier(Protocol):
    """Places and ends calls. Raises what `TextCarrier` raises."""

    @property
    def name(self) -> str: ...

    async def place_call(self, call: OutgoingCall) -> str:
        """Start ringing; answers the carrier's own id of the call."""
        ...

    async def end_call(self, call_id: str) -> None:
        """Hang up a call, ringing or talking; a call that is already over is success."""
        ...


class LookUpFailed(Exception):
    """A look-up outside gave no answer that can be relied on, or none in time. Nothing is known."""


class DepartureRecords(Protocol):
    """The Ministry of Justice's departure records (출국정보 조회, R9)."""

    async def has_left(self, customer_id: str, name: str, birth_date: str, now: int) -> bool:
        """Whether the person is out of the country `now`, ms since the epoch by the store's clock.

        `birth_date` is `YYYY-MM-DD`. Raises `LookUpFailed`.
        """
        ...


class Countries(Protocol):
    """Which country an address belongs to."""

    def country_of(self, address: str) -> str | None:
        """An ISO 3166-1 alpha-2 code, or None: unknown, private, reserved, or not an address."""
        ...


class RiskSignal(StrEnum):
    """What a carrier can tell about a number (CAMARA), and what the packaged policy does about it."""

    SIM_SWAP = "sim_swap"
    """The SIM was changed recently: holds `sms` and `sms_reply`."""
    CALL_FORWARDING = "call_forwarding"
    """Calls go to another number: holds `ars`."""
    NUMBER_RECYCLING = "number_recycling"
    """The number has another subscriber by now: the contact needs verification again."""


class RiskSignals(Protocol):
    """Asks the carrier for one signal about one number."""

    async def is_raised(self, signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        """`since`: when the contact was verified, for number recycling. Raises `LookUpFailed`."""
        ...
