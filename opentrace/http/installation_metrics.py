"""What Prometheus is told of the installation as a whole: services that answer, documents that wait, and how long."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from opentrace.ports.job_queue import JobQueueError
from opentrace.services import Services

_DOCUMENTS = text("""
    SELECT status, count(*), extract(epoch FROM clock_timestamp() - min(updated_at))
    FROM documents WHERE status NOT IN ('completed', 'failed') GROUP BY status
""")
_MOVING = ("uploading", "queued", "partitioning", "chunking", "summarising", "vectorization")


class InstallationMetrics:
    """Read anew at each scrape; what cannot be read keeps its last value, and `opentrace_service_up` says so."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = Gauge(
            "opentrace_service_up", "Whether what the server needs answers: 1 or 0.", ("service",), registry=registry
        )
        self._depth = Gauge("opentrace_queue_depth", "Jobs that wait in the broker.", registry=registry)
        self._documents = Gauge(
            "opentrace_documents_moving",
            "Documents that are not read to their end yet, by state.",
            ("status",),
            registry=registry,
        )
        self._oldest = Gauge(
            "opentrace_oldest_moving_document_seconds",
            "Seconds since the last sign of life of the document that has been silent longest, by state.",
            ("status",),
            registry=registry,
        )

    async def read(self, services: Services, *, up: Mapping[str, bool]) -> None:
        for service, answers in up.items():
            self._up.labels(service).set(answers)
        with suppress(JobQueueError):
            self._depth.set(await services.jobs.depth())
        try:
            async with services.database.system_transaction() as work:
                rows = (await work.session.execute(_DOCUMENTS)).all()
        except (SQLAlchemyError, OSError):
            return
        self._show((row[0], row[1], float(row[2])) for row in rows)

    def _show(self, found: Iterable[tuple[str, int, float]]) -> None:
        by_status = {status: (count, age_s) for status, count, age_s in found}
        for status in _MOVING:
            count, age_s = by_status.get(status, (0, 0.0))
            self._documents.labels(status).set(count)
            self._oldest.labels(status).set(age_s)
