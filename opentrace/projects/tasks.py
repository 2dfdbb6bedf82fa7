"""Jobs of projects."""

from uuid import UUID

import structlog

from opentrace.ports.job_queue import Job, JobQueue, JobQueueError

_log = structlog.stdlib.get_logger("opentrace.projects")


async def enqueue_reembedding(jobs: JobQueue, project_id: UUID) -> None:
    """Called after the commit. A broker that is away is no failure: the sweeper finds the project."""
    try:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        await jobs.enqueue(Job("reembed_project", project_id, request_id=request_id))
    except JobQueueError:
        _log.warning("job_queue_away", project_id=str(project_id))
