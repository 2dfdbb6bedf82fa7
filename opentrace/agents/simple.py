"""The simple agent: `START → guardrail → agent ⇄ rag_search → END`.

It searches before it answers. The first question of a chat is its own query; in a longer chat the model is made to
call `rag_search` with a query that stands alone, and a model that cannot call tools gets the passages of the question
itself. What it calls for after that is its own choice, within the recursion limit.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from operator import add
from typing import Annotated, Any, Literal, TypedDict, cast
from uuid import uuid4

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
)
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from opentrace.agents.events import AgentEvent, Done, Status, TextDelta
from opentrace.agents.guardrail import check_question
from opentrace.agents.history import HISTORY_MESSAGES, PastMessage
from opentrace.agents.markers import without_markers
from opentrace.agents.passages import FoundPassage, Search, SearchOutcome, add_passages
from opentrace.agents.prompts import NOTHING_FOUND, SYSTEM, render_passages, with_passages
from opentrace.agents.trace import Trace
from opentrace.agents.writer import AnswerWriter
from opentrace.ports.chat_model import CITED_RANGES, RAG_SEARCH, ChatModels, ModelError, NumberedPassage
from opentrace.ports.embedder import Embedder

RECURSION_LIMIT = 5
"""How often the agent node runs for one question; the last time it must answer. (LangGraph counts all nodes.)"""
MAX_CALLS_PER_TURN = 4
MAX_QUERY_CHARS = 1000

SEARCH_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": RAG_SEARCH,
        "description": "Search the user's documents. Returns numbered passages.",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "description": "What to find, as a question or phrase that can be understood without the chat.",
                }
            },
            "required": ["query"],
        },
    },
}


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What the nodes work with; one value per question."""

    models: ChatModels
    embedder: Embedder
    search: Search
    trace: Trace
    writer: AnswerWriter


class SimpleState(TypedDict):
    """`messages` are those of this question: calls of the tool and their results. `turns` counts the agent's."""

    question: str
    history: Sequence[PastMessage]
    messages: Annotated[list[AnyMessage], add]
    passages: Annotated[list[FoundPassage], add_passages]
    turns: int
    refused: bool


class StateUpdate(TypedDict, total=False):
    messages: list[AnyMessage]
    passages: list[FoundPassage]
    turns: int
    refused: bool


async def answer_question(
    question: str,
    *,
    history: Sequence[PastMessage],
    models: ChatModels,
    embedder: Embedder,
    search: Search,
    trace: Trace,
) -> AsyncGenerator[AgentEvent]:
    """Events in order, `Done` last. Closing the generator cancels the model call and the search.

    Raises ModelError, EmbedderError and whatever `search` raises.
    """
    state = SimpleState(
        question=question, history=history[-HISTORY_MESSAGES:], messages=[], passages=[], turns=0, refused=False
    )
    context = AgentContext(models, embedder, search, trace, AnswerWriter(trace=trace))
    events = simple_graph().astream(
        state, {"recursion_limit": 2 * RECURSION_LIMIT + 1}, context=context, stream_mode="custom"
    )
    async with aclosing(cast("AsyncGenerator[AgentEvent]", events)) as stream:
        async for event in stream:
            yield event


@cache
def simple_graph() -> "CompiledStateGraph[SimpleState, AgentContext]":
    """Compiled once; nothing of a question stays in it."""
    graph = StateGraph(SimpleState, context_schema=AgentContext)
    graph.add_node("guardrail", _guardrail)
    graph.add_node("agent", _agent)
    graph.add_node(RAG_SEARCH, _rag_search)
    graph.add_edge(START, "guardrail")
    graph.add_conditional_edges("guardrail", lambda state: END if state["refused"] else "agent", [END, "agent"])
    graph.add_conditional_edges("agent", _after_agent, [RAG_SEARCH, END])
    graph.add_edge(RAG_SEARCH, "agent")
    return graph.compile()


async def _guardrail(state: SimpleState, runtime: Runtime[AgentContext]) -> StateUpdate:
    emit = runtime.stream_writer
    emit(Status("checking"))
    with runtime.context.trace.stage("guardrail") as stage:
        refusal = check_question(state["question"], runtime.context.embedder)
        stage["refused_by"] = refusal.check if refusal else None
    if refusal is None:
        return {"refused": False}
    emit(TextDelta(refusal.message))
    emit(Done("refused"))
    return {"refused": True}


