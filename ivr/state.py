"""Where a call stands, small enough to be kept beside the verification between two webhooks."""

import re
from dataclasses import dataclass
from enum import StrEnum


class EndReason(StrEnum):
    """Why a dialogue ended. Why a call was never answered is the carrier's to report, not the dialogue's."""

    VERIFIED = "verified"
    DENIED = "denied"
    LOCKED = "locked"
    EXPIRED = "expired"
    CLOSED = "closed"
    VOICEMAIL = "voicemail"
    ANSWERED_BY_UNKNOWN = "answered_by_unknown"
    NO_INPUT = "no_input"
    HUNG_UP = "hung_up"
    EARLY_KEYS = "early_keys"
    WRONG_FIRST_KEY = "wrong_first_key"
    INCOMPLETE_KEYS = "incomplete_keys"
    INVALID_KEYS = "invalid_keys"
    WRONG_CODE = "wrong_code"


class Phase(StrEnum):
    RINGING = "ringing"
    FIRST_KEY = "first_key"
    """Waiting for the key that only somebody who listens can know."""
    CODE = "code"
    CHECKING = "checking"
    """A `CheckCode` is with the verifier."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class DialogueState:
    """The whole memory of a call. The counters bound it: in each phase every ask but the first has raised one."""

    phase: Phase = Phase.RINGING
    first_key: str = ""
    """The key asked for last, in the phase of the same name."""
    early: int = 0
    """How often keys came during the announcement."""
    wrong_first: int = 0
    """How often the first key was wrong."""
    fruitless: int = 0
    """Asks in a row that brought no answer: silence, `*`, too few keys."""
    checks: int = 0
    """Codes given to the verifier in this call."""
    end: EndReason | None = None

    def dump(self) -> str:
        """A short ASCII form (at most 26 characters) that `load` reads back."""
        if self.end is not None:
            return f"{Phase.ENDED}.{self.end}"
        return f"{self.phase}.{self.first_key}.{self.early}{self.wrong_first}{self.fruitless}{self.checks}"

    @classmethod
    def load(cls, dumped: str) -> "DialogueState":
        """Read what `dump` wrote. Raises ValueError for anything else."""
        if ended := re.fullmatch("ended\\.([a-z_]{1,20})", dumped):
            return cls(phase=Phase.ENDED, end=EndReason(ended[1]))
        live = re.fullmatch("(ringing|first_key|code|checking)\\.([0-8]?)\\.([0-9])([0-9])([0-9])([0-9])", dumped)
        if live is None or (live[1] == Phase.FIRST_KEY) != bool(live[2]):
            raise ValueError("not a dialogue state")
        early, wrong_first, fruitless, checks = (int(live[group]) for group in range(3, 7))
        return cls(Phase(live[1]), live[2], early, wrong_first, fruitless, checks)
