"""What operators did to a customer's verifications and deliveries, and why: in the audit, and read from there."""

from collections.abc import Sequence
from dataclasses import replace

from contacts.protection import PersonalData
from gateway.core.read_model import TimelineEvent
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.customer_words import CustomerWords
from gateway.store.scripts import load

TELL = load("tell_event")
_WHY = "why"


class RedisActionLog:
    """`ActionLog` on Redis 7 or Valkey. What was written of a customer is sealed under the customer's key."""

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._words = CustomerWords(store, personal_data)

    async def note(self, event: str, customer_id: str, subject: tuple[str, str], person: str, why: str) -> None:
        sealed = await self._words.seal(customer_id, why)
        words = (event, customer_id, *subject, "by", person, _WHY, sealed)
        await self._store.run(TELL, (keys.audit(keys.shard_of(customer_id)),), words)

    async def note_export(self, person: str) -> None:
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), ("operator.exported", "", "by", person))

    async def with_reasons(self, customer_id: str, timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
        if not any(_WHY in each.told for each in timeline):
            return list(timeline)
        reader = await self._words.reader([customer_id])
        return [
            replace(each, told={**each.told, _WHY: reader.open(customer_id, each.told[_WHY])})
            if _WHY in each.told
            else each
            for each in timeline
        ]
