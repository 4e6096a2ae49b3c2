"""What a verification is about, in one word: letters for method and operation, and the client that asked.

Records have the word as a field, and events of the audit behind the ids of verification, customer and contact. Readers
get the fields that the audit's catalogue names.
"""

from collections.abc import Sequence

from gateway.core.operations import Operation
from gateway.core.verification import Method
from gateway.store.pairs import in_pairs

METHOD_LETTERS = {Method.SMS: "s", Method.ARS: "a", Method.SMS_REPLY: "r", Method.BRANCH_OTP: "b"}
OPERATION_LETTERS = {
    Operation.ISSUE: "i",
    Operation.REISSUE: "r",
    Operation.REGISTER_OTHER: "o",
    Operation.CLOUD_REGISTER: "c",
    Operation.CLOUD_LOGIN: "l",
    Operation.VOUCH: "v",
    Operation.RENEW: "n",
    Operation.IMPORT: "m",
    Operation.EXPORT: "x",
    Operation.CHANGE_MEDIUM: "g",
    Operation.BACK_UP: "b",
    Operation.RESTORE: "s",
    Operation.DELETE: "d",
    Operation.REVOKE: "k",
    Operation.COPY_TO_PHONE: "p",
    Operation.COPY_TO_PC: "q",
}
_METHODS = {letter: method for method, letter in METHOD_LETTERS.items()}
_OPERATIONS = {letter: operation for operation, letter in OPERATION_LETTERS.items()}
_ABOUT = b"about"


def request_word(method: Method, operation: Operation, client: str) -> str:
    return f"{METHOD_LETTERS[method]}{OPERATION_LETTERS[operation]}{client}"


def read_request(word: str) -> tuple[Method, Operation, str]:
    return _METHODS[word[0]], _OPERATIONS[word[1]], word[2:]


def about_word(verification_id: str, customer_id: str, contact_id: str | None, request: str) -> str:
    """As `about_of` of the prelude has it: ids have no spaces, and a client may."""
    return f"{verification_id} {customer_id} {contact_id or ''} {request}"


def event_words(words: Sequence[bytes]) -> list[bytes]:
    """An event's field, value, … as the catalogue has them: what it is about taken apart, and nothing without a value.

    What nobody of ours wrote stays as it is: sealing and showing events must not stop at one.
    """
    told: list[bytes] = []
    for name, value in in_pairs(words):
        if name == _ABOUT:
            told += _fields_of(value)
        elif value:
            told += (name, value)
    return told


def _fields_of(about: bytes) -> list[bytes]:
    try:
        verification, customer, contact, request = about.decode().split(" ", 3)
        method, operation, client = read_request(request)
    except (ValueError, LookupError):
        return [_ABOUT, about]
    fields = {
        "customer": customer,
        "verification": verification,
        "client": client,
        "method": method,
        "operation": operation,
        "contact": contact,
    }
    return [word.encode() for name, value in fields.items() if value for word in (name, value)]
