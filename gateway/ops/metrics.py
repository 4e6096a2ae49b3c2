"""Numbers of verifications for Prometheus, told by the read model: each event once, in one process.

Labels are methods, carriers, statuses and reasons of ours: a few dozen series in all.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

from gateway.core.read_model import BUCKETS, LATENCIES
from gateway.core.verification import Method

_ABOUT = {
    "send": "From queued until a carrier took it",
    "delivery": "From a carrier's taking a text until it arrived",
    "answer": "From ringing until the customer picked up",
    "key_in": "From the customer's being reached until the right answer",
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
            "What carriers said of texts and calls",
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

    def opened(self, method: str) -> None:
        self._opened.labels(method).inc()

    def closed(self, method: str, status: str, reason: str) -> None:
        self._closed.labels(method, status, reason).inc()

    def delivered(self, method: str, carrier: str, state: str, reason: str) -> None:
        self._deliveries.labels(method, carrier, state, reason).inc()

    def took(self, latency: str, method: str, carrier: str, milliseconds: int) -> None:
        self._latencies[latency].labels(method, carrier).observe(milliseconds / 1000)
