"""Erasing a customer's personal data, wherever the store has it.

Marks that lie in other shards go first, the customer last and at once with the event that says so: whoever was
interrupted begins again. What the audit tells of the customer stays, under an id that says nothing by itself, and
without a word that can be read.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

import orjson

from contacts.protection import PersonalData, Unreadable
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.reasons import without_numbers
from gateway.core.stores import CustomerMissing
from gateway.store import cap_keys, keys, ops_keys
from gateway.store.connection import Store
from gateway.store.contact_life import life_keys, life_words
from gateway.store.fields import FIELDS
from gateway.store.pairs import in_pairs
from gateway.store.refusals import ResponseError, RightMissing
from gateway.store.scripts import load

_ERASE = load("erase_customer", "names", "request", "closing", "contact_life")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has of a customer at one moment. `indexes` are blind indexes of all their numbers."""

    contact_ids: list[str]
    approval_ids: list[str]
    auto_connect_ids: list[str]
    branch_password_ids: list[str]
    indexes: set[str]


class RedisErasure:
    """Erases over Redis 7 or Valkey."""

    def __init__(self, store: Store, personal_data: PersonalData, limits: Limits) -> None:
        self._store = store
        self._personal_data = personal_data
        self._limits = limits

    async def erase(self, customer_id: str, by: str, reason: str) -> None:
        """Raises `CustomerMissing`."""
        while True:
            known = await self._look_up(customer_id)
            await self._erase_marks(customer_id, known)
            await self._erase_answers((customer_id, *known.contact_ids, *known.branch_password_ids))
            given = await self._erase_records(customer_id, known, by, without_numbers(reason))
            if given == b"erased":
                return
            if given == b"customer_missing":
                raise CustomerMissing

    async def rewrite_files(self) -> bool:
        """Have the store write its files anew, without what is gone; whether it does."""
        try:
            await self._store.everywhere("BGREWRITEAOF")
        except (ResponseError, RightMissing):
            # One is under way, or this user of the store may not ask for one.
            return False
        return True

    async def _look_up(self, customer_id: str) -> _Known:
        contacts, auto_connects, *passwords = await self._store.all(
            ("HGETALL", keys.contacts(customer_id)),
            ("HKEYS", keys.auto_connects(customer_id)),
            *(("HGET", keys.branch_password(customer_id, operation), "id") for operation in Operation),
        )
        contact_ids = _text(contacts[1::2])
        numbers = await self._store.all(
            *(("HGET", keys.contact(customer_id, one), FIELDS["c.number"]) for one in contact_ids)
        )
        opened = [
            number
            for contact_id, sealed in zip(contact_ids, numbers, strict=True)
            if sealed is not None and (number := self._opened(sealed, contact_id)) is not None
        ]
        approvals = await self._approvals(customer_id)
        opened += [number for action in approvals.values() for number in _numbers_in(action)]
        return _Known(
            contact_ids=contact_ids,
            approval_ids=list(approvals),
            auto_connect_ids=_text(auto_connects),
            branch_password_ids=_text(one for one in passwords if one is not None),
            indexes={
                *(index.hex() for index in contacts[::2]),
                *(index for one in opened for index in self._personal_data.blind_indexes(one)),
                *await self._former_indexes(customer_id, contact_ids),
            },
        )

    async def _approvals(self, customer_id: str) -> dict[str, dict[str, str]]:
        """By id: what was asked for."""
        shard = keys.shard_of(customer_id)
        found = await self._store.all(
            ("ZRANGE", keys.waiting_approvals(shard), 0, -1), ("ZRANGE", keys.decided_approvals(shard), 0, -1)
        )
        ids = _text(one for some in found for one in some)
        records = await self._store.all(*(("HMGET", keys.approval(one), "customer_id", "action") for one in ids))
        return {
            approval_id: orjson.loads(self._opened(action, approval_id) or "{}")
            for approval_id, (of, action) in zip(ids, records, strict=True)
            if of == customer_id.encode()
        }

    async def _erase_marks(self, customer_id: str, known: _Known) -> None:
        """What lies under the blind index of a number; where somebody else has the number as well, theirs stays."""
        for index in known.indexes:
            owned = (f"{customer_id} {contact_id}" for contact_id in known.contact_ids)
            await self._store.command("SREM", ops_keys.owners(index), "", *owned)
            await self._erase_replies(customer_id, index)
            await self._erase_notices(customer_id, index)
            if not await self._has_another_owner(index):
                gone = (*cap_keys.of_number(index), cap_keys.of_answering_texts(index), ops_keys.owners(index))
                await self._store.all(("SREM", *keys.known_number(index)), *(("DEL", one) for one in gone))
            await self._store.command("DEL", cap_keys.of_ownership_checks(customer_id, index))

    async def _has_another_owner(self, index: str) -> bool:
        owners = [one.split(" ") for one in _text(await self._store.command("SMEMBERS", ops_keys.owners(index)))]
        indexes = await self._store.all(*(("HGET", keys.contact(*owner), FIELDS["c.index"]) for owner in owners))
        return bytes.fromhex(index) in indexes

    async def _erase_replies(self, customer_id: str, index: str) -> None:
        pairs = await self._store.command("HGETALL", keys.replies(index))
        expected = [(digest, one.decode()) for digest, one in in_pairs(pairs)]
        theirs = await self._theirs(customer_id, [one for _, one in expected])
        if gone := [digest for digest, one in expected if one in theirs]:
            await self._store.command("HDEL", keys.replies(index), *gone)

    async def _erase_notices(self, customer_id: str, index: str) -> None:
        noticed = _text(await self._store.command("ZRANGE", keys.noticed(index), 0, -1))
        if gone := await self._theirs(customer_id, noticed):
            await self._store.command("ZREM", keys.noticed(index), *gone)

    async def _theirs(self, customer_id: str, ids: Sequence[str]) -> set[str]:
        """Those verifications or notices that are the customer's, or gone."""
        owners = await self._store.all(*(("HGET", keys.delivered(one), FIELDS["v.customer_id"]) for one in ids))
        return {one for one, owner in zip(ids, owners, strict=True) if owner in (None, customer_id.encode())}

    async def _erase_answers(self, names: Iterable[str]) -> None:
        """Answers that are kept for a day to be repeated, and tell of the customer, a contact or a branch password."""
        wanted = [orjson.dumps(name) for name in names]  # whole: an id may be a part of somebody else's
        async for found in self._scan(keys.EVERY_IDEMPOTENT_ANSWER):
            await asyncio.gather(*(self._erase_answer(key, wanted) for key in found))

    async def _former_indexes(self, customer_id: str, contact_ids: Sequence[str]) -> set[str]:
        """The indexes of numbers that the customer's contacts ever had."""
        indexes, owned = set(), {f"{customer_id} {contact_id}".encode() for contact_id in contact_ids}
        async for found in self._scan(ops_keys.EVERY_OWNERS):
            owners = await self._store.all(*(("SMEMBERS", key) for key in found))
            indexes |= {key.rpartition(":")[2] for key, of in zip(found, owners, strict=True) if owned & set(of)}
        return indexes

    async def _scan(self, pattern: str) -> AsyncIterator[list[str]]:
        """Every key of this pattern, some at a time; looks at all keys of the store."""
        async for found in self._store.scan("MATCH", pattern, "COUNT", _AT_ONCE):
            yield _text(found)

    async def _erase_answer(self, key: str, wanted: list[bytes]) -> None:
        sealed = await self._store.command("HGET", key, "answer")
        if sealed is None or (answer := self._opened(sealed, key)) is None:
            return
        body = base64.b64decode(orjson.loads(answer)["body"])
        if any(name in body for name in wanted):
            await self._store.command("DEL", key)

    def _opened(self, sealed: bytes, bound_to: str) -> str | None:
        """None where somebody changed it in the store, or its key is gone: that must keep nothing from being erased."""
        try:
            return self._personal_data.open(sealed, bound_to=bound_to)
        except Unreadable:
            return None

    async def _erase_records(self, customer_id: str, known: _Known, by: str, reason: str) -> bytes:
        shard = keys.shard_of(customer_id)
        gone = (
            *(keys.customer(customer_id), keys.contacts(customer_id), keys.customer_words(customer_id)),
            *(keys.exemption(customer_id), keys.auto_connects(customer_id)),
            *(keys.contact(customer_id, one) for one in known.contact_ids),
            *(keys.evidence(customer_id, one) for one in known.contact_ids),
            *(keys.auto_connect(customer_id, one) for one in known.auto_connect_ids),
            *(keys.branch_password(customer_id, operation) for operation in Operation),
            *(keys.branch_password_owner(one) for one in known.branch_password_ids),
            *(keys.approval(one) for one in known.approval_ids),
        )
        given = await self._store.run(
            _ERASE,
            (
                *life_keys(customer_id),
                *(keys.waiting_approvals(shard), keys.decided_approvals(shard), keys.erased(customer_id), *gone),
            ),
            (
                *life_words(customer_id, self._limits, by),
                *(reason, keys.approval_prefix(shard), self._limits.kept_after_close * 1000, len(known.contact_ids)),
                *(*known.contact_ids, *known.approval_ids),
            ),
            durable=True,
        )
        return bytes(given[0])


def _numbers_in(action: dict[str, str]) -> list[str]:
    return [action[name] for name in ("number", "former") if name in action]


def _text(words: Iterable[bytes]) -> list[str]:
    return [word.decode() for word in words]
