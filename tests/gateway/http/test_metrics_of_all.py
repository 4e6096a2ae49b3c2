"""What several processes tell, as one."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gateway.http.connections import OPEN_NOW
from gateway.http.metrics_of_all import Gathered, put_together


def told_by_a_process(requests: int, connections: int, breaker: int) -> str:
    registry = CollectorRegistry()
    Counter("bonin_webhooks", "…", ["outcome"], registry=registry).labels("noted").inc(requests)
    Histogram("bonin_send_seconds", "…", buckets=(1,), registry=registry).observe(0.5)
    Gauge(OPEN_NOW, "…", registry=registry).set(connections)
    Gauge("bonin_carrier_breaker", "…", ["carrier"], registry=registry).labels("twilio").set(breaker)
    return generate_latest(registry).decode()


def shown(*texts: str) -> list[str]:
    registry = CollectorRegistry()
    registry.register(Gathered(put_together(texts)))
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_what_a_process_counts_and_has_adds_up() -> None:
    lines = shown(told_by_a_process(3, 10, 0), told_by_a_process(4, 20, 0))
    assert 'bonin_webhooks_total{outcome="noted"} 7.0' in lines
    assert "bonin_send_seconds_count 2.0" in lines
    assert f"{OPEN_NOW} 30.0" in lines


def test_what_is_so_in_the_whole_installation_is_no_more_of_it_for_being_told_by_many() -> None:
    told = [told_by_a_process(0, 0, breaker) for breaker in (2, 2, 0)]
    assert 'bonin_carrier_breaker{carrier="twilio"} 2.0' in shown(*told)


def test_a_process_that_is_gone_tells_nothing() -> None:
    assert shown(told_by_a_process(3, 10, 1), "") == shown(told_by_a_process(3, 10, 1))
