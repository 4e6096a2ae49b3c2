"""Spans as a collector gets them, from a whole installation: what happened in which order, and nobody's data."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from demo.api import Api
from demo.customer import until
from tests.conftest import demo_on_free_ports
from tests.e2e.caller import Caller, Person

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """Takes spans over OTLP/HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.sent = b""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.sent += body
        told = ExportTraceServiceRequest.FromString(body)
        self.spans += [span for of in told.resource_spans for scope in of.scope_spans for span in scope.spans]
        return web.Response()

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def within(self, span: Span) -> set[str]:
        """The names of what is below it."""
        children = [one for one in self.spans if one.parent_span_id == span.span_id and one.trace_id == span.trace_id]
        return {one.name for one in children} | {name for one in children for name in self.within(one)}


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """Listens where the settings of the next gateway send spans."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with TestServer(app) as server:
        monkeypatch.setenv("BONIN_OTLP_ENDPOINT", str(server.make_url("")).rstrip("/"))
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        yield collector


async def test_a_request_and_a_delivery_are_traced_with_what_they_asked_of_store_and_carrier(
    collector: Collector, tmp_path: Path
) -> None:
    async with demo_on_free_ports(tmp_path / "demo") as demo:
        async with Api(demo.base_url, demo.secrets.api_key) as api, Api(demo.carrier_url) as carrier:
            person = Person(api, carrier)
            await person.register()
            verified = await person.verified_by_sms()
        async with Caller(demo.base_url) as caller:
            await caller.get("/readyz", {"traceparent": PARENT})

        async def told() -> bool:
            names = {span.name for span in collector.spans}
            return {"POST /v1/verifications/{verification_id}/check", "deliver verification", "GET /readyz"} <= names

        await until(told)
    (check,) = collector.named("POST /v1/verifications/{verification_id}/check")
    assert "store check_verification" in collector.within(check)
    delivery = next(span for span in collector.named("deliver verification"))
    assert {"carrier", "store begin_delivery"} <= collector.within(delivery)
    ready = collector.named("GET /readyz")[0]
    assert ready.trace_id.hex() == PARENT.split("-")[1]
    assert {attribute.key for attribute in check.attributes} == {"bonin.request_id", "http.response.status_code"}
    for hidden in (person.number[1:], person.customer_id, person.contact_id, "김시험", verified["receipt"]):
        assert hidden.encode() not in collector.sent


async def test_a_collector_that_is_away_costs_spans_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("BONIN_OTLP_ENDPOINT", f"http://127.0.0.1:{unused_tcp_port}")
    async with demo_on_free_ports(tmp_path / "demo") as demo, Caller(demo.base_url) as caller:
        assert (await caller.get("/readyz")).status == 200
