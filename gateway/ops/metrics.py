"""Numbers of verifications for Prometheus, told by the read model: each event once, in one process.

Labels are methods, carriers, statuses and reasons of ours: a few dozen series in all.
"""

from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway.core.alarms import AlarmKind
from gateway.core.errors import StoreUnavailable
from gateway.core.read_model import BUCKETS, LATENCIES, Live, ReadModel
from gateway.core.tasks import Repeated
from gateway.core.verification import Method
from gateway.ops.diagnosis import Trouble

_ABOUT = {
    "send": "Time from queued until a carrier accepted it",
    "delivery": "Time from a carrier accepting a text until its delivery",
    "answer": "Time from ringing until the customer answered",
    "key_in": "Time from reaching the customer until the right answer",
}


class VerificationMetrics:
    """`ProjectionObserver` on Prometheus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._opened = Counter(
            "bonin_verifications_opened", "Verifications opened", labelnames=("method",), registry=registry
        )
        self._closed = Counter(
            "bonin_verifications_closed",
            "Verifications closed",
            labelnames=("method", "status", "reason"),
            registry=registry,
        )
        self._deliveries = Counter(
            "bonin_deliveries",
            "Outcomes of texts and calls",
            labelnames=("method", "carrier", "state", "reason"),
            registry=registry,
        )
        self._latencies = {
            name: Histogram(
                f"bonin_{name}_seconds",
                _ABOUT[name],
                labelnames=("method", "carrier"),
                buckets=[bound / 1000 for bound in BUCKETS],
                registry=registry,
            )
            for name in LATENCIES
        }
        for method in Method:
            self._opened.labels(method.value)  # there from the start, so that a rate can be taken of the first
            self._closed.labels(method.value, "verified", "correct")
            self._closed.labels(method.value, "failed", "store_changed")

    def opened(self, method: str) -> None:
        self._opened.labels(method).inc()

    def closed(self, method: str, status: str, reason: str) -> None:
        self._closed.labels(method, status, reason).inc()

    def delivered(self, method: str, carrier: str, state: str, reason: str) -> None:
        self._deliveries.labels(method, carrier, state, reason).inc()

    def took(self, latency: str, method: str, carrier: str, milliseconds: int) -> None:
        self._latencies[latency].labels(method, carrier).observe(milliseconds / 1000)


_LOOK_EVERY: Final = 5.0
_BREAKER: Final = {"closed": 0, "half_open": 1, "open": 2}


class InstallationMetrics:
    """How the whole installation stands: every process says the same, so take the greatest, not the sum."""

    def __init__(self, registry: CollectorRegistry, read_model: ReadModel, trouble: Trouble) -> None:
        self._read_model = read_model
        self._trouble = trouble
        self._repeated = Repeated("installation-metrics", self.look, _LOOK_EVERY)

        def gauge(name: str, about: str, *labels: str) -> Gauge:
            return Gauge(f"bonin_{name}", about, labelnames=labels, registry=registry)

        self._open = gauge("verifications_open", "Open verifications", "method")
        self._calls = gauge("calls", "Calls in progress", "state")
        self._alarms = gauge("alarms_standing", "Alarms that nobody has cleared", "kind")
        self._breakers = gauge("carrier_breaker", "0 closed, 1 half open, 2 open", "carrier", "capability")
        self._paused = gauge("carrier_paused", "1 when the carrier is paused", "carrier")
        self._unusable = gauge("store_unusable", "1 while the store cannot be used, as /readyz has it")
        self._age = gauge("read_model_age_seconds", "Age of the read model; more than 10 is trouble")
        self._age_seen, self._seen_at = 0.0, monotonic()
        self._plain = {
            "queue_depth": (gauge("outbox_entries", "Deliveries waiting or under way"), 1.0),
            "queue_age_ms": (gauge("outbox_oldest_seconds", "Age of the oldest delivery waiting or under way"), 1000.0),
            "dead_letters": (gauge("dead_letters", "Deliveries that failed for good"), 1.0),
            "locked": (gauge("customers_locked", "Locked customers"), 1.0),
            "approvals_waiting": (gauge("approvals_waiting", "Requests that wait for a second person"), 1.0),
            "audit_unsealed_age_ms": (
                gauge("audit_unsealed_seconds", "Age of the oldest audit event that is not sealed"),
                1000.0,
            ),
            "store_appends": (gauge("store_appends", "1 when the store writes every change to a file"), 1.0),
        }

    async def open(self) -> None:
        await self._repeated.open()

    async def close(self) -> None:
        await self._repeated.close()

    async def look(self) -> None:
        """Raises `StoreUnavailable`."""
        self._unusable.set(await self._trouble() is not None)
        try:
            now, live = await self._read_model.now(), await self._read_model.live()
        except StoreUnavailable:
            # The age as it was last would go on saying that all is well.
            self._age.set(self._age_seen + monotonic() - self._seen_at)
            raise
        self._age_seen, self._seen_at = max(0, now - live.number("at")) / 1000, monotonic()
        self._age.set(self._age_seen)
        if live.values:
            self._set(live)
        carriers = await self._read_model.carriers()
        self._breakers.clear()  # of a carrier that no process asks any more nothing is told
        for carrier, fields in carriers.items():
            self._paused.labels(carrier).set(int(fields.get("paused", 0)))
            for name, state in fields.items():
                if name.startswith("breaker:"):
                    self._breakers.labels(carrier, name.removeprefix("breaker:")).set(_BREAKER[state])

    def _set(self, live: Live) -> None:
        for method in Method:
            self._open.labels(method.value).set(live.number(f"open:{method}"))
        for state in ("ringing", "in_progress"):
            self._calls.labels(state).set(live.number(f"calls_{state}"))
        for kind in AlarmKind:
            self._alarms.labels(kind.value).set(live.number(f"alarms:{kind}"))
        for name, (gauge, unit) in self._plain.items():
            gauge.set(live.number(name) / unit)
