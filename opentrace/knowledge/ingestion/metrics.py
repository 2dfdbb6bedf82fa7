"""What a worker counts for Prometheus: the documents it read, and how long each stage took."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

STAGE_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class IngestionMetrics:
    """The counts of one worker, with a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._documents = Counter(
            "opentrace_ingested_documents",
            "Documents by how reading them ended: completed, or the code of the failure.",
            ("outcome",),
            registry=self.registry,
        )
        self._stages = Histogram(
            "opentrace_ingestion_stage_seconds",
            "Seconds that documents spent in each stage.",
            ("stage",),
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )

    def record(self, outcome: str, stage_details: Mapping[str, Mapping[str, Any]]) -> None:
        """`stage_details` as the document has them: a stage that ended holds its `seconds`."""
        self._documents.labels(outcome).inc()
        for stage, details in stage_details.items():
            if "seconds" in details:
                self._stages.labels(stage).observe(details["seconds"])
