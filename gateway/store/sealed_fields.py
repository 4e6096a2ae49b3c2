"""Every field of the store that is sealed under the encryption key, so that `bonin keys rotate` finds them all.

Whoever seals another field adds it here; tests hold the list to what the store holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.store.fields import FIELDS


@dataclass(frozen=True, slots=True)
class SealedField:
    """`bound_to` gives, of a record's key and of what follows its kind in it, what the field is sealed for."""

    name: str
    bound_to: Callable[[str, str], str]


def _its_id(_: str, rest: str) -> str:
    return rest.rpartition(":")[2]


def _its_key(key: str, _: str) -> str:
    return key


SEALED_FIELDS = {
    "customer": (
        SealedField("name", lambda _, customer_id: f"{customer_id}:name"),
        SealedField("birth_date", lambda _, customer_id: f"{customer_id}:birth_date"),
    ),
    "contact": (SealedField(FIELDS["c.number"], _its_id),),
    "approval": (SealedField("action", _its_id),),
    "v": (SealedField(FIELDS["v.sealed"], _its_id),),
    "idempotency": (SealedField("answer", _its_key),),
    "customer-words": (SealedField("key", lambda _, customer_id: f"{customer_id}:words"),),
    "ops-operator": (SealedField("secret", lambda _, person: f"operator:{person}"),),
}
"""By kind of record: the word after the shard in its key. All records are hashes.

`pending` of an `ops-session` is sealed too, and not here: it lapses within minutes.
"""
