"""Twilio's words in ours: message and call status, SIP responses, error codes. Only this file knows them.

Sources: the error dictionary (https://www.twilio.com/docs/api/errors), the Message and Call resources, and
RFC 3261 section 21 for SIP.
"""

from gateway.core.delivery import DeliveryReason, DeliveryState
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable

MESSAGE_STATES = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.QUEUED,
    "sent": DeliveryState.SENT,
    "partially_delivered": DeliveryState.SENT,  # a part is not the code
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.UNDELIVERED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}

CALL_STATES = {
    "queued": DeliveryState.QUEUED,
    "initiated": DeliveryState.QUEUED,
    "ringing": DeliveryState.RINGING,
    "in-progress": DeliveryState.IN_PROGRESS,
    "completed": DeliveryState.COMPLETED,
    "busy": DeliveryState.BUSY,
    "no-answer": DeliveryState.NO_ANSWER,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}

_CALL_REASONS = {
    "busy": DeliveryReason.BUSY,
    "no-answer": DeliveryReason.NO_ANSWER,
    "failed": DeliveryReason.CARRIER_ERROR,
}
"""Why a call did not get through, unless a SIP response says it better. We ended a `canceled` one ourselves."""

_SIP_REASONS = {
    "404": DeliveryReason.UNREACHABLE,  # Not Found
    "408": DeliveryReason.NO_ANSWER,  # Request Timeout
    "410": DeliveryReason.UNREACHABLE,  # Gone
    "480": DeliveryReason.UNREACHABLE,  # Temporarily Unavailable: switched off or out of coverage
    "484": DeliveryReason.INVALID_NUMBER,  # Address Incomplete
    "486": DeliveryReason.BUSY,  # Busy Here
    "600": DeliveryReason.BUSY,  # Busy Everywhere
    "603": DeliveryReason.REJECTED,  # Decline: the person called turned it away
    "604": DeliveryReason.INVALID_NUMBER,  # Does Not Exist Anywhere
}

_ERRORS = {
    # Our account or sender, not the number: another carrier may well do it.
    20003: DeliveryReason.CARRIER_ERROR,  # credentials refused
    20005: DeliveryReason.CARRIER_ERROR,  # account not active
    21212: DeliveryReason.CARRIER_ERROR,  # invalid 'From'
    21606: DeliveryReason.CARRIER_ERROR,  # 'From' cannot send texts
    30002: DeliveryReason.CARRIER_ERROR,  # account suspended
    21612: DeliveryReason.NO_CARRIER,  # no route from this sender to this number
    # Too much at once: later is fine.
    14107: DeliveryReason.THROTTLED,  # send rate exceeded
    20429: DeliveryReason.THROTTLED,  # too many requests
    21611: DeliveryReason.THROTTLED,  # the sender's queue is full
    30001: DeliveryReason.THROTTLED,  # queue overflow
    # The number or the text: asking again brings the same answer.
    13223: DeliveryReason.INVALID_NUMBER,  # invalid number to call
    13224: DeliveryReason.INVALID_NUMBER,  # number not supported or invalid
    21211: DeliveryReason.INVALID_NUMBER,  # invalid 'To'
    21214: DeliveryReason.UNREACHABLE,  # 'To' cannot be reached
    21215: DeliveryReason.COUNTRY_BLOCKED,  # calls to this country not enabled
    21216: DeliveryReason.FRAUD_BLOCKED,  # calls to this number not allowed
    21217: DeliveryReason.INVALID_NUMBER,  # number does not appear valid
    21408: DeliveryReason.COUNTRY_BLOCKED,  # texts to this country not enabled
    21610: DeliveryReason.OPTED_OUT,  # the recipient unsubscribed
    21614: DeliveryReason.LANDLINE,  # 'To' is not a mobile number
    21635: DeliveryReason.LANDLINE,  # 'To' is a landline
    30003: DeliveryReason.UNREACHABLE,  # handset off or out of coverage
    30004: DeliveryReason.FILTERED,  # message blocked
    30005: DeliveryReason.INVALID_NUMBER,  # unknown handset: the number is not in service
    30006: DeliveryReason.LANDLINE,  # landline or unreachable carrier
    30007: DeliveryReason.FILTERED,  # filtered as unwanted
    30450: DeliveryReason.FRAUD_BLOCKED,  # suspected SMS pumping
    60410: DeliveryReason.FRAUD_BLOCKED,  # prefix blocked for fraud
    60605: DeliveryReason.COUNTRY_BLOCKED,  # country blocked
}

_SERVICE_UNAVAILABLE = 503
"""The one error of a server that cannot take the request at present (RFC 9110 section 15.6.4)."""

_NOT_THE_NUMBER = (DeliveryReason.CARRIER_ERROR, DeliveryReason.THROTTLED)


def failure(status: int, code: object) -> Exception:
    """The port's exception for an error answer: HTTP `status`, and Twilio's `code` if it gave one."""
    reason = _ERRORS.get(code) if isinstance(code, int) else None
    if status >= 500 and status != _SERVICE_UNAVAILABLE:
        # Something broke on the way, or gave up waiting for what stands behind it, which may have done it. Twilio says
        # so of its own 500: https://www.twilio.com/docs/api/errors/20500.
        return CarrierTimedOut()
    if status == _SERVICE_UNAVAILABLE or reason in _NOT_THE_NUMBER:
        return CarrierUnavailable(reason or DeliveryReason.CARRIER_ERROR)
    return CarrierRefused(reason or DeliveryReason.CARRIER_ERROR)


def message_reason(status: str, error_code: str | None) -> DeliveryReason | None:
    """Why a text did not arrive; None if it did, may still, or was canceled by us. `error_code` is digits, or empty."""
    if status not in ("undelivered", "failed"):
        return None
    return _ERRORS.get(int(error_code or 0), DeliveryReason.CARRIER_ERROR)


def call_reason(status: str, sip_response: str | None) -> DeliveryReason | None:
    """Why nobody answered a call; None if somebody did, may still, or it was canceled by us."""
    by_status = _CALL_REASONS.get(status)
    return by_status and _SIP_REASONS.get(sip_response or "", by_status)
