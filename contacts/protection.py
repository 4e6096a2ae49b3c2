"""Personal data at rest: encrypted, and found again without being decrypted.

Identifiers are encrypted in the store (개인정보의 안전성 확보조치 기준 제7조). AES-256-GCM (NIST SP 800-38D)
keeps them; a keyed HMAC-SHA-256 finds the sender of an inbound text. A plain hash would not do: all Korean
mobiles hash in seconds.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_INDEX_BYTES: Final = 16


class Unreadable(Exception):
    """This ciphertext cannot be opened: another key, another record, or changed bytes. Says no more."""


class PersonalData:
    """Seals, opens and indexes personal data. Its keys appear in no repr.

    Sealed bytes are key id (4), nonce (12), ciphertext and tag (16). New data is sealed with
    `encryption_key`; `previous_keys` still open what they sealed. Random 96-bit nonces allow 2³² seals a key.
    The index key has no successor: changing it means indexing every number again.
    """

    def __init__(self, *, encryption_key: bytes, index_key: bytes, previous_keys: Sequence[bytes] = ()) -> None:
        """Every key is 32 random bytes, and each another: `ValueError` if not."""
        keys = [encryption_key, *previous_keys, index_key]
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key for personal data has {KEY_BYTES} bytes")
        if len(set(keys)) != len(keys):
            raise ValueError("two keys for personal data are the same")
        self._current = _key_id(encryption_key)
        self._ciphers = {_key_id(key): AESGCM(key) for key in (*previous_keys, encryption_key)}
        self._index_key = index_key

    def seal(self, plaintext: str, *, bound_to: str) -> bytes:
        """Encrypt for one place only: the same `bound_to` (such as a contact's key) must open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._ciphers[self._current].encrypt(nonce, _utf8(plaintext), _utf8(bound_to))
        return self._current + nonce + ciphertext

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Decrypt what `seal` gave. Raises `Unreadable`."""
        nonce_end = _KEY_ID_BYTES + _NONCE_BYTES
        cipher = self._ciphers.get(sealed[:_KEY_ID_BYTES])
        if cipher is None or len(sealed) <= nonce_end:
            raise Unreadable
        try:
            plaintext = cipher.decrypt(sealed[_KEY_ID_BYTES:nonce_end], sealed[nonce_end:], _utf8(bound_to))
        except InvalidTag:
            raise Unreadable from None
        return plaintext.decode("utf-8", "surrogatepass")

    def blind_index(self, e164: str) -> str:
        """What the store knows a number by: 32 hex characters (128 bits), the same for the same number."""
        return self._keyed_digest(b"bonin number", e164)

    def name_digest(self, name: str, birth_date: str | None) -> str:
        """32 hex characters that change when the person does, so that a check made for another name is void.

        Unicode form, width, case and spacing do not count as a change.
        """
        same_name = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        return self._keyed_digest(b"bonin name", same_name, "" if birth_date is None else birth_date)

    def _keyed_digest(self, purpose: bytes, *parts: str) -> str:
        """Each part with its length before it: no two lists of parts make the same message."""
        message = bytearray(purpose)
        for part in parts:
            encoded = _utf8(part)
            message += len(encoded).to_bytes(4, "big") + encoded
        return hmac.digest(self._index_key, bytes(message), "sha256")[:_INDEX_BYTES].hex()


def _key_id(key: bytes) -> bytes:
    """Names a key without showing it, so that rotation needs no numbering by hand."""
    return hmac.digest(key, b"bonin key id", hashlib.sha256)[:_KEY_ID_BYTES]


def _utf8(text: str) -> bytes:
    # A lone surrogate must not raise: UnicodeEncodeError carries the whole text with it.
    return text.encode("utf-8", "surrogatepass")
