"""Spans by OpenTelemetry, sent to a collector over OTLP: needs the packages of requirements-otel.lock."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any

from gateway.core import tracing
from gateway.core.tracing import Attributes, Span

_EXPORT_SECONDS = 5


class TelemetryMissing(Exception):
    """The packages are not installed; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "BONIN_OTLP_ENDPOINT is set, and OpenTelemetry is not installed: install requirements-otel.lock."
        )


class _Span:
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)


class OpenTelemetryTracer:
    """`Tracer` over a provider of the SDK."""

    def __init__(self, provider: Any) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._trace = trace
        self._tracer = provider.get_tracer("bonin")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, name: str, parent: str | None, attributes: Attributes) -> AbstractContextManager[Span]:
        context = self._propagator.extract({"traceparent": parent}) if parent else None
        return self._span(name, self._trace.SpanKind.SERVER, attributes, context)

    def within(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        if not self._trace.get_current_span().get_span_context().is_valid:
            return nullcontext(_Span(self._trace.INVALID_SPAN))
        return self._span(name, self._trace.SpanKind.CLIENT, attributes, None)

    @contextmanager
    def _span(self, name: str, kind: Any, attributes: Attributes, context: Any) -> Iterator[Span]:
        # What an exception says may hold anything: its kind is enough.
        starting = self._tracer.start_as_current_span(
            name, context, kind, dict(attributes), record_exception=False, set_status_on_exception=False
        )
        with starting as span:
            try:
                yield _Span(span)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._trace.StatusCode.ERROR)
                raise


@asynccontextmanager
async def exporting(endpoint: str | None) -> AsyncIterator[None]:
    """Trace while the block runs, where an endpoint is named. Raises `TelemetryMissing`.

    `endpoint` is the collector's root, before `/v1/traces`. A collector that is away costs spans and nothing else.
    """
    if endpoint is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TelemetryMissing from None
    provider = TracerProvider(resource=Resource({"service.name": "bonin"}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=_EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracing.install(OpenTelemetryTracer(provider))
    try:
        yield
    finally:
        tracing.install(None)
        await asyncio.to_thread(provider.shutdown)
