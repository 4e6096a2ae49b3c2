"""What CAMARA's error answers `{status, code, message}` mean here. The one place that knows the codes.

Source: https://github.com/camaraproject/Commonalities, CAMARA_common.yaml, and the errors of each API.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from gateway.carriers.json_poster import JsonAnswer


class Meaning(Enum):
    ANSWERED = auto()
    """200: the content says what was asked."""
    TOKEN_REFUSED = auto()
    """The token is expired or withdrawn: once with a new one."""
    TRY_AGAIN = auto()
    """Asking is free of effects, so it may be asked again at once."""
    UNKNOWN_SUBSCRIBER = auto()
    """The carrier has nothing on this number, or does not do this for it."""
    FAILED = auto()
    """Asking again changes nothing: the set-up is wrong, or the quota is used up."""


_BY_CODE: Mapping[str, Meaning] = MappingProxyType(
    {
        "UNAUTHENTICATED": Meaning.TOKEN_REFUSED,
        "AUTHENTICATION_REQUIRED": Meaning.TOKEN_REFUSED,
        "TOO_MANY_REQUESTS": Meaning.TRY_AGAIN,
        "INTERNAL": Meaning.TRY_AGAIN,
        "UNAVAILABLE": Meaning.TRY_AGAIN,
        "TIMEOUT": Meaning.TRY_AGAIN,
        # Not a subscriber of this carrier, or a line that the service does not cover.
        "IDENTIFIER_NOT_FOUND": Meaning.UNKNOWN_SUBSCRIBER,
        "SERVICE_NOT_APPLICABLE": Meaning.UNKNOWN_SUBSCRIBER,
        "UNSUPPORTED_IDENTIFIER": Meaning.UNKNOWN_SUBSCRIBER,
        # kyc-match at carriers that want the number of an id card beside the name: a firm's contacts have none.
        "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED": Meaning.UNKNOWN_SUBSCRIBER,
        "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH": Meaning.UNKNOWN_SUBSCRIBER,
        # Our side: wrong request, path, scope or kind of token, or a quota that was bought too small.
        "INVALID_ARGUMENT": Meaning.FAILED,
        "OUT_OF_RANGE": Meaning.FAILED,
        "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION": Meaning.FAILED,
        "PERMISSION_DENIED": Meaning.FAILED,
        "INVALID_TOKEN_CONTEXT": Meaning.FAILED,
        "NOT_FOUND": Meaning.FAILED,
        "MISSING_IDENTIFIER": Meaning.FAILED,
        "UNNECESSARY_IDENTIFIER": Meaning.FAILED,
        "QUOTA_EXCEEDED": Meaning.FAILED,
    }
)
_BY_STATUS: Mapping[int, Meaning] = MappingProxyType(
    {200: Meaning.ANSWERED, 401: Meaning.TOKEN_REFUSED, 429: Meaning.TRY_AGAIN}
)
"""For answers without a known code: gateways in front of the service answer in words of their own."""


def meaning_of(answer: JsonAnswer) -> Meaning:
    """A 200 is an answer whatever it says; an unknown error is a failure."""
    code = answer.content.get("code")
    if answer.status != 200 and isinstance(code, str) and code in _BY_CODE:
        return _BY_CODE[code]
    return _BY_STATUS.get(answer.status, Meaning.TRY_AGAIN if answer.status >= 500 else Meaning.FAILED)
