"""What the server says about each request: a log line, an id, and counts for Prometheus."""

import re
import time
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opentrace.http.problems import PROBLEM_CODE, problem_response
from opentrace.logs import failure_places

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

_log = structlog.stdlib.get_logger("opentrace.http")


class HttpMetrics:
    """The counts of one application; each has a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "opentrace_http_requests",
            "Requests by method, route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.errors = Counter(
            "opentrace_errors",
            "Requests that were answered with a problem, by its code.",
            ("code",),
            registry=self.registry,
        )
        self.latency = Histogram(
            "opentrace_http_request_seconds",
            "Seconds until the last byte of the response, by method and route template.",
            ("method", "route"),
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = Gauge("opentrace_http_requests_in_flight", "Requests being served.", registry=self.registry)


CLIENT_WENT_AWAY = 499
"""What logs and counts say, as nginx does, where nobody waited for the response."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestObserver:
    """Gives each request its id, counts and logs it, and answers for what nobody else caught."""

    def __init__(self, app: ASGIApp, *, metrics: HttpMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        started = time.perf_counter()
        self.metrics.in_flight.inc()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_observed)
            except Exception as error:  # noqa: BLE001 -- the last resort; what was meant to be caught was
                _log.error("request_failed", failure=failure_places(error))
                # Where the response has begun, the server breaks the connection, as it returns without its end: nothing
                # else tells the client that it is not whole.
                if not status:
                    await _internal_error(request_id)(scope, receive, send_observed)
            finally:
                self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        status = status or CLIENT_WENT_AWAY
        self.metrics.in_flight.dec()
        self.metrics.requests.labels(method, route, str(status)).inc()
        code = scope["state"].get(PROBLEM_CODE)
        if code is not None:
            self.metrics.errors.labels(code).inc()
        self.metrics.latency.labels(method, route).observe(seconds)
        _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _internal_error(request_id: str) -> ASGIApp:
    return problem_response(
        status=500,
        title="Something went wrong",
        detail=f"The server failed at this request. Its log says more under the request id {request_id!r}.",
        code="internal_error",
        extra={"request_id": request_id},
    )
