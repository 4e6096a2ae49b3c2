"""What a carrier may be set up to do, and what each method asks of one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from contacts.models import ContactMethod


class Capability(StrEnum):
    """What a carrier can do for the firm, as its settings declare it."""

    SMS = "sms"
    """It takes our texts."""
    VOICE = "voice"
    """It places our calls."""
    INBOUND = "inbound"
    """It hands us the texts that customers send to its number, and is trusted with who sent them."""


NEEDS: Mapping[ContactMethod, frozenset[Capability]] = MappingProxyType(
    {
        ContactMethod.SMS: frozenset({Capability.SMS}),
        ContactMethod.ARS: frozenset({Capability.VOICE}),
        # The reply goes to the number that asked, so one carrier has to do both.
        ContactMethod.SMS_REPLY: frozenset({Capability.SMS, Capability.INBOUND}),
    }
)


class Destination(Protocol):
    """A number, or what is known of one."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2."""
        ...


class Reach(Protocol):
    """Whether there is a carrier for a method and a number at all. Asks nobody: it is known to the process."""

    def carries(self, method: ContactMethod, to: Destination) -> bool: ...
