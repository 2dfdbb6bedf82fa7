"""Jobs of the knowledge base."""

from uuid import UUID

from opentrace.ports.job_queue import JobQueue
from opentrace.projects.tasks import enqueue


async def enqueue_ingestion(jobs: JobQueue, document_id: UUID) -> None:
    """Called after the commit, as `enqueue` says."""
    await enqueue(jobs, "ingest_document", document_id)
