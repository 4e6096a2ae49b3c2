"""What is counted: requests by the template of their route and never by its raw path, webhooks, failed look-ups."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from time import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Metric
from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from gateway.core.delivery import Effect
from gateway.core.ports import RiskSignal

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds; the last ones are for long polls."""


_BOUNDS = (*map(floatToGoString, BUCKETS), "+Inf")
_NAMED = (
    ("bonin_create_seconds", "Total time to open a verification", "/v1/verifications"),
    ("bonin_check_seconds", "Total time to check a code", "/v1/verifications/{verification_id}/check"),
)
"""Routes whose successful requests have a name of their own as well: what the product is for."""


class _Timed:
    """Requests of one kind: how many by the bucket that their time falls in, the latest of each, and all their time."""

    __slots__ = ("_counts", "_latest", "_seconds")

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._latest: dict[int, Exemplar] = {}
        self._seconds = 0.0

    def note(self, seconds: float) -> int:
        """The bucket."""
        bucket = bisect_left(BUCKETS, seconds)
        self._counts[bucket] += 1
        self._seconds += seconds
        return bucket

    def name(self, bucket: int, latest: Exemplar) -> None:
        self._latest[bucket] = latest

    def add_to(self, family: HistogramMetricFamily, labels: Sequence[str]) -> None:
        """Each bucket holds what the smaller ones do."""
        so_far = zip(_BOUNDS, accumulate(self._counts), strict=True)
        # Without an exemplar the third is None, which the library takes, and does not declare.
        buckets: list[Any] = [(bound, count, self._latest.get(number)) for number, (bound, count) in enumerate(so_far)]
        family.add_metric(labels, buckets, self._seconds)


class HttpMetrics(Collector):
    """Histograms of requests. Their label sets are few, because routes and methods are.

    With `exemplars` each bucket names the latest request in it, for scrapers that ask for OpenMetrics. The library's
    histogram is safe for several threads, which is not needed here and costs three times as much.
    """

    def __init__(self, registry: CollectorRegistry, *, exemplars: bool) -> None:
        self._exemplars = exemplars
        # What has a name of its own is there from the start, so that a rate can be taken of the first.
        self._timed = defaultdict(_Timed, {(route, "POST", 2): _Timed() for _, _, route in _NAMED})
        registry.register(self)

    def observe(self, route: str, method: str, status: int, seconds: float, request_id: str) -> None:
        """Count one request. `status` is counted by its class: 2xx, 4xx, …"""
        timed = self._timed[route, method, status // 100]
        bucket = timed.note(seconds)
        if self._exemplars:
            timed.name(bucket, Exemplar({"request_id": request_id}, seconds, time()))

    def collect(self) -> Iterable[Metric]:
        what = "Time from the request's headers to the end of its handler"
        requests = HistogramMetricFamily("bonin_http_request_seconds", what, labels=("route", "method", "status"))
        for (route, method, kind), timed in self._timed.items():
            timed.add_to(requests, (route, method, f"{kind}xx"))
        yield requests
        for name, what, route in _NAMED:
            named = HistogramMetricFamily(name, what)
            self._timed[route, "POST", 2].add_to(named, ())
            yield named


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
