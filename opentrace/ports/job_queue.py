"""Carries work from the server to the workers. The truth about a job is in PostgreSQL; a queue may lose messages."""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

JobName = Literal["ingest_document", "reembed_project"]


class JobQueueError(Exception):
    """The broker does not answer; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """Running a job twice, or for a document or project that is gone, does no harm. `subject_id` says of which.

    `request_id` is that of the HTTP request which asked for it, so that the worker's log lines can be told to it;
    `trace_parent` is its span, where traces are asked for.
    """

    name: JobName
    subject_id: UUID
    request_id: str | None = None
    trace_parent: str | None = None


class JobQueue(Protocol):
    async def enqueue(self, job: Job) -> None:
        """Hand the job to the broker. Raises JobQueueError; the sweeper will find the job again."""
        ...

    async def depth(self) -> int:
        """Jobs that wait in the broker. Raises JobQueueError."""
        ...

    async def report_alive(self) -> None:
        """A worker says that it runs; it does so every few seconds. Raises JobQueueError."""
        ...

    async def worker_alive(self) -> bool:
        """Whether a worker has reported itself lately. Raises JobQueueError."""
        ...

    async def close(self) -> None: ...
