"""What the dialogue wants done. The actions of one step are done in order, and fit one TwiML document."""

from dataclasses import dataclass, field

from ivr.phrases import Language

DENY_KEY = "9"
"""The key that says "this is not me"."""

FINISH_KEY = "#"
"""The key that ends an entry before all its keys are pressed; it is no part of the entry."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak; keys pressed meanwhile are dropped."""

    language: Language
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak the three parts in order, then collect up to `keys` keys.

    A key during `announcement` ends the ask and comes back as `EarlyKeys`; a key during `instructions`
    is dropped, so what plays from a tape cannot answer; a key during `prompt` cuts it short and begins
    the entry. The entry comes back as `Keys` when it is complete, at `FINISH_KEY`, or `timeout_seconds`
    after its last key; `Silence` if there was none.
    """

    language: Language
    announcement: tuple[str, ...]
    instructions: tuple[str, ...]
    prompt: tuple[str, ...]
    keys: int
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Have the verifier judge this code; its verdict comes back as `CheckAnswered`."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deny:
    """The person called says that it was not them: close the verification and raise the alarm."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Action = Say | Ask | CheckCode | Deny | HangUp
