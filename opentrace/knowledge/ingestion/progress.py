"""What users see of a document while it is being read: its stage, a sentence, and what each stage found."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from opentrace.ports.document_parser import Finding
from opentrace.traces import begin_span

Stage = Literal["partitioning", "chunking", "summarising", "vectorization"]

MAX_SHOWN_PAGES = 200


@dataclass(slots=True)
class Progress:
    """The state of one run, in memory. `DocumentLease` writes it; `changed` tells it that there is something new.

    `details` has a dictionary per stage that began: JSON values only.
    """

    stage: Stage = "partitioning"
    message: str = "Getting the file."
    details: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _began: float = field(default_factory=time.monotonic)
    _end_span: Callable[[str | None], None] | None = None

    def enter(self, stage: Stage, message: str) -> None:
        """The stage before is over: its seconds are noted."""
        self.leave()
        self.begin_span(stage)
        self.stage = stage
        self._began = time.monotonic()
        self.details[stage] = {}
        self.tell(message)

    def leave(self) -> None:
        if self.stage in self.details:
            self.details[self.stage]["seconds"] = round(time.monotonic() - self._began, 3)

    def begin_span(self, name: str) -> None:
        """In a trace, the span before is over."""
        self.end_span()
        self._end_span = begin_span(name)

    def end_span(self, failure: str | None = None) -> None:
        """`failure` is the code of what ended it."""
        if self._end_span is not None:
            self._end_span(failure)
        self._end_span = None

    def tell(self, message: str) -> None:
        self.message = message
        self.changed.set()

    def note(self, **found: Any) -> None:
        """Findings of the present stage, by name."""
        self.details.setdefault(self.stage, {}).update(found)
        self.changed.set()

    def report(self, findings: Iterable[Finding]) -> None:
        """Health of the document, beside the stages: `details["health"]["findings"]`, in the order they come."""
        health = self.details.setdefault("health", {"findings": []})
        health["findings"].extend(_finding_values(finding) for finding in findings)
        self.changed.set()


def _finding_values(finding: Finding) -> dict[str, Any]:
    values = {name: value for name, value in asdict(finding).items() if value not in (None, {})}
    if finding.pages is not None:
        values["pages"] = list(finding.pages[:MAX_SHOWN_PAGES])
    return values
