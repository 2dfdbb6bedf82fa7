"""Spans of the stages of a document's ingestion, below that of the task."""

from collections.abc import Sequence
from uuid import UUID

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.services import Services
from opentrace.traces import Traces
from tests.api_fixtures import SignUp
from tests.knowledge.uploading import MARKDOWN, add_document, create_project, read_document

BROKEN_PDF = b"%PDF-1.7\nno object in it\n%%EOF"


async def spans_of_reading(
    services: Services, sign_up: SignUp, data: bytes, name: str
) -> tuple[str, list[ReadableSpan]]:
    """The status that the document ends with, and the spans in the order of their ends."""
    ada = await sign_up()
    document_id = (await add_document(ada, await create_project(ada), data, file_name=name))["id"]
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with Traces(provider).span("ingest_document", kind="consumer", parent=None):
        await Ingestion(services).ingest(UUID(document_id))
    return (await read_document(ada, document_id))["status"], list(exporter.get_finished_spans())


def stages(spans: Sequence[ReadableSpan]) -> list[str]:
    """Names of the spans below the task, which comes last."""
    *below, task = spans
    assert task.context is not None
    assert all(span.parent is not None and span.parent.span_id == task.context.span_id for span in below)
    return [span.name for span in below]


async def test_each_stage_has_a_span_below_the_task(services: Services, sign_up: SignUp) -> None:
    status, spans = await spans_of_reading(services, sign_up, MARKDOWN, "notes.md")

    assert status == "completed"
    assert stages(spans) == ["partitioning", "chunking", "summarising", "vectorization", "store"]
    ends = [span.end_time or 0 for span in spans]
    begins = [span.start_time or 0 for span in spans[:-1]]
    assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False)), "one stage after the other"


async def test_the_span_of_a_stage_that_fails_bears_the_code(services: Services, sign_up: SignUp) -> None:
    status, spans = await spans_of_reading(services, sign_up, BROKEN_PDF, "broken.pdf")

    assert status == "failed"
    assert stages(spans) == ["partitioning"]
    assert not spans[0].status.is_ok
    assert (spans[0].attributes or {})["error.type"] == "document_corrupt"
