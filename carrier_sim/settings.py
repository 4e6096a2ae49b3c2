"""What a local carrier is started with. Times are seconds unless a name says otherwise."""

from dataclasses import dataclass, field
from enum import StrEnum


class Behaviour(StrEnum):
    """What a phone does by itself."""

    MANUAL = "manual"
    """Rings until somebody answers or rejects, or the caller gives up."""
    ANSWERS = "answers"
    """Picks up after a moment; keys are pressed by whoever holds it."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTS = "rejects"
    VOICEMAIL = "voicemail"
    """A machine picks up; it may play keys of its own."""
    UNREACHABLE = "unreachable"
    """Switched off: neither calls nor texts arrive."""


class RegistryState(StrEnum):
    """Whether the registry can answer for a number."""

    NORMAL = "normal"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a phone. `owner_name` is the name that it is registered in; None: their own."""

    number: str
    name: str = field(repr=False)
    name_en: str = field(default="", repr=False)
    owner_name: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    registry: RegistryState = RegistryState.NORMAL
    departed: bool = False
    """Out of the country, as the departure records know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """Faults drawn from one seeded source. Rates are chances from 0 to 1."""

    seed: int = 1
    delay_ms: float = 0
    """Webhooks are held back by a random part of this."""
    duplicate: float = 0
    """A webhook is delivered twice, identical to the letter."""
    reorder: float = 0
    """A webhook is overtaken by the one after it."""
    lose: float = 0
    """A webhook is never delivered."""
    error_rate: float = 0
    """A REST request is refused with a 5xx or 429, and nothing is done."""
    accept_then_timeout: float = 0
    """A REST request is carried out, and answered only when any client has given up."""
    accept_then_error: float = 0
    """A REST request is carried out, and answered with a 500."""
    look_up_delay_ms: float = 0
    """Answers of CAMARA, the registry and the departure records are held back by a random part of this."""
    look_up_error_rate: float = 0
    """A look-up is refused with a 5xx or 429."""
    look_up_timeout: float = 0
    """A look-up is answered only when any client has given up."""


DEFAULT_FAULTS = FaultSettings(delay_ms=80, duplicate=0.05, reorder=0.05)
"""On unless switched off: whoever relies on order or on once finds out here, not at the real carrier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a customer of the carrier has: credentials, numbers, and a name that the control interface knows it by."""

    name: str = "main"
    account_sid: str
    auth_token: str = field(repr=False)
    sms_number: str
    voice_number: str
    inbound_url: str = ""
    """Where texts to `sms_number` are announced; empty, nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSettings(Account):
    """An account at the local carrier, perhaps others beside it, and how fast time passes there."""

    more_accounts: tuple[Account, ...] = ()
    registry_token: str = field(repr=False)
    camara_client_id: str = ""
    """Empty: the CAMARA services let nobody in."""
    camara_client_secret: str = field(default="", repr=False)
    departure_token: str = field(default="", repr=False)
    """Empty: the departure records let nobody in."""
    people: tuple[Person, ...] = ()
    faults: FaultSettings = DEFAULT_FAULTS
    speed: float = 1.0
    """Divides every wait."""
    speech_ms_per_character: float = 6
    page_speech_ms_per_character: float = 110
    """The pace of speech in calls answered on the phone page, where a person listens."""
