"""Requests for approval in the store. What they ask for is sealed; approving and carrying out is one script."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from contacts.protection import PersonalData
from gateway.core.approvals import (
    Approval,
    ApprovalClosed,
    ApprovalKind,
    ApprovalMissing,
    ApprovalOutdated,
    ApprovalStatus,
    Decider,
    NewApproval,
    NumberTaken,
    SelfApproval,
    person_key,
)
from gateway.core.limits import Limits
from gateway.core.stores import CustomerMissing
from gateway.store import clock, keys
from gateway.store.connection import Argument, Store
from gateway.store.contact_life import life_keys, life_words, note_owner
from gateway.store.customer_words import CustomerWords, WordsReader
from gateway.store.outdated_approvals import OutdatedApprovals
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_REQUEST = load("request_approval")
_APPROVE = load("approve", "names", "request", "closing", "contact_life", "approval_life", "exemption")
_REJECT = load("reject_approval", "approval_life")
_EXPIRE = load("expire_approval", "approval_life")
_MOST_OF_A_SHARD = 100


class RedisApprovals:
    """`ApprovalStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, personal_data: PersonalData, limits: Limits) -> None:
        self._store = store
        self._personal_data = personal_data
        self.words = CustomerWords(store, personal_data)
        self._outdated = OutdatedApprovals(store, personal_data)
        self._limits = limits
        self._kept_ms = limits.approvals_kept * 1000

    async def add(self, new: NewApproval) -> Approval:
        shard = keys.shard_of(new.customer_id)
        sealed = self._personal_data.seal(orjson.dumps(dict(new.action)).decode(), bound_to=new.approval_id)
        given = await self._store.run(
            _REQUEST,
            (
                keys.approval(new.approval_id),
                keys.waiting_approvals(shard),
                keys.customer(new.customer_id),
                keys.audit(shard),
            ),
            (
                *(new.approval_id, self._limits.approval_life * 1000, self._kept_ms),
                *(new.kind, new.customer_id, new.contact_id or "", new.requested_by, person_key(new.requested_by)),
                *(await self.words.seal(new.customer_id, new.reason), sealed),
            ),
        )
        match given:
            case [b"waiting", requested_at, expires_at]:
                return Approval(
                    approval_id=new.approval_id,
                    kind=new.kind,
                    status=ApprovalStatus.WAITING,
                    customer_id=new.customer_id,
                    contact_id=new.contact_id,
                    requested_by=new.requested_by,
                    reason=new.reason,
                    requested_at=requested_at,
                    expires_at=expires_at,
                    action=new.action,
                )
            case _:
                raise CustomerMissing

    async def read(self, approval_id: str) -> Approval | None:
        await self._expire(approval_id)
        pairs = await self._store.command("HGETALL", keys.approval(approval_id))
        return next(iter(await self._approvals([(approval_id, pairs)])), None)

    async def with_status(self, status: ApprovalStatus) -> list[Approval]:
        await self.expire_what_is_due()
        index = keys.waiting_approvals if status is ApprovalStatus.WAITING else keys.decided_approvals
        found = await self._store.all(
            *(("ZREVRANGE", index(shard), 0, _MOST_OF_A_SHARD - 1) for shard in range(keys.SHARDS))
        )
        ids = [approval_id.decode() for some in found for approval_id in some]
        records = await self._store.all(*(("HGETALL", keys.approval(approval_id)) for approval_id in ids))
        read = await self._approvals(zip(ids, records, strict=True))
        approvals = [one for one in read if one.status is status]
        return sorted(approvals, key=lambda one: (one.requested_at, one.approval_id), reverse=True)

    async def approve(self, approval: Approval, decider: Decider, reason: str) -> None:
        customer_id, approval_id = approval.customer_id, approval.approval_id
        action, sealed = await self._action(approval), await self.words.seal(customer_id, reason)
        given = await self._store.run(
            _APPROVE,
            (
                *life_keys(customer_id),
                *_approval_keys(approval_id)[:3],
                *(keys.guard(customer_id), keys.exemption(customer_id), keys.exemption_version(customer_id)),
            ),
            (
                *life_words(customer_id, self._limits, decider.name),
                *(approval_id, self._kept_ms, decider.key_person, sealed),
                *(person_key(decider.name), person_key(decider.key_person)),
                *(approval.contact_id or "", *action),
            ),
            durable=True,
        )
        match given:
            case [b"self"]:
                raise SelfApproval
            case [b"outdated"]:
                raise ApprovalOutdated
            case [b"number_taken", contact_id]:
                raise NumberTaken(contact_id.decode())
        _raise_if_over(given)
        if approval.kind is ApprovalKind.CONTACT_CHANGE and approval.contact_id:
            index = self._personal_data.blind_indexes(approval.action["number"])[0]
            await note_owner(self._store, index, customer_id, approval.contact_id)

    async def reject(self, approval: Approval, decider: Decider, reason: str) -> None:
        approval_id, sealed = approval.approval_id, await self.words.seal(approval.customer_id, reason)
        given = await self._store.run(
            _REJECT,
            _approval_keys(approval_id),
            (approval_id, self._kept_ms, decider.name, decider.key_person, sealed),
        )
        _raise_if_over(given)

    async def locked_at(self, customer_id: str) -> int | None:
        """When extra authentication was locked for the customer, in ms; None when it is not."""
        locked_at = await self._store.command("HGET", keys.guard(customer_id), "locked_at")
        return None if locked_at is None else int(locked_at)

    async def _action(self, approval: Approval) -> Sequence[Argument]:
        """ARGV 14… of `approve.lua`."""
        action = approval.action
        match approval.kind:
            case ApprovalKind.CONTACT_CHANGE:
                taken = self._personal_data.blind_indexes(action["number"])
                sealed = self._personal_data.seal(action["number"], bound_to=approval.contact_id or "")
                # As when a contact is registered: before it, so that no contact exists whose sender is unknown.
                await self._store.command("SADD", *keys.known_number(taken[0]))
                former, now = (
                    [bytes.fromhex(one) for one in indexes]
                    for indexes in (self._personal_data.blind_indexes(action["former"]), taken)
                )
                return former[0], now[0], sealed, action["line_type"], former[-1], now[-1]
            case ApprovalKind.UNLOCK:
                return (action["locked_at"],)
            case ApprovalKind.EARLY_RELEASE:
                return action["version"], self._limits.early_release_life * 1000
            case ApprovalKind.OVERSEAS_EXEMPTION:
                return action["from"], action["until"], action["version"]

    async def _expire(self, approval_id: str) -> None:
        """Close it if it is past its time."""
        await self._store.run(_EXPIRE, _approval_keys(approval_id), (approval_id, self._kept_ms))

    async def expire_what_is_due(self) -> None:
        """Close what nobody decided on in time, so that the audit says so even when nobody looks."""
        now = await clock.now(self._store)
        found = await self._store.all(
            *(("ZRANGEBYSCORE", keys.waiting_approvals(shard), "-inf", now) for shard in range(keys.SHARDS))
        )
        await asyncio.gather(*(self._expire(approval_id.decode()) for ids in found for approval_id in ids))

    async def _approvals(self, read: Iterable[tuple[str, list[bytes]]]) -> list[Approval]:
        """Those that are there, with their reasons opened; of what waits it is said whether it is outdated."""
        records = [(approval_id, dict(in_pairs(pairs))) for approval_id, pairs in read if pairs]
        words = await self.words.reader(record[b"customer_id"].decode() for _, record in records)
        approvals = [self._approval(approval_id, record, words) for approval_id, record in records]
        outdated = await self._outdated.among([one for one in approvals if one.status is ApprovalStatus.WAITING])
        return [replace(one, outdated=one.approval_id in outdated) for one in approvals]

    def _approval(self, approval_id: str, record: dict[bytes, bytes], words: WordsReader) -> Approval:
        action = orjson.loads(self._personal_data.open(record.pop(b"action"), bound_to=approval_id))
        text: dict[str, Any] = {name.decode(): value.decode() for name, value in record.items()}
        customer_id, decided_at, decision = text["customer_id"], text.get("decided_at"), text.get("decision_reason")
        return Approval(
            approval_id=approval_id,
            kind=ApprovalKind(text["kind"]),
            status=ApprovalStatus(text["status"]),
            customer_id=customer_id,
            contact_id=text["contact_id"] or None,
            requested_by=text["requested_by"],
            reason=words.open(customer_id, text["reason"]),
            requested_at=int(text["requested_at"]),
            expires_at=int(text["expires_at"]),
            action=action,
            decided_by=text.get("decided_by"),
            decided_at=int(decided_at) if decided_at else None,
            decision_reason=words.open(customer_id, decision) if decision else None,
        )


def _approval_keys(approval_id: str) -> tuple[str, ...]:
    shard = keys.shard_in(approval_id)
    return (
        keys.approval(approval_id),
        keys.waiting_approvals(shard),
        keys.decided_approvals(shard),
        keys.audit(shard),
    )


def _raise_if_over(given: list[Any]) -> None:
    match given:
        case [b"missing"]:
            raise ApprovalMissing
        case [b"closed", status]:
            raise ApprovalClosed(ApprovalStatus(status.decode()))
