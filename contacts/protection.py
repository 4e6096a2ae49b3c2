"""Personal data at rest: encrypted, and found again without being decrypted.

Identifiers are encrypted in the store (개인정보의 안전성 확보조치 기준 제7조). AES-256-GCM (NIST SP 800-38D)
keeps them; a keyed HMAC-SHA-256 finds the sender of an inbound text. A plain hash would not do: all Korean
mobiles hash in seconds.
"""

import secrets
import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contacts.key_ring import KEY_ID_BYTES, KeyRing

_NONCE_BYTES: Final = 12
_INDEX_BYTES: Final = 16


class Unreadable(Exception):
    """This ciphertext cannot be opened: another key, another record, or changed bytes. Its message names
    whose it is by ids only."""


class KeyNotGiven(Unreadable):
    """It is sealed under a key that this process does not have: another installation's, or one dropped too early."""


class PersonalData:
    """Seals, opens and indexes personal data. Its keys appear in no repr.

    Sealed bytes are key id (4), nonce (12), ciphertext and tag (16). The key that writes seals, and either opens what
    it has sealed. Random 96-bit nonces allow 2³² seals a key. An index is key id and digest in hex; since either index
    key may have written it, a number is looked for under both.
    """

    def __init__(self, encryption: KeyRing, index: KeyRing) -> None:
        """`ValueError` when a key serves both purposes."""
        if set(encryption.ids) & set(index.ids):
            raise ValueError("two keys for personal data are the same")
        self._current = encryption.current_id
        self._ciphers = {name: AESGCM(key) for name, key in encryption.keys.items()}
        self._index = index

    def seal(self, plaintext: str, *, bound_to: str) -> bytes:
        """Encrypt for one place only: the same `bound_to` (such as a contact's key) must open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._ciphers[self._current].encrypt(nonce, _utf8(plaintext), _utf8(bound_to))
        return self._current + nonce + ciphertext

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Decrypt what `seal` gave. Raises `Unreadable`: `KeyNotGiven` where the key for it is not here."""
        nonce_end = KEY_ID_BYTES + _NONCE_BYTES
        if len(sealed) <= nonce_end:
            raise Unreadable
        cipher = self._ciphers.get(sealed[:KEY_ID_BYTES])
        if cipher is None:
            raise KeyNotGiven("it is sealed under a key that is not given")
        try:
            plaintext = cipher.decrypt(sealed[KEY_ID_BYTES:nonce_end], sealed[nonce_end:], _utf8(bound_to))
        except InvalidTag:
            raise Unreadable from None
        return plaintext.decode("utf-8", "surrogatepass")

    def is_sealed_anew(self, sealed: bytes) -> bool:
        """Whether it was sealed by the key that writes, and needs no rotation."""
        return sealed[:KEY_ID_BYTES] == self._current

    def blind_indexes(self, e164: str, *, kept: bytes | None = None) -> tuple[str, ...]:
        """What the store knows a number by: 40 hex characters under each index key, the one that writes first.

        `kept` is the index in bytes as it was stored beside the number. Where its key is the only one, it is returned,
        and nothing is computed.
        """
        if kept is not None and self._index.ids == (kept[:KEY_ID_BYTES],):
            return (kept.hex(),)
        return self._keyed_digests(b"bonin number", e164)

    def name_digests(self, name: str, birth_date: str | None) -> tuple[str, ...]:
        """40 hex characters under each index key. They change with the person, which voids checks made for another.

        Unicode form, width, case and spacing do not count as a change.
        """
        same_name = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        return self._keyed_digests(b"bonin name", same_name, "" if birth_date is None else birth_date)

    def _keyed_digests(self, purpose: bytes, *parts: str) -> tuple[str, ...]:
        """Each part has its length before it, so that no two lists of parts make the same message."""
        message = bytearray(purpose)
        for part in parts:
            encoded = _utf8(part)
            message += len(encoded).to_bytes(4, "big") + encoded
        digests = self._index.digests(bytes(message))
        return tuple([digest[: KEY_ID_BYTES + _INDEX_BYTES].hex() for digest in digests])


def _utf8(text: str) -> bytes:
    # A lone surrogate must not raise: UnicodeEncodeError carries the whole text with it.
    return text.encode("utf-8", "surrogatepass")
