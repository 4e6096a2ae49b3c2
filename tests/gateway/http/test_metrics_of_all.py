"""What several processes tell, as one."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from gateway.http.connections import OPEN_NOW
from gateway.http.metrics_of_all import put_together

ROUTE = '/v1/verifications/{verification_id} "quoted" \u2028'


def told_by_a_process(requests: int, connections: int, breaker: int) -> str:
    registry = CollectorRegistry()
    Counter("bonin_webhooks", "…", ["route"], registry=registry).labels(ROUTE).inc(requests)
    Histogram("bonin_send_seconds", "…", buckets=(1,), registry=registry).observe(0.5)
    Gauge(OPEN_NOW, "…", registry=registry).set(connections)
    Gauge("bonin_carrier_breaker", "…", ["carrier"], registry=registry).labels("twilio").set(breaker)
    return generate_latest(registry).decode()


def shown(*texts: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Name → its samples, as a scraper reads them."""
    told: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(put_together({str(place): text for place, text in enumerate(texts)})):
        assert family.documentation == "…"
        assert family.type != "unknown"
        for sample in family.samples:
            told.setdefault(sample.name, []).append((sample.labels, sample.value))
    return told


def test_what_a_process_counts_and_has_is_under_its_place() -> None:
    told = shown(told_by_a_process(3, 10, 0), told_by_a_process(4, 20, 0))
    assert told["bonin_webhooks_total"] == [({"worker": "0", "route": ROUTE}, 3), ({"worker": "1", "route": ROUTE}, 4)]
    assert told["bonin_send_seconds_count"] == [({"worker": "0"}, 1), ({"worker": "1"}, 1)]
    assert told[OPEN_NOW] == [({"worker": "0"}, 10), ({"worker": "1"}, 20)]


def test_what_is_so_in_the_whole_installation_is_no_more_of_it_for_being_told_by_many() -> None:
    told = shown(*(told_by_a_process(0, 0, breaker) for breaker in (2, 10, 0)))
    assert told["bonin_carrier_breaker"] == [({"carrier": "twilio"}, 10)]


def test_a_process_that_is_gone_or_late_changes_nothing_of_what_the_others_tell() -> None:
    both, one = shown(told_by_a_process(3, 10, 1), told_by_a_process(4, 20, 1)), shown(told_by_a_process(3, 10, 1), "")
    assert all(sample in both[name] for name, samples in one.items() for sample in samples)
