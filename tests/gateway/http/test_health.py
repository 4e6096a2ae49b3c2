import pytest
from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from gateway.http.lifecycle import LIFECYCLE
from gateway.http.metrics import HttpMetrics
from tests.gateway.http.demo_app import World


async def test_alive_asks_nothing_of_the_store(client: ClientSession, world: World) -> None:
    world.store_trouble = "no answer"
    async with client.get("/livez") as answer:
        assert answer.status == 200


async def test_ready_while_the_store_answers(client: ClientSession, world: World) -> None:
    async with client.get("/readyz") as answer:
        assert answer.status == 200
    world.store_trouble = "OOM"
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        told = await answer.json(content_type=None)
        assert (told["type"], told["why"]) == ("/problems/store-unavailable", "OOM")


async def test_a_store_that_hangs_is_not_ready(
    client: ClientSession, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.health.READY_SECONDS", 0.02)
    world.hangs = True
    async with client.get("/readyz") as answer:
        assert answer.status == 503


async def test_not_ready_while_draining_though_requests_are_still_served(
    client: ClientSession, runner: web.AppRunner
) -> None:
    assert runner.app is not None
    runner.app[LIFECYCLE].drain()
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        assert (await answer.json(content_type=None))["type"] == "/problems/draining"
    async with client.get("/whoami") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("*/*", "text/plain"), ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text")],
)
async def test_the_metrics_come_in_the_format_that_was_asked_for(
    client: ClientSession, accept: str, content_type: str
) -> None:
    async with client.get("/livez"):
        pass
    async with client.get("/metrics", headers={"Accept": accept}) as answer:
        assert answer.content_type == content_type
        assert 'route="/livez"' in await answer.text()


@pytest.mark.parametrize("accept", ["application/openmetrics-text;version=x", "text/plain;version=zz;q=?", "\xff", ","])
async def test_numbers_are_shown_to_whoever_cannot_say_what_they_read(client: ClientSession, accept: str) -> None:
    async with client.get("/metrics", headers={"Accept": accept}) as answer:
        assert answer.status == 200
        assert "bonin_http_connections" in await answer.text()


@pytest.mark.parametrize("exemplars", [True, False])
def test_a_bucket_names_its_latest_request_only_where_that_is_asked_for(exemplars: bool) -> None:
    registry = CollectorRegistry()
    HttpMetrics(registry, exemplars=exemplars).observe("/livez", "GET", 200, 0.01, "request-one")
    told = openmetrics(registry, version="1.0.0").decode()  # type: ignore[no-untyped-call]
    assert ('{request_id="request-one"} 0.01' in told) is exemplars
