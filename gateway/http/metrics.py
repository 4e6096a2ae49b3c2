"""What is counted: requests by the template of their route and never by its raw path, webhooks, failed look-ups."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.registry import Collector

from gateway.core.delivery import Effect
from gateway.core.ports import RiskSignal

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds; the last ones are for long polls."""


_SECONDS = "bonin_http_request_seconds"
_NAMED = (
    ("bonin_create_seconds", "Opening a verification, whole", "/v1/verifications"),
    ("bonin_check_seconds", "Checking a code, whole", "/v1/verifications/{verification_id}/check"),
)
"""Routes whose successful requests have a name of their own as well: what the product is for."""


class _Named(Collector):
    """What the histogram of requests knows of some of them, under their own names."""

    def __init__(self, seconds: Histogram) -> None:
        self._seconds = seconds
        for _, _, route in _NAMED:
            seconds.labels(route, "POST", "2xx")  # there from the start, so that a rate can be taken of the first

    def collect(self) -> Iterable[Metric]:
        told = [sample for family in self._seconds.collect() for sample in family.samples]
        for name, documentation, route in _NAMED:
            metric = Metric(name, documentation, "histogram")
            of_these = {"route": route, "method": "POST", "status": "2xx"}.items()
            for one in told:
                if of_these <= one.labels.items():
                    others = {label: value for label, value in one.labels.items() if label == "le"}
                    kind = one.name.removeprefix(_SECONDS)
                    metric.add_sample(name + kind, others, one.value, one.timestamp, one.exemplar)
            yield metric


class HttpMetrics:
    """Histograms of requests. Their label sets are few, because routes and methods are.

    With `exemplars` each bucket names the latest request in it, for scrapers that ask for OpenMetrics.
    """

    def __init__(self, registry: CollectorRegistry, *, exemplars: bool = False) -> None:
        self._exemplars = exemplars
        self._seconds = Histogram(
            _SECONDS,
            "Time from the request's headers to the end of its handler",
            labelnames=("route", "method", "status"),
            buckets=BUCKETS,
            registry=registry,
        )
        registry.register(_Named(self._seconds))
        self._children: dict[tuple[str, str, int], Histogram] = {}

    def observe(self, route: str, method: str, status: int, seconds: float, request_id: str) -> None:
        """Count one request. `status` is counted by its class: 2xx, 4xx, …"""
        key = (route, method, status // 100)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._seconds.labels(route, method, f"{status // 100}xx")
        child.observe(seconds, {"request_id": request_id} if self._exemplars else None)


class WebhookMetrics:
    """Webhooks by what they came to: all but `noted` changed nothing."""

    WEBHOOKS = ("messages", "calls", "inbound", "voice")
    OUTCOMES = (*Effect, "forged", "other_account", "malformed")

    def __init__(self, registry: CollectorRegistry) -> None:
        self._took = Counter(
            "bonin_webhooks", "Webhooks of carriers", labelnames=("webhook", "outcome"), registry=registry
        )
        for webhook in self.WEBHOOKS:
            for outcome in self.OUTCOMES:
                self._took.labels(webhook, outcome)  # there from the start, so that a rate can be taken of the first

    def took(self, webhook: str, outcome: str) -> None:
        self._took.labels(webhook, outcome).inc()


class RiskSignalMetrics:
    """Look-ups that gave nothing, by signal: each of them held a method back, or let one pass unchecked."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._failures = Counter(
            "bonin_risk_signal_failures",
            "Look-ups of a carrier's risk signal that failed or were too slow",
            labelnames=("signal",),
            registry=registry,
        )
        for signal in RiskSignal:
            self._failures.labels(signal.value)  # there from the start, so that a rate can be taken of the first

    def failed(self, signal: RiskSignal) -> None:
        self._failures.labels(signal.value).inc()