async def _agent(state: SimpleState, runtime: Runtime[AgentContext]) -> StateUpdate:
    turn = state["turns"]
    if turn == 0:
        message = await _plan(state, runtime)
    else:
        message = await _answer(state, runtime)
    return {"messages": [message], "turns": turn + 1}


def _after_agent(state: SimpleState) -> str:
    message = state["messages"][-1]
    assert isinstance(message, AIMessage)
    return RAG_SEARCH if _wants_tools(message) else END


def _wants_tools(message: AIMessage) -> bool:
    return bool(message.tool_calls or message.invalid_tool_calls)


async def _plan(state: SimpleState, runtime: Runtime[AgentContext]) -> AIMessage:
    """The first search: the question itself, or in a longer chat what the model makes of it."""
    context = runtime.context
    calls: list[ToolCall] = []
    if state["history"]:
        runtime.stream_writer(Status("planning"))
        model = context.models.main.bind_tools([SEARCH_TOOL], tool_choice=RAG_SEARCH)
        with context.trace.stage("model_call", purpose="plan"):
            try:
                message = await model.ainvoke(_prompt(state))
            except ModelError as error:
                if error.model_code not in ("model_tools_unsupported", "model_rejected_request"):
                    raise
            else:
                _count_tokens(message, context.trace)
                calls = [call for call in message.tool_calls if call["name"] == RAG_SEARCH and _query_of(call)]
    return AIMessage(content="", tool_calls=calls or [_call(state["question"])])


def _call(query: str) -> ToolCall:
    return ToolCall(name=RAG_SEARCH, args={"query": query}, id=f"call_{uuid4().hex[:24]}", type="tool_call")


async def _answer(state: SimpleState, runtime: Runtime[AgentContext]) -> AIMessage:
    """Stream the model's turn. It ends in an answer, or in more calls of the tool."""
    context = runtime.context
    emit = runtime.stream_writer
    emit(Status("answering"))
    must_answer = state["turns"] == RECURSION_LIMIT - 1
    with context.trace.stage("model_call", purpose="answer") as stage:
        try:
            message = await _stream(state, context, emit, tools="none" if must_answer else "auto")
        except ModelError as error:
            if error.model_code != "model_tools_unsupported":
                raise
            stage["without_tools"] = True
            must_answer = True
            message = await _stream(state, context, emit, tools=None)
        stage["finish_reason"] = message.response_metadata.get("finish_reason")
    if _wants_tools(message) and not must_answer:
        if context.writer.written:
            context.writer.write("\n\n", emit)
        return message
    context.writer.finish(emit)
    if not context.writer.written:
        if state["passages"]:
            raise ModelError("model_answer_empty", "The model gave an empty answer. Ask again, or in other words.")
        emit(TextDelta(NOTHING_FOUND))
    emit(Done("completed"))
    return AIMessage(content=message.text)


async def _stream(
    state: SimpleState,
    context: AgentContext,
    emit: Callable[[AgentEvent], None],
    *,
    tools: Literal["auto", "none"] | None,
) -> AIMessage:
    """`tools=None` leaves the tools out, and puts the passages into the user's message."""
    writer = context.writer
    model = context.models.main
    bound = model if tools is None else model.bind_tools([SEARCH_TOOL], tool_choice=tools)
    whole: AIMessageChunk | None = None
    async for chunk in bound.astream(_plain_prompt(state) if tools is None else _prompt(state)):
        assert isinstance(chunk, AIMessageChunk)
        writer.quote(chunk.response_metadata.get(CITED_RANGES, ()))
        if chunk.text:
            if not state["passages"] and not context.models.extractive and not writer.written:
                writer.write(f"{NOTHING_FOUND}\n\n", emit)
            writer.write(chunk.text, emit)
        whole = chunk if whole is None else whole + chunk
    if whole is None:
        return AIMessage(content="")
    _count_tokens(whole, context.trace)
    return AIMessage(
        content=whole.text,
        tool_calls=whole.tool_calls,
        invalid_tool_calls=whole.invalid_tool_calls,
        response_metadata=whole.response_metadata,
    )


