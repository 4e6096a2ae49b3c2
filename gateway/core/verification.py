"""A verification: its states, the traits of its methods, and its records."""

from dataclasses import dataclass, field
from enum import StrEnum

from contacts.models import CustomerKind
from contacts.records import record
from gateway.core.delivery import DeliveryState
from gateway.core.operations import Operation


class Method(StrEnum):
    SMS = "sms"
    ARS = "ars"
    SMS_REPLY = "sms_reply"
    BRANCH_OTP = "branch_otp"


class Status(StrEnum):
    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    DENIED = "denied"


class Channel(StrEnum):
    """Where an answer came from. A method takes answers from one channel only."""

    SCREEN = "screen"
    PHONE = "phone"
    REPLY = "reply"


STATUS_KO = {
    Status.PENDING: "진행 중인",
    Status.VERIFIED: "완료된",
    Status.FAILED: "실패한",
    Status.EXPIRED: "시간이 지난",
    Status.CANCELED: "취소된",
    Status.DENIED: "고객이 거부한",
}
"""The adjective for a verification in each status, in a Korean sentence."""


@dataclass(frozen=True, slots=True)
class MethodTraits:
    """`has_code`: opening draws a code and queues a delivery. A method without one takes a code that is out already."""

    channel: Channel
    has_code: bool
    can_be_resent: bool

    @property
    def shows_code(self) -> bool:
        """The screen shows the code when the answer comes from elsewhere."""
        return self.channel is not Channel.SCREEN


TRAITS = {
    Method.SMS: MethodTraits(Channel.SCREEN, has_code=True, can_be_resent=True),
    Method.ARS: MethodTraits(Channel.PHONE, has_code=True, can_be_resent=False),
    Method.SMS_REPLY: MethodTraits(Channel.REPLY, has_code=True, can_be_resent=True),
    Method.BRANCH_OTP: MethodTraits(Channel.SCREEN, has_code=False, can_be_resent=False),
}


METHOD_NAMES = {
    Method.SMS: ("SMS 인증", "SMS code"),
    Method.ARS: ("2채널(ARS) 인증", "ARS call"),
    Method.SMS_REPLY: ("문자 답장 인증", "SMS reply"),
    Method.BRANCH_OTP: ("일회용 비밀번호", "Branch password"),
}
"""In Korean and English."""


class Verdict(StrEnum):
    """What the one verdict script says of an answer."""

    CORRECT = "correct"
    WRONG = "wrong"
    LOCKED = "locked"
    EXPIRED = "expired"
    CONTACT_CHANGED = "contact_changed"
    STORE_CHANGED = "store_changed"
    """The store was restarted, or a replica took its place: what it was told may be lost."""


@record()
class Basis:
    """What the policy was asked about a customer: a verification is opened only if this still holds."""

    kind: CustomerKind
    online_consent: bool
    hour: int
    """Hours since the epoch by the store's clock: the policy may refuse by the hour of the day."""


@record()
class NewVerification:
    """What is written when a verification opens."""

    verification_id: str
    customer_id: str
    client: str
    method: Method
    operation: Operation
    locale: str
    contact_id: str | None = None
    contact_version: int | None = None
    target_contact_id: str | None = None
    operation_hash: str | None = None
    life: int = 300
    """Seconds that it is open."""
    per_day: int | None = None
    """How many of this operation the customer may open in a day, this one included."""
    policy_version: str | None = None
    prefix: str | None = None
    """The range of the number that it goes to."""
    pepper_id: str = field(kw_only=True)
    """Names the pepper under which answers to it are digested."""
    code_digest: bytes | None = field(default=None, repr=False)
    sealed_code: bytes | None = field(default=None, repr=False)
    basis: Basis = field(kw_only=True)
    may_be_there: bool = False
    """The same request may have opened it before: its id is made from the request."""


@record(kw_only=True)
class Terms:
    """The part of a verification that never changes: enough to judge an answer. Times are ms since the epoch."""

    verification_id: str
    customer_id: str
    client: str
    method: Method
    operation: Operation
    contact_id: str | None = None
    pepper_id: str
    locale: str
    created_at: int
    expires_at: int
    target_contact_id: str | None = None
    operation_hash: str | None = None
    policy_version: str | None = None
    prefix: str | None = None


@record(kw_only=True)
class Verification(Terms):
    """One verification as read from the store. Times are ms since the epoch, by the store's clock."""

    status: Status
    reason: str | None
    revision: int
    read_at: int
    wrong_answers: int
    locked: bool
    closed_at: int | None = None
    sealed_code: bytes | None = field(default=None, repr=False)
    delivery_number: int = 0
    delivery_state: DeliveryState | None = None
    delivery_reason: str | None = None
    delivery_carrier: str | None = None
    delivery_at: int | None = None
    carrier_id: str | None = None
    """The carrier's own id of the latest text or call."""
    carrier_before: str | None = None
    """The carrier that the delivery before this one went to."""
    resend_at: int | None = None
    dialogue: str = ""

    @property
    def is_open(self) -> bool:
        return self.status is Status.PENDING and self.read_at < self.expires_at

    @property
    def shown_status(self) -> Status:
        """The status a caller sees: past its time it is expired, even before the store has noticed."""
        if self.status is Status.PENDING and not self.is_open:
            return Status.EXPIRED
        return self.status

    @property
    def minutes_left(self) -> int:
        """Minutes until it expires, rounded to the nearest and at least one: what a text may promise.

        Rounding up would promise two minutes in a resend that has 61 seconds; rounding down would take one from a
        first text that leaves a moment late.
        """
        return max(1, (self.expires_at - self.read_at + 30_000) // 60_000)
