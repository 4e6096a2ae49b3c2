"""The audit as tests read it."""

from gateway.core.audit.events import EVENTS
from gateway.store import keys
from gateway.store.about import event_words
from gateway.store.connection import Store

Event = dict[str, str]


async def events(store: Store, customer_id: str) -> list[Event]:
    """Of the customer, as they came; others of the same shard are left out."""
    told = await _of_shard(store, keys.shard_of(customer_id))
    return [event for event in told if event.get("customer") == customer_id]


async def all_events(store: Store) -> list[Event]:
    return [event for shard in range(keys.SHARDS) for event in await _of_shard(store, shard)]


def unknown_to_the_catalogue(told: list[Event]) -> list[Event]:
    """The events that tell too little, too much, or are not listed."""
    return [
        event
        for event in told
        if event["event"] not in EVENTS or not EVENTS[event["event"]].fit(frozenset(event) - {"event", "at"})
    ]


async def _of_shard(store: Store, shard: int) -> list[Event]:
    entries = await store.command("XRANGE", keys.audit(shard), "-", "+")
    text = [[word.decode() for word in event_words(words)] for _, words in entries]
    return [dict(zip(words[::2], words[1::2], strict=True)) for words in text]