async def _rag_search(state: SimpleState, runtime: Runtime[AgentContext]) -> StateUpdate:
    """Answer every call of the last message: the searches at once, the rest with what is wrong about it."""
    context = runtime.context
    call_message = state["messages"][-1]
    assert isinstance(call_message, AIMessage)
    queries = {call["id"]: query for call in call_message.tool_calls if (query := _query_of(call))}
    queries = dict(list(queries.items())[:MAX_CALLS_PER_TURN])
    searched = await asyncio.gather(*(_search(query, state, runtime) for query in queries.values()))
    outcomes = dict(zip(queries, searched, strict=True))
    passages = state["passages"]
    results: list[AnyMessage] = []
    for call in call_message.tool_calls:
        outcome = outcomes.get(call["id"])
        if outcome is None:
            results.append(_tool_error(call["id"], call["name"], _objection(call)))
            continue
        passages = add_passages(passages, outcome.passages)
        results.append(_tool_result(call["id"], outcome, passages))
    results.extend(
        _tool_error(broken["id"], broken["name"], "The arguments are no valid JSON object.")
        for broken in call_message.invalid_tool_calls
    )
    context.writer.passages = passages
    return {"messages": results, "passages": passages}


async def _search(query: str, state: SimpleState, runtime: Runtime[AgentContext]) -> SearchOutcome:
    context = runtime.context
    runtime.stream_writer(Status("searching", query))
    with context.trace.stage("search", query=query) as stage:
        outcome = await context.search(query)
        stage["found"] = len(outcome.passages)
    origin = "question" if query == state["question"] else "model"
    context.trace.searches.append({"query": query, "origin": origin, **outcome.trace})
    return outcome


def _query_of(call: ToolCall) -> str | None:
    query: object = call["args"].get("query")
    if call["name"] != RAG_SEARCH or not isinstance(query, str):
        return None
    return " ".join(query.split())[:MAX_QUERY_CHARS] or None


def _objection(call: ToolCall) -> str:
    if call["name"] != RAG_SEARCH:
        return f"There is no such tool. The only one is {RAG_SEARCH}."
    if _query_of(call) is None:
        return f'{RAG_SEARCH} takes {{"query": "some text"}}.'
    return f"At most {MAX_CALLS_PER_TURN} searches at a time."


def _tool_error(call_id: str | None, name: str | None, message: str) -> ToolMessage:
    return ToolMessage(content=message, tool_call_id=call_id or "", name=name or "unknown", status="error")


def _tool_result(call_id: str | None, outcome: SearchOutcome, passages: Sequence[FoundPassage]) -> ToolMessage:
    """`passages` are all so far: they give the numbers."""
    number_of = {passage.chunk_id: number for number, passage in enumerate(passages, start=1)}
    numbered = [(number_of[passage.chunk_id], passage) for passage in outcome.passages]
    artifact = [
        NumberedPassage(
            number=number,
            text=passage.content,
            source=passage.document_name,
            context=passage.context,
            position=passage.chunk_index,
            tables=passage.tables,
        )
        for number, passage in numbered
    ]
    return ToolMessage(
        content=render_passages(numbered), tool_call_id=call_id or "", name=RAG_SEARCH, artifact=artifact
    )


def _prompt(state: SimpleState) -> list[BaseMessage]:
    return [SystemMessage(SYSTEM), *_past(state), HumanMessage(state["question"]), *state["messages"]]


def _plain_prompt(state: SimpleState) -> list[BaseMessage]:
    numbered = list(enumerate(state["passages"], start=1))
    return [SystemMessage(SYSTEM), *_past(state), HumanMessage(with_passages(state["question"], numbered))]


def _past(state: SimpleState) -> list[BaseMessage]:
    return [
        HumanMessage(past.content) if past.role == "user" else AIMessage(without_markers(past.content))
        for past in state["history"]
    ]


def _count_tokens(message: AIMessage, trace: Trace) -> None:
    if usage := message.usage_metadata:
        trace.add_tokens(input_tokens=usage["input_tokens"], output_tokens=usage["output_tokens"])
