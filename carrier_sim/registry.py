"""In whose name a number is: what the mobile operators' match service answers.

Modelled on CAMARA's KYC match (https://camaraproject.org/know-your-customer/).
"""

from enum import StrEnum

from carrier_sim.numbers import is_landline
from carrier_sim.phones import Phones
from carrier_sim.settings import RegistryState


class Match(StrEnum):
    TRUE = "true"
    FALSE = "false"
    NOT_AVAILABLE = "not_available"


class RegistryOutage(Exception):
    """The registry cannot say anything about this number now."""


class Registry:
    """Compares names. A mobile that nobody described belongs to whoever asks."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def match(self, number: str, name: str, birth_date: str | None) -> Match:
        """Whether the number is in this name. Raises RegistryOutage."""
        phone = self._phones.peek(number)
        if phone.registry is RegistryState.OUTAGE:
            raise RegistryOutage
        if is_landline(number):
            return Match.NOT_AVAILABLE
        if phone.owner_name is not None and plain_name(phone.owner_name) != plain_name(name):
            return Match.FALSE
        if phone.birth_date is not None and birth_date is not None and phone.birth_date != birth_date:
            return Match.FALSE
        return Match.TRUE


def plain_name(name: str) -> str:
    """The name without spaces and case: how this carrier compares."""
    return "".join(name.split()).casefold()
