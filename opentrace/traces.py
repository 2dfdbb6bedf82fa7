"""Traces by OpenTelemetry, where its own variables ask for them (OTEL_EXPORTER_OTLP_ENDPOINT); else it is not imported.

A request's span is carried to the worker as `traceparent`, beside the request's id; log lines bear it too.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

import structlog

from opentrace.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

TRACE_PARENT = "traceparent"
"""The header of W3C's trace context, and the name under which log lines and jobs bear it."""

_tracer: ContextVar[Tracer | None] = ContextVar("opentrace_tracer", default=None)
"""Of the span that the present work belongs to."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


class Traces:
    """Makes spans and sends them in the background."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("opentrace")

    @contextmanager
    def span(
        self, name: str, *, kind: Literal["server", "consumer"], parent: str | None, **attributes: str
    ) -> Generator[Span]:
        """A span below `parent`, a `traceparent`, or at the top. What is logged and enqueued within bears it."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        propagator = TraceContextTextMapPropagator()
        context = propagator.extract({TRACE_PARENT: parent} if parent else {})
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=SpanKind[kind.upper()],
            attributes=attributes,
            record_exception=False,  # its message may hold what a user wrote
        ) as span:
            carrier: dict[str, str] = {}
            propagator.inject(carrier)
            token = _tracer.set(self._tracer)
            try:
                with structlog.contextvars.bound_contextvars(**carrier):
                    yield span
            finally:
                _tracer.reset(token)

    def close(self) -> None:
        """Send what is left. Blocking."""
        self._provider.shutdown()


def begin_span(name: str) -> Callable[[str | None], None]:
    """Begin a span below that of the present work, if that is traced.

    What is returned ends it: with the code of what failed, or None.
    """
    tracer = _tracer.get()
    if tracer is None:
        return lambda _failure: None
    span = tracer.start_span(name)

    def end(failure: str | None) -> None:
        if failure is not None:
            from opentelemetry.trace import StatusCode

            span.set_status(StatusCode.ERROR)
            span.set_attribute("error.type", failure)
        span.end()

    return end


def open_traces(service: Literal["opentrace-server", "opentrace-worker"]) -> Traces | None:
    """None where no variable asks for traces. Raises SettingsError where they cannot be sent.

    OTEL_SERVICE_NAME wins over `service`; sampling, batches, headers and time-outs are OpenTelemetry's own variables.
    """
    asked = next((name for name in _ENDPOINTS if os.environ.get(name)), None)
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    if asked is None or off:
        return None
    protocol = next((name for name in _PROTOCOLS if os.environ.get(name)), None)
    if protocol is not None and os.environ[protocol] != "http/protobuf":
        raise SettingsError(f"{protocol} is not acceptable: traces are sent by http/protobuf. Set that, or unset it.")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            f"{asked} asks for traces, and OpenTelemetry is not installed. Install opentrace[otel], or unset it."
        ) from error
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    attributes: Mapping[str, Any] = {} if named else {SERVICE_NAME: service}
    provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Traces(provider)
