"""Jobs of the knowledge base."""

from uuid import UUID

import structlog

from opentrace.ports.job_queue import Job, JobQueue, JobQueueError

_log = structlog.stdlib.get_logger("opentrace.knowledge")


async def enqueue_ingestion(jobs: JobQueue, document_id: UUID) -> None:
    """Called after the commit. A broker that is away is no failure: the document waits, and the sweeper finds it."""
    try:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        await jobs.enqueue(Job("ingest_document", document_id, request_id=request_id))
    except JobQueueError:
        _log.warning("job_queue_away", document_id=str(document_id))
