"""What Prometheus is told of the whole installation, while its store answers and while it does not."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from gateway.core.errors import StoreUnavailable
from gateway.ops.metrics import InstallationMetrics, VerificationMetrics
from gateway.store import ops_keys
from gateway.store.read_model import RedisReadModel
from gateway.store.watch import StoreWatch
from tests.conftest import a_store
from tests.gateway.store.valkey_servers import running


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


async def test_while_the_store_is_away_that_is_told_and_what_was_counted_grows_old(
    registry: CollectorRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elapsed = 0.0
    monkeypatch.setattr("gateway.ops.metrics.monotonic", lambda: elapsed)

    def told() -> tuple[float | None, int]:
        """Whether it is unusable, and how many minutes old what was counted is."""
        age = registry.get_sample_value("bonin_read_model_age_seconds")
        assert age is not None
        return registry.get_sample_value("bonin_store_unusable"), round(age / 60)

    with running(tmp_path, "--appendonly", "yes", "--save", "") as server:
        async with a_store(server.url) as store:
            read_model = RedisReadModel(store)
            watch = StoreWatch(store, may_forget=False)
            metrics = InstallationMetrics(registry, read_model, watch.trouble)
            await store.command("HSET", ops_keys.LIVE, "at", await read_model.now())
            await metrics.look()
            assert told() == (0, 0)

            server.kill()
            elapsed = 120.0
            with pytest.raises(StoreUnavailable):
                await metrics.look()
            assert told() == (1, 2)


async def test_a_carrier_that_no_process_asks_any_more_has_no_breaker(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    def told() -> float | None:
        return registry.get_sample_value("bonin_carrier_breaker", {"carrier": "one", "capability": "sms"})

    with running(tmp_path, "--appendonly", "yes", "--save", "") as server:
        async with a_store(server.url) as store:
            metrics = InstallationMetrics(registry, RedisReadModel(store), StoreWatch(store, may_forget=False).trouble)
            await store.command("HSET", ops_keys.CARRIERS, "one", 1)
            await store.command("HSET", ops_keys.carrier("one"), "breaker:sms", "open")
            await metrics.look()
            assert told() == 2
            await store.command("HDEL", ops_keys.carrier("one"), "breaker:sms")
            await metrics.look()
            assert told() is None


def test_what_an_alert_takes_the_increase_of_is_there_before_it_happens(registry: CollectorRegistry) -> None:
    """Prometheus sees no increase in a series that begins with its first event."""
    metrics = VerificationMetrics(registry)
    labels = {"method": "sms", "status": "failed", "reason": "store_changed"}
    assert registry.get_sample_value("bonin_verifications_closed_total", labels) == 0
    metrics.closed(**labels)
    assert registry.get_sample_value("bonin_verifications_closed_total", labels) == 1
