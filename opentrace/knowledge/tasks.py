"""Jobs of the knowledge base."""

from uuid import UUID

import structlog

from opentrace.ports.job_queue import Job, JobQueue, JobQueueError
from opentrace.traces import TRACE_PARENT

_log = structlog.stdlib.get_logger("opentrace.knowledge")


async def enqueue_ingestion(jobs: JobQueue, document_id: UUID) -> None:
    """Called after the commit. A broker that is away is no failure: the document waits, and the sweeper finds it."""
    try:
        known = structlog.contextvars.get_contextvars()
        job = Job(
            "ingest_document", document_id, request_id=known.get("request_id"), trace_parent=known.get(TRACE_PARENT)
        )
        await jobs.enqueue(job)
    except JobQueueError:
        _log.warning("job_queue_away", document_id=str(document_id))
