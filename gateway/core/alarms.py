"""Alarms: what an operator has to look at; each stands until one clears it.

An alarm is identified by its kind and subject. Raised again, it is the same alarm, seen once more: an attack makes one
line and not a thousand. Neither the subject nor what was seen holds a number, a name or a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

import structlog

from gateway.core.errors import StoreUnavailable

_log = structlog.get_logger(__name__)


class AlarmKind(StrEnum):
    """What an alarm is about, what its subject is, and what is told of each sighting (`Seen`)."""

    DENIED = "denied"
    """A customer said that they asked for nothing, by 9 or 아니오. Subject: the customer's id. Seen: `operation`,
    `method`, `verification_id`."""
    DENIED_AFTER_USE = "denied_after_use"
    """The same after the receipt was redeemed: the operation may have been carried out. Urgent."""
    NOTICE_DENIED = "notice_denied"
    """A customer answered a notice of something under way that it was not them. Subject: the notice's id. Seen:
    `customer_id`, `operation`, `notice`, which is its kind."""
    DENIED_AFTER_ISSUANCE = "denied_after_issuance"
    """The same for a notice that it was done. Urgent."""
    LOW_CONVERSION = "low_conversion"
    """Codes texted to a range of numbers are not used: SMS pumping. Subject: the prefix of the range. Seen: how many
    were `sent`, and how many of them `verified`. Nothing is texted there until it is cleared, or for the time of the
    settings."""


ALARM_NAMES: Mapping[AlarmKind, tuple[str, str]] = MappingProxyType(
    {
        AlarmKind.DENIED: ("고객이 본인 아님으로 거부한 추가인증", "A customer denied having asked"),
        AlarmKind.DENIED_AFTER_USE: (
            "긴급: 인증 결과가 이미 사용된 뒤 고객이 본인 아님으로 거부",
            "Urgent: a customer denied having asked, after the receipt was used",
        ),
        AlarmKind.NOTICE_DENIED: (
            "고객이 안내 문자에 본인 아님으로 답장",
            "A customer answered a notice: it was not them",
        ),
        AlarmKind.DENIED_AFTER_ISSUANCE: (
            "긴급: 처리가 완료되었다는 안내 문자에 고객이 본인 아님으로 답장",
            "Urgent: a customer answered that it was not them, after it was done",
        ),
        AlarmKind.LOW_CONVERSION: ("인증번호가 사용되지 않는 번호대", "Codes sent to a range are not used"),
    }
)
"""What operators see, in Korean and English."""

Seen = Mapping[str, str | int]
"""The facts of one sighting; each page puts them in words."""

THE_REST = "*"
"""The subject under which further alarms of a kind are counted once too many stand."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. Times are ms since the epoch by the store's clock; `cleared_…` is None while it stands."""

    kind: AlarmKind
    subject: str
    seen: Seen
    """What was seen last."""
    since: int
    last_seen: int
    count: int
    cleared_at: int | None = None
    cleared_by: str | None = None
    cleared_because: str | None = None

    @property
    def customer_id(self) -> str | None:
        """Whom it is about; None for a range, and for `THE_REST`."""
        if self.subject == THE_REST or self.kind is AlarmKind.LOW_CONVERSION:
            return None
        return str(self.seen.get("customer_id", self.subject))


class AlarmStore(Protocol):
    """Keeps what stands, and a bounded history of what was cleared."""

    async def note(self, kind: AlarmKind, subject: str, seen: Seen) -> bool:
        """Raise it, or count another sighting: whether it was not standing before."""
        ...

    async def clear(self, kind: AlarmKind, subject: str, by: str, reason: str) -> bool:
        """Whether it stood. Clearing `LOW_CONVERSION` lets texts go to the range again."""
        ...

    async def standing(self) -> list[Alarm]:
        """The latest seen first."""
        ...

    async def cleared(self, most: int = 100) -> list[Alarm]:
        """The latest cleared first."""
        ...


class Alarms:
    """Raises alarms from wherever something is noticed."""

    def __init__(self, store: AlarmStore) -> None:
        self._store = store

    async def sound(self, kind: AlarmKind, subject: str, seen: Seen) -> None:
        """Record it, and only log it when the store is away: sounding an alarm fails nothing."""
        try:
            await self.record(kind, subject, seen)
        except StoreUnavailable:
            _log.error("alarm_not_recorded", kind=kind, subject=subject, **seen)

    async def record(self, kind: AlarmKind, subject: str, seen: Seen) -> None:
        """The same for a caller that tries again later. Raises `StoreUnavailable`."""
        if await self._store.note(kind, subject, seen):
            _log.warning("alarm_raised", kind=kind, subject=subject, **seen)
