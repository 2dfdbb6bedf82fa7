"""What the nodes of the agents share: the state of one question, and what they work with."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import Annotated, Protocol, TypedDict

from langchain_core.messages import AnyMessage

from opentrace.agents.events import AgentEvent
from opentrace.agents.guardrail.check import ALL_CHECKS, GuardrailChecks
from opentrace.agents.history import PastMessage
from opentrace.agents.passages import FoundPassage, Search, add_passages
from opentrace.agents.small_tasks import SmallTasks
from opentrace.agents.trace import Trace
from opentrace.agents.writer import AnswerWriter
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.embedder import Embedder
from opentrace.ports.web_search import WebSearch
from opentrace.projects.models import AgentType

RECURSION_LIMIT = 5
"""How often the agent runs for one question; the last time it must answer. (LangGraph counts all nodes.)"""
NODES_BESIDE_THE_LOOP = 3


class Emit(Protocol):
    def __call__(self, event: AgentEvent, /) -> None: ...


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What the nodes work with; one value per question."""

    models: ChatModels
    embedder: Embedder
    search: Search
    web: WebSearch | None
    checks: GuardrailChecks
    today: date
    trace: Trace
    writer: AnswerWriter
    small: SmallTasks


class AgentState(TypedDict):
    """`messages` are those of this question: calls of the tools and their results. `turns` counts the agent's.

    `standalone` is the question as it can be understood without the chat; it is what is searched for.
    """

    question: str
    standalone: str
    history: Sequence[PastMessage]
    messages: Annotated[list[AnyMessage], add]
    passages: Annotated[list[FoundPassage], add_passages]
    turns: int
    refused: bool


class StateUpdate(TypedDict, total=False):
    standalone: str
    messages: list[AnyMessage]
    passages: list[FoundPassage]
    turns: int
    refused: bool


class AnswerQuestion(Protocol):
    """The signature of `answer_question`, for those who import it late."""

    def __call__(
        self,
        question: str,
        *,
        history: Sequence[PastMessage],
        models: ChatModels,
        embedder: Embedder,
        search: Search,
        trace: Trace,
        checks: GuardrailChecks = ALL_CHECKS,
        agent_type: AgentType = "simple",
        web: WebSearch | None = None,
    ) -> AsyncGenerator[AgentEvent]: ...
