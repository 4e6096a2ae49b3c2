"""What happens in a call, told by whoever drives the dialogue."""

from dataclasses import dataclass, field
from enum import StrEnum


class AnsweredBy(StrEnum):
    """Who picked up, as far as the carrier can tell."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"
    """The carrier listened and could not tell."""
    NOT_REPORTED = "not_reported"
    """The carrier does not listen for machines; the first key then has to sort them out."""


class CheckVerdict(StrEnum):
    """What the verifier said of a code."""

    CORRECT = "correct"
    WRONG = "wrong"
    LOCKED = "locked"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something picked up."""

    by: AnsweredBy


@dataclass(frozen=True, slots=True)
class EarlyKeys:
    """Keys came while the announcement of an `Ask` was still being said."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """The answer to an `Ask`, as it was keyed. It may hold a code, so `repr` hides it."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Silence:
    """No key in time."""


@dataclass(frozen=True, slots=True)
class CheckAnswered:
    """The verdict on the code of the last `CheckCode`; `attempts_remaining` matters only after a wrong one."""

    verdict: CheckVerdict
    attempts_remaining: int


@dataclass(frozen=True, slots=True)
class HungUp:
    """The line is gone, whoever dropped it."""


Event = Answered | EarlyKeys | Keys | Silence | CheckAnswered | HungUp
