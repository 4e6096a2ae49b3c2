"""What the carrier remembers of texts and calls, the newest of them."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

_MOST = 10_000


def now() -> datetime:
    return datetime.now(UTC)


def new_sid(prefix: str) -> str:
    """A Twilio resource id: two letters and 32 hex digits."""
    return prefix + secrets.token_hex(16)


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    RECEIVED = "received"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"


@dataclass(slots=True, kw_only=True)
class Message:
    """One text. `arrived` says that the phone has it, which redacting and deleting the record do not change; `account`
    whose it is, by name."""

    sid: str
    account: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    direction: Direction
    status: MessageStatus
    status_callback: str = ""
    error_code: int | None = None
    arrived: bool = False
    redacted: bool = False
    deleted: bool = False
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    sent: datetime | None = None


class CallStatus(StrEnum):
    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Saying:
    """What is being said in a call right now, and for about how many seconds."""

    text: str
    language: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. `turn` grows when the phone has been spoken to and when it is asked for keys."""

    sid: str
    account: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    status: CallStatus = CallStatus.QUEUED
    answered_by: str | None = None
    heard: list[str] = field(default_factory=list, repr=False)
    saying: Saying | None = field(default=None, repr=False)
    listening: bool = False
    turn: int = 0
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    answered: datetime | None = None
    ended: datetime | None = None

    @property
    def over(self) -> bool:
        return self.ended is not None

    @property
    def duration(self) -> int:
        """Whole seconds between answer and end, begun seconds counted."""
        if self.answered is None or self.ended is None:
            return 0
        return max(1, round((self.ended - self.answered).total_seconds()))


class _Record(Protocol):
    @property
    def sid(self) -> str: ...


R = TypeVar("R", bound=_Record)


class Records(Generic[R]):
    """The newest records, oldest first."""

    def __init__(self) -> None:
        self._by_sid: OrderedDict[str, R] = OrderedDict()

    def add(self, record: R) -> None:
        self._by_sid[record.sid] = record
        if len(self._by_sid) > _MOST:
            self._by_sid.popitem(last=False)

    def get(self, sid: str) -> R | None:
        return self._by_sid.get(sid)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._by_sid.values()))
