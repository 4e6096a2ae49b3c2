"""The overseas exemption (해외체류 예외): a customer who is abroad for a while asks to be let off extra authentication.

The registration is one of three conditions (R9). By itself it exempts nobody.
"""

from dataclasses import dataclass
from enum import StrEnum

_DAY_MS = 86_400_000


class RequestedVia(StrEnum):
    """How the customer asked: by phone with the customer centre, or online after login (R9)."""

    CALL_CENTER = "call_center"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start`, up to but not including `until`; both in ms since the epoch."""

    start: int
    until: int

    def __contains__(self, moment: int) -> bool:
        return self.start <= moment < self.until


@dataclass(frozen=True, slots=True)
class OverseasExemption:
    """A registration. Where the customer asked for it by phone, `approved_by` is the second person (R20)."""

    period: Period
    requested_via: RequestedVia
    requested_by: str
    approved_by: str | None

    def in_force(self, moment: int) -> bool:
        return moment in self.period


class PeriodFault(StrEnum):
    """Why a period cannot be registered. `field` is the end of it that has to be corrected."""

    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    OVER = "over"
    TOO_LONG = "too_long"
    BEGINS_TOO_LATE = "begins_too_late"

    @property
    def field(self) -> str:
        return "from" if self is PeriodFault.BEGINS_TOO_LATE else "until"

    def sentence_ko(self, longest_days: int) -> str:
        return _SENTENCES[self][0].format(days=longest_days)

    def sentence_en(self, longest_days: int) -> str:
        return _SENTENCES[self][1].format(days=longest_days)


_SENTENCES = {
    PeriodFault.ENDS_BEFORE_IT_BEGINS: ("from보다 뒤여야 합니다.", "Give a time after `from`."),
    PeriodFault.OVER: ("이미 지난 기간입니다.", "This period is over already."),
    PeriodFault.TOO_LONG: ("{days}일까지만 등록할 수 있습니다.", "Register at most {days} days."),
    PeriodFault.BEGINS_TOO_LATE: ("{days}일 안에 시작해야 합니다.", "Begin within {days} days."),
}


def fault_of(period: Period, now: int, longest_days: int) -> PeriodFault | None:
    """What is wrong with a period that is to be registered now, or None.

    A period that has begun is fine: whoever calls from abroad has already left. `longest_days` keeps a registration
    from outliving the journey that it was made for.
    """
    longest = longest_days * _DAY_MS
    if period.until <= period.start:
        return PeriodFault.ENDS_BEFORE_IT_BEGINS
    if period.until <= now:
        return PeriodFault.OVER
    if period.until - period.start > longest:
        return PeriodFault.TOO_LONG
    if period.start - now > longest:
        return PeriodFault.BEGINS_TOO_LATE
    return None
