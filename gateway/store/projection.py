"""From events of the audit to updates of the read model: pure, so that it can be read and tried by itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.core.read_model import BUCKETS, ProjectionObserver
from gateway.store import ops_keys

Event = Mapping[str, str]
"""What the audit tells: `event`, `at` and more (see `gateway.core.audit`); or anything, if nobody of ours wrote it."""

_SHOWN: Final = ("delivery", "carrier", "reason", "channel", "wrong", "by", "why")
"""What a timeline keeps of an event beside its name and time."""

_IN_CALL: Final = ("ringing", "in_progress")
_REACHED: Final = frozenset({"delivered", "in_progress", "sent", "ringing"})


@dataclass(slots=True)
class Updates:
    """Updates of one shard, in order, as `project_events.lua` takes them."""

    shard: int
    keys: dict[str, int] = field(default_factory=dict)
    words: list[str | int] = field(default_factory=list)
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, key: str, member: str, score: int) -> None:
        self._put("add", key, member, score)

    def recent(self, key: str, member: str, score: int) -> None:
        self._put("recent", key, member, score)

    def index(self, name: str, member: str) -> None:
        self._put("index", ops_keys.index(self.shard, name), member, name)

    def drop(self, key: str, member: str) -> None:
        self._put("drop", key, member, "")

    def note(self, key: str, text: str) -> None:
        self._put("note", key, text, "")

    def count(self, minute: int, *names: str) -> None:
        for name in names:
            self.counts[minute, name] += 1

    def total(self, minute: int, name: str, by: int) -> None:
        self.counts[minute, name] += by

    def finished(self, first_key: int) -> tuple[list[str], list[str | int]]:
        """The keys, and the words that name them by number from `first_key` on."""
        for (minute, name), by in self.counts.items():
            self._put("count", ops_keys.minute_of_shard(self.shard, minute), name, by)
        self.counts.clear()
        words = list(self.words)
        words[1::4] = [int(number) + first_key for number in words[1::4]]
        return list(self.keys), words

    def _put(self, what: str, key: str, first: str, second: str | int) -> None:
        self.words += [what, self.keys.setdefault(key, len(self.keys)), first, second]


class Projection:
    """Projects events of one shard. `history` gives what a verification's timeline held before these events."""

    def __init__(self, shard: int, history: Mapping[str, Sequence[Event]]) -> None:
        self.updates = Updates(shard)
        self._history = {name: list(events) for name, events in history.items()}
        self.told: list[Callable[[ProjectionObserver], None]] = []
        """What to tell an observer once the updates are in the store."""
        self.left_out: list[str] = []
        """Events that could not be read, by name and why."""

    def take(self, events: Iterable[Event]) -> Updates:
        """One that tells too little is left out: the pages would stand still at it for ever."""
        for event in events:
            try:
                self._take(event)
            except (KeyError, ValueError) as error:
                self.left_out.append(f"{event.get('event', '?')}: {type(error).__name__}")
        return self.updates

    def _take(self, event: Event) -> None:
        name, at = event["event"], int(event["at"])
        subject, _, what = name.partition(".")
        verification = event.get("verification")
        self.updates.count(at // 60_000, f"event:{name}")
        if verification is not None:
            self._note(verification, event)
        match subject:
            case "verification" if verification is not None:
                self._verification(what, verification, event, at)
            case "delivery" if verification is not None:
                self._delivery(what, verification, event, at)
            case "customer" if what == "locked":
                self.updates.add(ops_keys.locked(self.updates.shard), event["customer"], at)
            case "customer" if what == "unlocked":
                self.updates.drop(ops_keys.locked(self.updates.shard), event["customer"])

    def _note(self, verification: str, event: Event) -> None:
        kept = {"event": event["event"], "at": event["at"], **{name: event[name] for name in _SHOWN if name in event}}
        self._history.setdefault(verification, []).append(kept)
        self.updates.note(ops_keys.timeline(verification), orjson.dumps(kept).decode())

    def _verification(self, what: str, verification: str, event: Event, at: int) -> None:
        updates, minute, method = self.updates, at // 60_000, event["method"]
        match what:
            case "created":
                updates.add(ops_keys.index(updates.shard, "all"), verification, at)
                updates.recent(ops_keys.of_customer(event["customer"]), verification, at)
                for name in ("state:pending", f"open:{method}", f"method:{method}"):
                    updates.index(name, verification)
                updates.count(minute, "opened", f"opened:{method}")
                self.told.append(lambda observer: observer.opened(method))
            case "resent" | "wrong_answer":
                updates.count(minute, what, f"{what}:{method}")
            case _:
                self._closed(what, verification, event, at)

    def _closed(self, status: str, verification: str, event: Event, at: int) -> None:
        updates, method, reason = self.updates, event["method"], event["reason"]
        for name in ("state:pending", f"open:{method}"):
            updates.drop(ops_keys.index(updates.shard, name), verification)
        for state in _IN_CALL:
            updates.drop(ops_keys.calls(updates.shard, state), verification)
        if status == "denied":
            # It may have been verified before.
            for name in ("state:verified", "reason:correct"):
                updates.drop(ops_keys.index(updates.shard, name), verification)
        for name in (f"state:{status}", f"reason:{reason}"):
            updates.index(name, verification)
        minute, carrier = at // 60_000, self._carrier(verification)
        updates.count(minute, status, f"{status}:{method}", f"reason:{reason}")
        if carrier:
            updates.count(minute, f"closed@{carrier}", f"closed:{status}@{carrier}")
        if status == "verified" and (reached := self._last(verification, _REACHED)) is not None:
            self._took("key_in", method, carrier, minute, at - reached)
        self.told.append(lambda observer: observer.closed(method, status, reason))

    def _delivery(self, state: str, verification: str, event: Event, at: int) -> None:
        # Where none would take it there is no carrier.
        updates, method, carrier = self.updates, event["method"], event.get("carrier", "")
        minute, reason = at // 60_000, event.get("reason", "")
        if carrier:
            updates.index(f"carrier:{carrier}", verification)
            updates.count(minute, f"{state}@{carrier}", *([f"reason:{reason}@{carrier}"] if reason else []))
        for other in _IN_CALL:
            updates.drop(ops_keys.calls(updates.shard, other), verification)
        if state in _IN_CALL:
            updates.add(ops_keys.calls(updates.shard, state), verification, at)
        self._latency(state, verification, method, carrier, minute, at)
        self.told.append(lambda observer: observer.delivered(method, carrier, state, reason))

    def _latency(self, state: str, verification: str, method: str, carrier: str, minute: int, at: int) -> None:
        before = self._history[verification][:-1]
        number = self._history[verification][-1].get("delivery")
        earlier = {event["event"] for event in before if event.get("delivery") == number}
        queued = _at_of(before, ("verification.created", "verification.resent"))
        if not any(name.startswith("delivery.") for name in earlier) and queued is not None and state in _REACHED:
            self._took("send", method, carrier, minute, at - queued)
        if state == "delivered" and (sent := _at_of(before, ("delivery.sent",))) is not None:
            self._took("delivery", method, carrier, minute, at - sent)
        if state == "in_progress" and (rang := _at_of(before, ("delivery.ringing",))) is not None:
            self._took("answer", method, carrier, minute, at - rang)

    def _took(self, latency: str, method: str, carrier: str, minute: int, milliseconds: int) -> None:
        """Counted as Prometheus counts: each bucket holds what is at most its bound."""
        self.updates.count(minute, f"{latency}:count")
        self.updates.total(minute, f"{latency}:sum_ms", milliseconds)
        for bound in BUCKETS:
            if milliseconds <= bound:
                self.updates.count(minute, f"{latency}:le:{bound}")
        self.told.append(lambda observer: observer.took(latency, method, carrier, milliseconds))

    def _carrier(self, verification: str) -> str:
        carriers = [event["carrier"] for event in self._history.get(verification, ()) if "carrier" in event]
        return carriers[-1] if carriers else ""

    def _last(self, verification: str, states: frozenset[str]) -> int | None:
        return _at_of(self._history.get(verification, ()), tuple(f"delivery.{state}" for state in states))


def _at_of(events: Sequence[Event], names: tuple[str, ...]) -> int | None:
    """When the latest of these events was."""
    found = [int(event["at"]) for event in events if event["event"] in names]
    return found[-1] if found else None
