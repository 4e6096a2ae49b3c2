"""What people write about a customer, under a key of that customer's own.

Reasons stand in the audit, which nobody changes for five years, and in copies of it. Without the customer's key they
say nothing any more, wherever they are: erasing the key erases them, and the chain stays whole (crypto-shredding).
"""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contacts.protection import KeyNotGiven, PersonalData, Unreadable
from gateway.core.audit.events import REASONS
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_KEY = load("words_key")
_WHOSE = "customer"
_KEY_BYTES = 32
_NONCE_BYTES = 12
ERASED = "(삭제됨 · erased)"
"""What is read of words whose key is gone, or that somebody changed or put there."""


class WordsReader:
    """Opens the words about some customers, whose keys it holds."""

    def __init__(self, ciphers: Mapping[str, AESGCM]) -> None:
        self._ciphers = ciphers

    def open(self, customer_id: str, sealed: str) -> str:
        """What was written; `ERASED` when the customer was erased since."""
        cipher = self._ciphers.get(customer_id)
        try:
            content = base64.urlsafe_b64decode(sealed)
            if cipher is None:
                return ERASED
            opened = cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], customer_id.encode())
        except (binascii.Error, ValueError, InvalidTag):
            return ERASED
        return opened.decode()


class CustomerWords:
    """Seals under the customer's key, which is made when there is something to seal.

    Of somebody who is not there, or was erased, it is sealed under a key that nobody keeps.
    """

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._personal_data = personal_data

    async def seal(self, customer_id: str, text: str) -> str:
        """Text that only `open` understands; '' stays so."""
        if not text:
            return ""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = await self._cipher(customer_id)
        sealed = nonce + cipher.encrypt(nonce, text.encode("utf-8", "backslashreplace"), customer_id.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    async def reader(self, customer_ids: Iterable[str]) -> WordsReader:
        wanted = sorted(set(customer_ids))
        found = await self._store.all(*(("HGET", keys.customer_words(one), "key") for one in wanted))
        return WordsReader(
            {
                customer_id: cipher
                for customer_id, sealed in zip(wanted, found, strict=True)
                if sealed is not None and (cipher := self._unchanged(customer_id, sealed)) is not None
            }
        )

    async def reasons(self, events: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """For each event of the audit what people wrote into it, by field."""
        reader = await self.reader(event.get(_WHOSE, "") for event in events if not event.keys().isdisjoint(REASONS))
        return [
            {name: reader.open(event.get(_WHOSE, ""), event[name]) for name in REASONS if name in event}
            for event in events
        ]

    async def _cipher(self, customer_id: str) -> AESGCM:
        key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
        new = self._personal_data.seal(key, bound_to=bound_to(customer_id))
        names = (keys.customer_words(customer_id), keys.customer(customer_id))
        return self._opened(customer_id, await self._store.run(_KEY, names, (new,)) or new)

    def _unchanged(self, customer_id: str, sealed: bytes) -> AESGCM | None:
        """None for a key that was changed in the store: the words of all others are to be read all the same."""
        try:
            return self._opened(customer_id, sealed)
        except KeyNotGiven:
            raise
        except Unreadable:
            return None

    def _opened(self, customer_id: str, sealed: bytes) -> AESGCM:
        return AESGCM(base64.b64decode(self._personal_data.open(sealed, bound_to=bound_to(customer_id))))


def bound_to(customer_id: str) -> str:
    """What the customer's key is sealed for."""
    return f"{customer_id}:words"
