"""Asks the simple agent over a handful of passages, and collects what it tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid4

from opentrace.agents.answer import answer_question
from opentrace.agents.events import AgentEvent, Cited, Done, Status, TextDelta
from opentrace.agents.history import PastMessage
from opentrace.agents.passages import Citation, FoundPassage, SearchOutcome
from opentrace.agents.trace import Trace
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.embedder import Embedder
from opentrace.ports.web_search import WebSearch
from opentrace.projects.models import AgentType

DOCUMENT_ID = UUID("00000000-0000-4000-8000-000000000001")


def passage(content: str, *, name: str = "report.pdf", page: int = 1) -> FoundPassage:
    """One line of a page per line of text."""
    locations: list[dict[str, float]] = []
    start = 0
    for index, line in enumerate(content.split("\n")):
        y = index / 100
        box = {"page": page, "x0": 0.1, "y0": y, "x1": 0.9, "y1": y + 0.01}
        locations.append({**box, "start": start, "end": start + len(line)})
        start += len(line) + 1
    return FoundPassage(uuid4(), DOCUMENT_ID, name, page, content, 0.8, locations=locations)


@dataclass
class Library:
    """Finds the passages that have a word of the query in them. `queries` are those that came."""

    passages: Sequence[FoundPassage]
    queries: list[str] = field(default_factory=list[str])

    async def search(self, query: str) -> SearchOutcome:
        self.queries.append(query)
        words = {word.strip("?.,").lower() for word in query.split() if len(word) > 3}
        found = [found for found in self.passages if words & set(found.content.lower().replace(".", "").split())]
        return SearchOutcome(found, {"strategy": "words"})


@dataclass
class Asked:
    """What an agent told."""

    events: list[AgentEvent]
    trace: Trace

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def citations(self) -> Sequence[Citation]:
        cited = [event.citations for event in self.events if isinstance(event, Cited)]
        return cited[-1] if cited else []

    @property
    def stages(self) -> list[str]:
        return [event.stage for event in self.events if isinstance(event, Status)]

    @property
    def status(self) -> Literal["completed", "refused"]:
        done = self.events[-1]
        assert isinstance(done, Done)
        return done.status


async def ask(
    question: str,
    *,
    models: ChatModels,
    embedder: Embedder,
    library: Library,
    history: Sequence[PastMessage] = (),
    on_event: Callable[[AgentEvent], None] | None = None,
    agent_type: AgentType = "simple",
    web: WebSearch | None = None,
) -> Asked:
    trace = Trace(question=question)
    asked = Asked([], trace)
    events = answer_question(
        question,
        history=history,
        models=models,
        embedder=embedder,
        search=library.search,
        trace=trace,
        agent_type=agent_type,
        web=web,
    )
    async for event in events:
        asked.events.append(event)
        if on_event is not None:
            on_event(event)
    return asked
