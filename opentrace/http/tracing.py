"""A span for each request, where traces are asked for."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opentrace.traces import TRACE_PARENT, Traces

_QUIET = frozenset({"/health", "/ready", "/metrics"})
"""Asked by machines every few seconds; their spans would be most of all."""


class RequestTracer:
    """Named by method and route template: an address may hold what nobody should read."""

    def __init__(self, app: ASGIApp, *, traces: Traces) -> None:
        self.app = app
        self.traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        parent = Headers(scope=scope).get(TRACE_PARENT)
        with self.traces.span(
            method, kind="server", parent=parent, **{"http.request.method": method, "url.scheme": scope["scheme"]}
        ) as span:

            async def send_observed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self.app(scope, receive, send_observed)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("opentrace.request_id", scope.get("state", {}).get("request_id", ""))
