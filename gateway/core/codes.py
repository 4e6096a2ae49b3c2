"""Codes: how they are drawn, and what of them is kept.

A code is compared as an HMAC under a pepper that lives outside the store. The digest binds it to the
verification, customer and operation it was made for, so that it is worth nothing anywhere else.
While a verification is open its code is also kept sealed, because the dispatcher has to send it and
the screen has to show it; closing the verification deletes both.
"""

import re
import secrets
from collections.abc import Sequence

import pyotp

from contacts.key_ring import KEY_ID_BYTES, KeyRing
from contacts.protection import PersonalData

_CODE = re.compile("[0-9]{6}")


def is_code(text: str) -> bool:
    """Six ASCII digits. `\\d`, `int()` and `isdigit()` would take full-width ones too."""
    return _CODE.fullmatch(text) is not None


def new_code() -> str:
    """Six digits, each of the million equally likely, from the system's CSPRNG."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_keyed_code() -> str:
    """As `new_code`, but never with a leading 9: on the phone 9 means "this is not me", and a customer who keys the
    code in too early would deny."""
    return f"{secrets.randbelow(900_000):06d}"


def new_branch_password() -> str:
    """Six digits by HOTP (RFC 4226) under a fresh secret that nobody keeps: one password, one use."""
    return pyotp.HOTP(pyotp.random_base32(), digits=6).at(0)


class CodeVault:
    """Makes digests of codes, and seals them.

    A verification remembers the pepper under which it was opened, and its answers are digested under that one: also
    while two peppers are in force an answer is one comparison. A branch password or an expected reply may have been
    written under either, and is looked up under both; their digests begin with the pepper's id, so they never collide.
    """

    def __init__(self, peppers: KeyRing, personal_data: PersonalData) -> None:
        self._peppers = peppers
        self._personal_data = personal_data
        self.pepper_id = peppers.current_id.hex()
        """Names the pepper that writes."""

    def digest(self, verification_id: str, customer_id: str, operation: str, code: str, *, pepper_id: str) -> bytes:
        """16 bytes that stand for this code of this verification."""
        message = _message("code", verification_id, customer_id, operation, code)
        return self._short_digest(message, pepper_id)

    def branch_digests(self, customer_id: str, operation: str, password: str) -> tuple[bytes, ...]:
        """36 bytes that stand for this branch password of this customer and operation; the first is written."""
        return self._peppers.digests(_message("branch", customer_id, operation, password))

    def reply_digests(self, blind_indexes: Sequence[str], code: str) -> tuple[bytes, ...]:
        """36 bytes under which a text from this number finds the verification that it answers; the first is written."""
        return tuple(
            digest for index in blind_indexes for digest in self._peppers.digests(_message("reply", index, code))
        )

    def attempt_digest(self, attempt_id: str, *, pepper_id: str) -> bytes:
        """16 bytes that stand for a caller's attempt id, of whatever length."""
        return self._short_digest(_message("attempt", attempt_id), pepper_id)

    def seal(self, verification_id: str, code: str) -> bytes:
        return self._personal_data.seal(code, bound_to=verification_id)

    def open(self, verification_id: str, sealed: bytes) -> str:
        return self._personal_data.open(sealed, bound_to=verification_id)

    def _short_digest(self, message: bytes, pepper_id: str) -> bytes:
        """Half of an HMAC-SHA-256, as much as RFC 2104 (5) asks for; the verification names the pepper beside it."""
        return self._peppers.digest(message, bytes.fromhex(pepper_id))[KEY_ID_BYTES : KEY_ID_BYTES + 16]


def _message(*parts: str) -> bytes:
    return "\0".join(parts).encode()
