"""The policy as data: which operation needs extra authentication, of whom, by which methods, how long and how often.

It is read from a folder of three files, which people edit in a spreadsheet or an editor:

- `operations.csv`: one row for each operation and customer kind (R1, R2, R10, R13, R15, R16, R17);
- `signals.csv`: one row for each carrier signal that is consulted before a code leaves;
- `version.txt`: the name of this policy, which every decision and receipt carries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from contacts.models import ContactMethod, CustomerKind
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.ports import RiskSignal
from gateway.core.verification import Method

_SHORTEST_LIFE = 30
_NUMBER = re.compile("[0-9]{1,5}")
_HOURS = re.compile("([01]?[0-9]|2[0-4])[-~]([01]?[0-9]|2[0-4])")
"""With ~ as well: a spreadsheet turns 9-12 into a date."""
_RULE = re.compile("R([1-9]|1[0-9]|20)")


class ExtraAuthentication(StrEnum):
    REQUIRED = "required"
    NOT_REQUIRED = "not_required"
    REFUSED = "refused"
    """The operation is not for this kind of customer at all."""


class Exemption(StrEnum):
    """What may take the place of extra authentication where a row names it."""

    OVERSEAS = "overseas"
    """R9: registered, departed and at a foreign address."""
    AUTO_CONNECT = "auto_connect"
    """R14: a device that proved itself before."""


class OnFailure(StrEnum):
    """What a signal that cannot be looked up does."""

    REFUSE = "refuse"
    """As if the signal were raised: its methods are held."""
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Hours:
    """From hour `start` until just before hour `end`, in Seoul; `23-6` crosses midnight."""

    start: int
    end: int

    def __contains__(self, hour: int) -> bool:
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def in_korean(self) -> str:
        return f"{self.start}시부터 {'' if self.start < self.end else '다음 날 '}{self.end}시까지"

    @property
    def in_english(self) -> str:
        return f"from {self.start}:00 to {self.end}:00 in Seoul"


def _fault(english: str, korean: str) -> ValueError:
    """What to write into a cell instead; `policy_files` says which cell it is."""
    return ValueError(f"{english} / {korean}")


def _words(cell: str) -> tuple[str, ...]:
    words = cell.split()
    if len(set(words)) < len(words):
        raise _fault("names something twice", "같은 값을 두 번 적었습니다")
    return tuple(words)


def _number(cell: str) -> int | None:
    if not cell:
        return None
    if _NUMBER.fullmatch(cell) is None:
        raise _fault("give a whole number, at most 99999", "99999까지의 정수를 적어 주세요")
    return int(cell)


def _seconds(cell: str) -> int:
    seconds = _number(cell)
    if seconds is None:
        return 0
    if not _SHORTEST_LIFE <= seconds <= Limits.longest_life:
        raise _fault(
            f"give {_SHORTEST_LIFE} to {Limits.longest_life} seconds",
            f"{_SHORTEST_LIFE}초부터 {Limits.longest_life}초까지 적어 주세요",
        )
    return seconds


def _consent(cell: str) -> bool:
    if cell not in ("required", ""):
        raise _fault("give 'required' or nothing", "'required'를 적거나 비워 주세요")
    return cell == "required"


def _hours(cell: str) -> Hours | None:
    if not cell:
        return None
    found = _HOURS.fullmatch(cell)
    if found is None or int(found[1]) == int(found[2]) or int(found[1]) == 24:
        raise _fault(
            "give two hours of the day in Seoul, like 23~6, or nothing", "한국 시간을 23~6처럼 적거나 비워 주세요"
        )
    return Hours(int(found[1]), int(found[2]))


def _rule(cell: str) -> str:
    if _RULE.fullmatch(cell) is None:
        raise _fault("give the rule behind the row, R1 to R20", "근거 규칙을 R1부터 R20 가운데 적어 주세요")
    return cell


_Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Words = BeforeValidator(_words)
_Number = BeforeValidator(_number)


class _Row(BaseModel):
    """Made from the cells of a row: text, by column."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OperationRow(_Row):
    """One row of `operations.csv`. `valid_for` is in seconds, 0 where nothing is opened."""

    operation: Operation
    customer: CustomerKind
    extra_authentication: ExtraAuthentication
    rule: Annotated[str, AfterValidator(_rule)]
    online_consent: Annotated[bool, BeforeValidator(_consent)]
    methods: Annotated[tuple[Method, ...], _Words]
    exemptions: Annotated[tuple[Exemption, ...], _Words]
    valid_for: Annotated[int, BeforeValidator(_seconds)]
    per_day: Annotated[Annotated[int, Field(ge=1)] | None, _Number]
    refused_hours: Annotated[Hours | None, BeforeValidator(_hours), PlainSerializer(lambda it: str(it) if it else None)]
    reason: _Reason
    reason_en: _Reason

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        required = self.extra_authentication is ExtraAuthentication.REQUIRED
        if required and not self.methods:
            raise _fault("methods: required, so name at least one", "추가인증 방법을 하나 이상 적어 주세요")
        if required and not self.valid_for:
            raise _fault("valid_for: required, so give seconds", "유효 시간을 초로 적어 주세요")
        if not required and (self.methods or self.exemptions or self.valid_for or self.per_day):
            raise _fault(
                f"extra_authentication: {self.extra_authentication}, so leave methods, exemptions, valid_for and "
                "per_day empty",
                "추가인증이 필요한 업무가 아니므로 이 칸들을 비워 주세요",
            )
        self._check_operation()
        return self

    def _check_operation(self) -> None:
        if self.operation is Operation.VOUCH and Method.BRANCH_OTP in self.methods:
            raise _fault(
                "methods: it is another contact that vouches (R5), so branch_otp cannot",
                "다른 연락처로 하는 추가인증이므로 branch_otp는 쓸 수 없습니다",
            )
        if self.operation is Operation.VOUCH and self.exemptions:
            raise _fault(
                "exemptions: nothing takes the place of the contact that vouches (R5)",
                "다른 연락처로 하는 추가인증은 생략할 수 없습니다",
            )
        if Exemption.AUTO_CONNECT in self.exemptions and self.operation is not Operation.CLOUD_LOGIN:
            raise _fault(
                "exemptions: auto_connect is for cloud_login only (R14)", "자동연결은 cloud_login에만 쓸 수 있습니다"
            )


class SignalRow(_Row):
    """One row of `signals.csv`: while the signal is raised, the methods in `holds` are not offered.

    `hours`: how far back a change counts (1 to 2400, CAMARA sim-swap); None for every other signal.
    """

    signal: RiskSignal
    holds: Annotated[tuple[ContactMethod, ...], _Words, Field(min_length=1)]
    hours: Annotated[Annotated[int, Field(ge=1, le=2400)] | None, _Number]
    on_failure: OnFailure
    reason: _Reason
    reason_en: _Reason

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.signal is RiskSignal.SIM_SWAP) != (self.hours is not None):
            raise _fault(
                "hours: they go with sim_swap, and with no other signal", "sim_swap에는 적고 다른 신호에는 비워 주세요"
            )
        return self


@dataclass(frozen=True)
class Policy:
    """The whole table. A signal without a row is not consulted."""

    version: str
    """The declared name and the beginning of the content's SHA-256: `manual-2024-05-31+1a2b3c4d`."""
    rows: Mapping[tuple[Operation, CustomerKind], OperationRow]
    signals: Mapping[RiskSignal, SignalRow]

    def row(self, operation: Operation, customer: CustomerKind) -> OperationRow:
        """There is one for every operation and kind: a table without it is refused."""
        return self.rows[operation, customer]
