"""The life of contacts in the store: what takes their verification back, and the evidence of each change."""

import contextlib

import orjson

from contacts.models import Contact
from gateway.core.contact_life import Evidence
from gateway.core.errors import StoreUnavailable
from gateway.core.limits import Limits
from gateway.store import keys, ops_keys
from gateway.store.connection import Argument, Store
from gateway.store.scripts import load

_DEMOTE = load("demote_contact", "names", "request", "closing", "contact_life")
_AGE = load("age_contacts", "names", "request", "closing", "contact_life")
_IS_RELEASED = load("is_released")
_MOST_EVIDENCE = 200
"""Changes shown of one contact: the latest. All are kept."""


def life_keys(customer_id: str) -> tuple[str, ...]:
    """KEYS 1 to 4 of the verbs that `contact_life.lua` is read before."""
    shard = keys.shard_of(customer_id)
    return (
        keys.contacts(customer_id),
        keys.customer(customer_id),
        keys.outbox(shard),
        keys.audit(shard),
    )


def life_words(customer_id: str, limits: Limits, person: str) -> tuple[Argument, ...]:
    """ARGV 1 to 6 of these verbs; `person` is who makes the change."""
    shard = keys.shard_of(customer_id)
    return (
        keys.contact(customer_id, ""),
        keys.evidence(customer_id, ""),
        keys.verification_prefix(shard),
        limits.ownership_check_good_for * 1000,
        person,
        customer_id,
    )


async def note_owner(store: Store, blind_index: str, customer_id: str, contact_id: str) -> None:
    """Tell the read model at once whose number it is: whoever holds the phone may deny from now on.

    Only once the contact has the number, since who is noted may deny. What is done is not told as failed when this
    fails: the projector notes it too, from the audit.
    """
    with contextlib.suppress(StoreUnavailable):
        await store.command("SADD", *ops_keys.owned(blind_index, customer_id, contact_id))


class RedisContactLife:
    """`ContactLifeStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    async def demote(self, customer_id: str, contact: Contact, reason: str, evidence: str, person: str) -> bool:
        given = await self._store.run(
            _DEMOTE,
            life_keys(customer_id),
            (
                *life_words(customer_id, self._limits, person),
                *(contact.contact_id, contact.version, reason, evidence),
            ),
        )
        return bool(given[0] == b"demoted")

    async def let_old_checks_fall(self, customer_id: str) -> None:
        """Take back what rests on an ownership check that is too old to count; nothing where checks do not age."""
        if self._limits.ownership_check_good_for:
            words = life_words(customer_id, self._limits, "gateway")
            await self._store.run(_AGE, life_keys(customer_id), words)

    async def evidence(self, customer_id: str, contact_id: str) -> list[Evidence] | None:
        await self.let_old_checks_fall(customer_id)
        known, entries = await self._store.all(
            ("EXISTS", keys.contact(customer_id, contact_id)),
            latest_evidence(customer_id, contact_id),
        )
        return [evidence_of(entry) for entry in entries] if known else None

    async def is_released(self, customer_id: str, contact_id: str) -> bool:
        return bool(await self._store.run(_IS_RELEASED, (keys.contact(customer_id, contact_id),)))


_EVENTS = {event[0]: event for event in ("verifiable", "needs_verification", "changed", "released")}


def latest_evidence(customer_id: str, contact_id: str) -> tuple[Argument, ...]:
    """The command whose answer is the entries that `evidence_of` reads."""
    return "LRANGE", keys.evidence(customer_id, contact_id), -_MOST_EVIDENCE, -1


def evidence_of(entry: bytes) -> Evidence:
    event, at, cause, reference, person, version = orjson.loads(entry)
    return Evidence(at, _EVENTS[event], cause, reference, person, version)
