"""The ownership check (명의인증) by CAMARA's kyc-match.

Source: https://github.com/camaraproject/KnowYourCustomerMatch (v0.3, `POST /match`)
"""

from collections.abc import Mapping
from typing import Any

from contacts.names import same_name, spellings
from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import PhoneNumber
from gateway.carriers.camara.client import CamaraClient, QuestionFailed, UnknownSubscriber

_PATH = "/kyc-match/v0.3/match"
_MATCHES = {
    "true": OwnershipResult.CONFIRMED,
    "false": OwnershipResult.NOT_CONFIRMED,
    "not_available": OwnershipResult.NOT_AVAILABLE,
}
_PERFECT_SCORE = 100


class CamaraOwnershipCheck:
    """`OwnershipCheck` by a carrier's KYC data. Only an unqualified yes to name and birth date confirms."""

    def __init__(self, client: CamaraClient) -> None:
        self._client = client

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        """A name that may be kept in several spellings is asked for in each, until one of them is it."""
        result = OwnershipResult.NOT_AVAILABLE
        for spelling in spellings(name):
            asked = {"phoneNumber": number.e164, "name": spelling}
            if birth_date is not None:
                asked["birthdate"] = birth_date
            try:
                answer = await self._client.ask(_PATH, asked)
            except UnknownSubscriber:
                return OwnershipResult.NOT_AVAILABLE
            except QuestionFailed:
                raise OwnershipCheckUnavailable from None
            result = _judged(answer, name, birth_date)
            if result is not OwnershipResult.NOT_CONFIRMED:
                return result
        return result


def _judged(answer: Mapping[str, Any], name: str, birth_date: str | None) -> OwnershipResult:
    """Name first, then birth date; the first that is not a yes decides.

    | the answer has                | the name is                                                    |
    |-------------------------------|----------------------------------------------------------------|
    | the name on file, in `name`   | confirmed if both are surely the same, else not confirmed      |
    | nameMatch true                | confirmed, unless a score below 100 stands beside it           |
    | nameMatch false               | not confirmed, whatever the score                              |
    | nameMatch not_available       | not available                                                  |
    | anything else                 | an answer that cannot be relied on: unavailable                |

    The name on file is no part of the standard, but carriers add it, plain, masked or romanised.
    """
    name_match = _match(answer, "nameMatch")
    on_file = answer.get("name")
    if isinstance(on_file, str):
        name_match = OwnershipResult.CONFIRMED if same_name(name, on_file) else OwnershipResult.NOT_CONFIRMED
    elif name_match is OwnershipResult.CONFIRMED and answer.get("nameMatchScore") not in (None, _PERFECT_SCORE):
        name_match = OwnershipResult.NOT_CONFIRMED
    if name_match is not OwnershipResult.CONFIRMED or birth_date is None:
        return name_match
    return _match(answer, "birthdateMatch")


def _match(answer: Mapping[str, Any], attribute: str) -> OwnershipResult:
    """Raises `OwnershipCheckUnavailable` where the attribute that was asked for is missing or no match result."""
    match answer.get(attribute):
        case str(word) if word in _MATCHES:
            return _MATCHES[word]
    raise OwnershipCheckUnavailable
