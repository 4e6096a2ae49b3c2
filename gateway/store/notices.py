"""Notices in the store."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from gateway.core.alarms import AlarmKind
from gateway.core.delivery import DeliveryReport, DeliveryState
from gateway.core.notices import Notice, NoticeKind
from gateway.core.operations import Operation
from gateway.core.stores import CustomerMissing
from gateway.store import clock, keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_CREATE = load("create_notice")
_REPORT = load("report_notice", "reports")
_NOTE = load("note_notice")
_DENY = load("deny_notice")
_KEPT_MS = 30 * 86_400_000
DENIABLE_MS = 86_400_000
"""Whoever slept, flew or had their phone off has read a text by the next day. A longer time would take more texts that
mean something else for an answer, and numbers change hands."""


class RedisNotices:
    """`NoticeStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, notice: Notice) -> Notice:
        shard = keys.shard_of(notice.customer_id)
        answer = await self._store.run(
            _CREATE,
            (
                keys.notice(notice.notice_id),
                keys.customer(notice.customer_id),
                keys.outbox(shard),
                keys.audit(shard),
            ),
            (
                notice.notice_id,
                _KEPT_MS,
                *(notice.client, notice.customer_id, notice.contact_id),
                *(notice.kind, notice.operation, notice.locale),
            ),
        )
        match answer:
            case [b"created", now]:
                return replace(notice, delivery_at=now)
            case _:
                raise CustomerMissing

    async def read(self, notice_id: str) -> Notice | None:
        pairs = await self._store.command("HGETALL", keys.notice(notice_id))
        read = {name.decode(): value.decode() for name, value in in_pairs(pairs)}
        record = {word.removeprefix("v."): read[name] for word, name in FIELDS.items() if name in read}
        if not record:
            return None
        return Notice(
            notice_id=notice_id,
            client=record["client"],
            customer_id=record["customer_id"],
            contact_id=record["contact_id"],
            kind=NoticeKind(record["kind"]),
            operation=Operation(record["operation"]),
            locale=record["locale"],
            delivery_state=DeliveryState(record["d_state"]),
            delivery_at=int(record["d_at"]),
            delivery_carrier=record.get("d_carrier") or None,
            delivery_reason=record.get("d_reason") or None,
            carrier_id=record.get("d_id"),
            denied_at=int(record["denied_at"]) if "denied_at" in record else None,
        )

    async def report(self, report: DeliveryReport, carrier: str) -> bool:
        notice_id = report.ref.verification_id
        answer = await self._store.run(
            _REPORT,
            (keys.notice(notice_id), keys.audit(keys.shard_in(notice_id))),
            (
                notice_id,
                report.state,
                report.rank,
                report.reason or "",
                carrier,
                report.carrier_id or "",
                "" if report.is_ours else report.ref.send,
            ),
        )
        return bool(answer[0] == b"noted")

    async def note_number(self, blind_index: str, notice_id: str) -> None:
        await self._store.run(_NOTE, (keys.noticed(blind_index),), (notice_id, DENIABLE_MS))

    async def lately_to(self, blind_indexes: Sequence[str]) -> list[Notice]:
        since = await clock.now(self._store) - DENIABLE_MS
        found = await self._store.all(
            *(("ZRANGE", keys.noticed(index), since, "+inf", "BYSCORE", "WITHSCORES") for index in blind_indexes)
        )
        noted = {name: int(float(at)) for pairs in found for name, at in in_pairs(pairs)}
        read = await asyncio.gather(*(self.read(name.decode()) for name in sorted(noted, key=noted.__getitem__)))
        return [one for one in read if one is not None]

    async def deny(self, notice_id: str, alarm: AlarmKind | None) -> bool:
        shard = keys.shard_in(notice_id)
        answer = await self._store.run(
            _DENY,
            (keys.notice(notice_id), keys.audit(shard), keys.outbox(shard)),
            (notice_id, alarm or ""),
            durable=True,
        )
        return bool(answer[0] == b"denied")
