"""What a carrier can be set up to do, and what each method needs of one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from contacts.models import ContactMethod


class Capability(StrEnum):
    """What a carrier does for the firm, as the settings declare."""

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
        # The customer replies to the number that texted them, so one carrier has to do both.
        ContactMethod.SMS_REPLY: frozenset({Capability.SMS, Capability.INBOUND}),
    }
)


class Destination(Protocol):
    """A number, or what is remembered of one."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2."""
        ...


class Reach(Protocol):
    """Whether any carrier is set up for a method and a number. The process knows; nobody is asked."""

    def carries(self, method: ContactMethod, to: Destination) -> bool: ...
