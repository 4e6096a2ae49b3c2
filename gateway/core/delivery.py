"""What becomes of a text or a call: the states a caller sees, and the reports carriers send."""

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """`delivery.state` of the public interface."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


class DeliveryReason(StrEnum):
    """Why a text or a call did not get through: every vendor's codes are translated into these, once."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"
    FILTERED = "filtered"
    FRAUD_BLOCKED = "fraud_blocked"
    COUNTRY_BLOCKED = "country_blocked"
    THROTTLED = "throttled"
    CARRIER_ERROR = "carrier_error"
    CARRIER_TIMEOUT = "carrier_timeout"
    NO_CARRIER = "no_carrier"
    """No carrier takes it: they are paused, left alone after failures, or not set up for it."""
    INTERNAL_ERROR = "internal_error"
    """Not the carrier's: delivering it failed unexpectedly at every try."""


class Effect(StrEnum):
    """What a report of a carrier changed, or why it changed nothing."""

    NOTED = "noted"
    REPEATED = "repeated"
    """The state is known already."""
    LATE = "late"
    """A later state is known, or it is about an earlier delivery, hand-over or carrier."""
    UNKNOWN = "unknown"
    """No such delivery is kept."""


RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENT: 1,
    DeliveryState.RINGING: 2,
    DeliveryState.IN_PROGRESS: 3,
    DeliveryState.DELIVERED: 9,
    DeliveryState.UNDELIVERED: 9,
    DeliveryState.COMPLETED: 9,
    DeliveryState.BUSY: 9,
    DeliveryState.NO_ANSWER: 9,
    DeliveryState.FAILED: 9,
}
"""Reports arrive twice and out of order: one that does not rank above the known state changes nothing."""

_GIVEN_UP = 8


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """Which delivery of which verification (or notice): `number` counts from 1, a resend is the next.

    `send` counts how often this delivery was handed to a carrier that may have done it: 2 only after a time-out.
    """

    verification_id: str
    number: int
    send: int = 1


def is_of_notice(subject_id: str) -> bool:
    """Whether the subject of a delivery is a notice: it is a verification otherwise."""
    return subject_id.startswith("ntc_")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a carrier says of one delivery, in our words."""

    ref: DeliveryRef
    state: DeliveryState
    reason: DeliveryReason | None = None
    carrier_id: str | None = None
    """The carrier's own id of the text or call."""
    is_ours: bool = False
    """We gave up. It ranks below a carrier's word, which may be that it was delivered after all."""

    @property
    def rank(self) -> int:
        return _GIVEN_UP if self.is_ours else RANK[self.state]


def reason_to_fail(report: DeliveryReport) -> str | None:
    """The `status_reason` with which a report on a call fails an open verification; None if it goes on.

    A text that did not arrive fails nothing: it can be sent again.
    """
    match report.state:
        case DeliveryState.BUSY | DeliveryState.NO_ANSWER | DeliveryState.FAILED:
            # Without a reason it was canceled: not by us, as it is open.
            return report.reason or DeliveryReason.CARRIER_ERROR
        case DeliveryState.COMPLETED:
            return "hung_up"
        case _:
            return None
