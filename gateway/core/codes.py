"""Codes: how they are drawn, and what of them is kept.

A code is compared as an HMAC under a pepper that lives outside the store. The digest binds it to the
verification, customer and operation it was made for, so that it is worth nothing anywhere else.
While a verification is open its code is also kept sealed, because the dispatcher has to send it and
the screen has to show it; closing the verification deletes both.
"""

import hmac
import re
import secrets

import pyotp

from contacts.protection import PersonalData

_CODE = re.compile("[0-9]{6}")


def is_code(text: str) -> bool:
    """Six ASCII digits. `\\d`, `int()` and `isdigit()` would take full-width ones too."""
    return _CODE.fullmatch(text) is not None


def new_code() -> str:
    """Six digits, each of the million equally likely, from the system's CSPRNG."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_branch_password() -> str:
    """Six digits by HOTP (RFC 4226) under a fresh secret that nobody keeps: one password, one use."""
    return pyotp.HOTP(pyotp.random_base32(), digits=6).at(0)


class CodeVault:
    """Digests and seals codes. `pepper` is 32 bytes from the settings."""

    def __init__(self, pepper: bytes, personal_data: PersonalData) -> None:
        self._pepper = pepper
        self._personal_data = personal_data

    def digest(self, verification_id: str, customer_id: str, operation: str, code: str) -> bytes:
        """32 bytes that stand for this code of this verification."""
        return self._hmac("code", verification_id, customer_id, operation, code)

    def branch_digest(self, customer_id: str, operation: str, password: str) -> bytes:
        """32 bytes that stand for this branch password of this customer and operation."""
        return self._hmac("branch", customer_id, operation, password)

    def reply_digest(self, blind_index: str, code: str) -> bytes:
        """32 bytes under which a text from this number finds the verification that it answers."""
        return self._hmac("reply", blind_index, code)

    def attempt_digest(self, attempt_id: str) -> str:
        """32 hex digits that stand for a caller's attempt id, of whatever length."""
        return self._hmac("attempt", attempt_id).hex()[:32]

    def seal(self, verification_id: str, code: str) -> bytes:
        return self._personal_data.seal(code, bound_to=verification_id)

    def open(self, verification_id: str, sealed: bytes) -> str:
        return self._personal_data.open(sealed, bound_to=verification_id)

    def _hmac(self, *parts: str) -> bytes:
        return hmac.digest(self._pepper, "\0".join(parts).encode(), "sha256")
