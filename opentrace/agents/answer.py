"""Answers one question by an agent, as a stream of events."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import cache
from typing import cast

from langsmith import configure as configure_langsmith

from opentrace.agents.agentic import agentic_graph
from opentrace.agents.events import AgentEvent
from opentrace.agents.guardrail.check import ALL_CHECKS, GuardrailChecks
from opentrace.agents.history import HISTORY_MESSAGES, PastMessage
from opentrace.agents.passages import Search
from opentrace.agents.rag_agent import rag_graph
from opentrace.agents.simple import simple_graph
from opentrace.agents.small_tasks import SmallTasks
from opentrace.agents.state import NODES_BESIDE_THE_LOOP, RECURSION_LIMIT, AgentContext, AgentState
from opentrace.agents.trace import Trace
from opentrace.agents.writer import AnswerWriter
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.embedder import Embedder
from opentrace.ports.web_search import WebSearch
from opentrace.projects.models import AgentType


async def answer_question(
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
) -> AsyncGenerator[AgentEvent]:
    """Events in order, `Done` last. Closing the generator cancels the model call and the search.

    Raises ModelError, EmbedderError and whatever `search` raises.
    """
    prepare_agents()
    state = AgentState(
        question=question,
        standalone=question,
        history=history[-HISTORY_MESSAGES:],
        messages=[],
        passages=[],
        turns=0,
        refused=False,
    )
    trace.model = models.name
    context = AgentContext(
        models=models,
        embedder=embedder,
        search=search,
        web=web,
        checks=checks,
        today=datetime.now(UTC).date(),
        trace=trace,
        writer=AnswerWriter(trace=trace),
        small=SmallTasks(models, trace),
    )
    limit = 2 * RECURSION_LIMIT + NODES_BESIDE_THE_LOOP
    graph = agentic_graph() if agent_type == "agentic" else simple_graph()
    events = graph.astream(state, {"recursion_limit": limit}, context=context, stream_mode="custom")
    async with aclosing(cast("AsyncGenerator[AgentEvent]", events)) as stream:
        async for event in stream:
            yield event


@cache
def prepare_agents() -> None:
    """Compile the graphs, so that the first question does not wait for it."""
    # A variable that is set for other programs on the machine must not send anybody's documents to LangChain's vendor.
    configure_langsmith(enabled=False)
    simple_graph()
    agentic_graph()
    rag_graph()
