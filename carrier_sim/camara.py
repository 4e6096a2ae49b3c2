"""What the mobile operator knows of a number, as CAMARA's services ask for it.

Sources: https://github.com/camaraproject/KnowYourCustomerMatch, /SimSwap, /CallForwardingSignal, /NumberRecycling
"""

from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from carrier_sim.numbers import is_landline
from carrier_sim.phones import Phone, Phones
from carrier_sim.registry import plain_name
from carrier_sim.settings import RegistryState


class CamaraError(Exception):
    """A question is answered with one of CAMARA's error codes."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


class Subscribers:
    """Answers about the subscribers of this carrier. A number that nobody described belongs to whoever asks."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def kyc_match(self, number: str, name: str, birthdate: str | None) -> dict[str, Any]:
        """The attributes that were asked for; a score stands beside a name that does not match."""
        phone = self._mobile(number)
        kept = phone.owner_name if phone.owner_name is not None else name
        answer: dict[str, Any] = {"nameMatch": _match(plain_name(kept) == plain_name(name))}
        if answer["nameMatch"] == "false":
            alike = SequenceMatcher(None, plain_name(kept), plain_name(name)).ratio()
            answer["nameMatchScore"] = min(99, int(alike * 100))
        if birthdate is not None:
            answer["birthdateMatch"] = _match(phone.birth_date in (None, birthdate))
        return answer

    def sim_swapped(self, number: str, max_age_hours: int) -> bool:
        at = self._mobile(number).sim_swapped_at
        return at is not None and datetime.now(UTC) - at <= timedelta(hours=max_age_hours)

    def forwarded(self, number: str) -> bool:
        return self._phone(number).forwarded

    def recycled(self, number: str, since: date) -> bool:
        """Whether somebody who had the number on that day has given it up: on the very day counts."""
        recycled_on = self._phone(number).recycled_on
        return recycled_on is not None and since <= recycled_on

    def _phone(self, number: str) -> Phone:
        phone = self._phones.peek(number)
        if phone.registry is RegistryState.OUTAGE:
            raise CamaraError(503, "UNAVAILABLE", "Service Unavailable.")
        return phone

    def _mobile(self, number: str) -> Phone:
        phone = self._phone(number)
        if is_landline(number):
            raise CamaraError(
                422, "SERVICE_NOT_APPLICABLE", "The service is not available for the provided identifier."
            )
        return phone


def _match(matches: bool) -> str:
    return "true" if matches else "false"
