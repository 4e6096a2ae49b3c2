"""A key that writes and a second one that is in force beside it, so that either can take the other's place.

Processes that share a store are never changed at the same moment. While both keys are known everywhere, it does not
matter which of them wrote something, and a key can be replaced without a refused request.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 4


class KeyRing:
    """One or two keys for one purpose. They appear in no repr."""

    def __init__(self, current: bytes, second: bytes | None = None) -> None:
        """Every key is 32 random bytes, and each another: `ValueError` if not."""
        keys = (current,) if second is None else (current, second)
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        if len(set(keys)) != len(keys):
            raise ValueError("two keys are the same")
        self._keys = {key_id(key): key for key in keys}
        self._ids = tuple(self._keys)
        # Begun once for each key: to go on from there takes a third as long as to begin. The standard library's copies
        # take twice as long as these.
        self._begun = {one: HMAC(key, SHA256()) for one, key in self._keys.items()}

    @property
    def ids(self) -> tuple[bytes, ...]:
        """What each key is called where its work is kept, the one that writes first."""
        return self._ids

    @property
    def current_id(self) -> bytes:
        return self._ids[0]

    def keys(self) -> tuple[bytes, ...]:
        """For whoever has to compute with them: the one that writes first."""
        return tuple(self._keys.values())

    def digests(self, message: bytes) -> tuple[bytes, ...]:
        """Key id (4) and HMAC-SHA-256 (32) under each key, the one that writes first."""
        return tuple([self.digest(message, one) for one in self._begun])

    def digest(self, message: bytes, under: bytes) -> bytes:
        """The same under one key. The current key stands in for one that is gone: its digest matches nothing."""
        one = under if under in self._begun else self.current_id
        mac = self._begun[one].copy()
        mac.update(message)
        return one + mac.finalize()


def key_id(key: bytes) -> bytes:
    """Names a key without showing it, so that rotation needs no numbering by hand."""
    mac = HMAC(key, SHA256())
    mac.update(b"bonin key id")
    return mac.finalize()[:KEY_ID_BYTES]
