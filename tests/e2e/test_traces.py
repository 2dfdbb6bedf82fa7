"""Traces by OpenTelemetry, from a request through the queue to the worker, as a collector on loopback gets them."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opentrace.settings import Settings
from tests.api_fixtures import client_of, member_headers, running_server
from tests.e2e.workers import running_worker
from tests.entrypoints.running import clean_environment
from tests.openai_server import LoopbackServer
from tests.waiting import until

TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CONTENT = b"The ferry leaves at nine. " * 20


@dataclass
class Collector:
    """The spans that came, by the service that sent them."""

    url: str = ""
    spans: list[tuple[str, Span]] = field(default_factory=list[tuple[str, Span]])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["Collector"]:
        collector = cls()
        app = Starlette(routes=[Route("/v1/traces", collector._take, methods=["POST"])])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")
        async with LoopbackServer.serving(config) as url:
            collector.url = url
            yield collector

    async def _take(self, request: Request) -> Response:
        sent = ExportTraceServiceRequest.FromString(await request.body())
        for resource in sent.resource_spans:
            named = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(named["service.name"], span) for span in scope.spans]
        return Response(media_type="application/x-protobuf")

    def named(self, name: str) -> tuple[str, Span] | None:
        return next((found for found in self.spans if found[1].name == name), None)


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Collector]:
    async with Collector.running() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        yield collector


async def test_a_trace_goes_from_the_request_to_the_worker(
    collector: Collector, settings: Settings, tmp_path: Path
) -> None:
    async with running_server(settings) as (url, _), client_of(url) as anonymous:
        headers = await member_headers(anonymous)
        async with client_of(url, **headers) as http:
            project = (await http.post("/api/projects", json={"name": "Traced"})).json()["id"]
            file = {"file_name": "ferry.txt", "content_type": "text/plain", "size_bytes": len(CONTENT)}
            created = (await http.post(f"/api/projects/{project}/documents", json=file)).json()
            upload, document = created["upload"], created["document"]["id"]
            (await http.put(upload["url"], content=CONTENT, headers=upload["headers"])).raise_for_status()
            parent = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01", "x-request-id": "traced"}
            (await http.post(f"/api/documents/{document}/confirm", headers=parent)).raise_for_status()
            await http.get("/health")

            async def completed() -> bool:
                return (await http.get(f"/api/documents/{document}")).json()["status"] == "completed"

            async with running_worker(settings, tmp_path / "worker.log"):
                await until(completed)

                async def arrived() -> bool:
                    return any(
                        span.name == "ingest_document" and span.trace_id.hex() == TRACE_ID
                        for _, span in collector.spans
                    )

                await until(arrived)

    confirmed = collector.named("POST /api/documents/{document_id}/confirm")
    assert confirmed is not None
    work = next(found for found in collector.spans if found[1].trace_id.hex() == TRACE_ID and found[1].kind == 5)
    attributes = {pair.key: pair.value for pair in confirmed[1].attributes}
    assert (confirmed[0], work[0]) == ("opentrace-server", "opentrace-worker")
    assert confirmed[1].trace_id.hex() == TRACE_ID
    assert confirmed[1].parent_span_id.hex() == PARENT_ID
    assert work[1].parent_span_id == confirmed[1].span_id
    assert attributes["http.response.status_code"].int_value in (200, 202)
    assert attributes["opentrace.request_id"].string_value == "traced"
    assert not any("/health" in span.name for _, span in collector.spans)
    assert f"00-{TRACE_ID}-" in (tmp_path / "worker.log").read_text()


START = """
import sys
from opentrace.entrypoints.api import create_app
from opentrace.settings import Settings
create_app(Settings(_env_file=None))
print("opentelemetry.sdk" in sys.modules)
"""


def started(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a server would do at its start, in a process of its own."""
    program = f"{code}\n{START}"
    kept = {name: value for name, value in clean_environment().items() if not name.startswith("OTEL_")}
    return subprocess.run(
        [sys.executable, "-c", program], env=kept | variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "loaded"),
    [
        ({}, "False"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, "False"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}, "False"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, "True"),
    ],
)
def test_nothing_is_loaded_that_is_not_asked_for(variables: dict[str, str], loaded: str) -> None:
    ended = started("", **variables)
    assert (ended.returncode, ended.stdout.strip()) == (0, loaded), ended.stderr


@pytest.mark.parametrize(
    ("code", "variables", "says"),
    [
        ("import sys; sys.modules['opentelemetry.sdk'] = None", {}, "Install opentrace[otel]"),
        ("", {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is not acceptable"),
    ],
)
def test_traces_that_cannot_be_sent_stop_the_start_with_a_sentence(
    code: str, variables: dict[str, str], says: str
) -> None:
    ended = started(code, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1", **variables)
    assert ended.returncode == 1
    assert says in ended.stderr.splitlines()[-1]
