"""Spans without a collector: what fails is marked by its kind alone, and nobody traces who did not ask for it."""

import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.core import tracing
from gateway.telemetry import OpenTelemetryTracer, TelemetryMissing, exporting


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.install(OpenTelemetryTracer(provider))
    yield exporter
    tracing.install(None)


def test_what_fails_is_marked_by_its_kind_and_not_by_what_it_says(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="010"), tracing.begin("a"), tracing.within("b"):
        raise ValueError("01012345678")
    for span in spans.get_finished_spans():
        assert span.attributes == {"error.type": "ValueError"}
        assert span.events == ()
        assert span.status.description is None


def test_a_part_of_nothing_is_nothing(spans: InMemorySpanExporter) -> None:
    with tracing.within("alone") as span:
        span.set("x", 1)
    assert spans.get_finished_spans() == ()


@pytest.mark.parametrize("parent", ["", "x", "00-0-0-00", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "\x00" * 60])
def test_a_parent_that_is_none_begins_a_trace_of_its_own(spans: InMemorySpanExporter, parent: str) -> None:
    with tracing.begin("a", parent):
        pass
    (span,) = spans.get_finished_spans()
    assert span.parent is None


def test_without_a_tracer_whoever_tells_something_goes_on() -> None:
    with tracing.begin("a") as span, tracing.within("b"):
        span.set("x", 1)


async def test_who_names_a_collector_and_has_no_opentelemetry_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TelemetryMissing, match=r"requirements-otel\.lock"):
        async with exporting("http://127.0.0.1:4318"):
            pass
