"""Jobs of projects."""

from uuid import UUID

import structlog

from opentrace.ports.job_queue import Job, JobQueue, JobQueueError
from opentrace.traces import TRACE_PARENT

_log = structlog.stdlib.get_logger("opentrace.projects")


async def enqueue_reembedding(jobs: JobQueue, project_id: UUID) -> None:
    """Called after the commit. A broker that is away is no failure: the sweeper finds the project."""
    try:
        known = structlog.contextvars.get_contextvars()
        job = Job(
            "reembed_project", project_id, request_id=known.get("request_id"), trace_parent=known.get(TRACE_PARENT)
        )
        await jobs.enqueue(job)
    except JobQueueError:
        _log.warning("job_queue_away", project_id=str(project_id))
