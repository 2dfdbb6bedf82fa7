"""Jobs of projects, and how jobs are handed over."""

from uuid import UUID

import structlog

from opentrace.ports.job_queue import Job, JobName, JobQueue, JobQueueError
from opentrace.traces import TRACE_PARENT

_log = structlog.stdlib.get_logger("opentrace.jobs")


async def enqueue(jobs: JobQueue, name: JobName, subject_id: UUID) -> None:
    """Called after the commit. A broker that is away is no failure: what waits is found by the sweeper."""
    known = structlog.contextvars.get_contextvars()
    job = Job(name, subject_id, request_id=known.get("request_id"), trace_parent=known.get(TRACE_PARENT))
    try:
        await jobs.enqueue(job)
    except JobQueueError:
        _log.warning("job_queue_away", job=name, subject_id=str(subject_id))


async def enqueue_reembedding(jobs: JobQueue, project_id: UUID) -> None:
    await enqueue(jobs, "reembed_project", project_id)
