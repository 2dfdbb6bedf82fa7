"""The nodes that both agents begin and end with, and the one that runs their tools."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.runtime import Runtime

from opentrace.agents.events import Answered, Done, Grounded, Status, SuggestedNext, TextDelta
from opentrace.agents.follow_up import standalone_question
from opentrace.agents.grounding import ground
from opentrace.agents.guardrail.check import check_question
from opentrace.agents.passages import FoundPassage, SearchOutcome, add_passages
from opentrace.agents.prompts import NOTHING_FOUND
from opentrace.agents.state import AgentContext, AgentState, StateUpdate
from opentrace.agents.suggestions import suggest
from opentrace.agents.tool_calls import MAX_CALLS_PER_TURN, objection, query_of, tool_error, tool_result
from opentrace.agents.trace import Trace
from opentrace.knowledge.instruction_like import find_instructions
from opentrace.ports.chat_model import ModelError
from opentrace.ports.embedder import EmbedderError

MAX_FLAGGED_CHARS = 200

RunTool = Callable[[str, AgentState, Runtime[AgentContext]], Awaitable[SearchOutcome]]


async def guardrail(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    context, emit = runtime.context, runtime.stream_writer
    emit(Status("checking"))
    with context.trace.stage("guardrail") as stage:
        stage["refused_by"] = None
        refusal = await check_question(
            state["question"], checks=context.checks, embedder=context.embedder, small=context.small, account=stage
        )
    if refusal is None:
        return {"refused": False}
    context.trace.notes["refusal"] = {"check": refusal.check, "reason": refusal.reason}
    emit(TextDelta(refusal.message))
    emit(Done("refused"))
    return {"refused": True}


async def follow_up(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    """Make of a question that leans on the chat one that stands alone."""
    context = runtime.context
    if not state["history"]:
        return {"standalone": state["question"]}
    runtime.stream_writer(Status("planning"))
    with context.trace.stage("follow_up") as stage:
        rewritten = await standalone_question(state["question"], state["history"], context.small)
        stage["rewritten_by"] = rewritten.by
    context.trace.notes["standalone_question"] = rewritten.question
    return {"standalone": rewritten.question}


async def run_tools(state: AgentState, runtime: Runtime[AgentContext], tools: Mapping[str, RunTool]) -> StateUpdate:
    """Answer every call of the last message: the searches at once, the rest with what is wrong about it."""
    call_message = state["messages"][-1]
    assert isinstance(call_message, AIMessage)
    names = tuple(tools)
    usable = [(call, query) for call in call_message.tool_calls if (query := query_of(call, names))]
    usable = usable[:MAX_CALLS_PER_TURN]
    outcomes = await asyncio.gather(*(tools[call["name"]](query, state, runtime) for call, query in usable))
    outcome_of = {id(call): outcome for (call, _), outcome in zip(usable, outcomes, strict=True)}
    passages = state["passages"]
    results: list[AnyMessage] = []
    for call in call_message.tool_calls:
        outcome = outcome_of.get(id(call))
        if outcome is None:
            results.append(tool_error(call["id"], call["name"], objection(call, names)))
            continue
        passages = add_passages(passages, outcome.passages)
        _note_instructions(passages, outcome.passages, runtime.context.trace)
        results.append(tool_result(call, outcome, passages))
    results.extend(
        tool_error(broken["id"], broken["name"], "The arguments are no valid JSON object.")
        for broken in call_message.invalid_tool_calls
    )
    runtime.context.writer.passages = passages
    return {"messages": results, "passages": passages}


def _note_instructions(known: Sequence[FoundPassage], found: Sequence[FoundPassage], trace: Trace) -> None:
    """Flag in the trace what speaks to a language model; it stays in the prompt, delimited as data."""
    number_of = {passage.key: number for number, passage in enumerate(known, start=1)}
    noted = {flagged["number"] for flagged in trace.flagged_passages}
    for passage in found:
        number = number_of[passage.key]
        places = find_instructions(passage.content) if number not in noted else []
        if places:
            trace.flagged_passages.append(
                {
                    "number": number,
                    "chunk_id": str(passage.chunk_id) if passage.chunk_id else None,
                    "source": passage.document_name,
                    "url": passage.url,
                    "places": [
                        {"kind": place.kind, "text": passage.content[place.start : place.end][:MAX_FLAGGED_CHARS]}
                        for place in places
                    ],
                }
            )


async def search_documents(query: str, state: AgentState, runtime: Runtime[AgentContext]) -> SearchOutcome:
    context = runtime.context
    runtime.stream_writer(Status("searching", query))
    with context.trace.stage("search", query=query) as stage:
        outcome = await context.search(query)
        stage["found"] = len(outcome.passages)
    origin = "question" if query == state["question"] else "model"
    if origin == "model" and query == state["standalone"]:
        origin = "follow_up"
    context.trace.searches.append({"query": query, "origin": origin, **outcome.trace})
    return outcome


def end_answer(state: AgentState, runtime: Runtime[AgentContext]) -> None:
    """Release what is held back. An answer without a word says that the documents do not say. Raises ModelError."""
    writer, emit = runtime.context.writer, runtime.stream_writer
    writer.finish(emit)
    if not writer.written:
        if state["passages"]:
            raise ModelError("model_answer_empty", "The model gave an empty answer. Ask again, or in other words.")
        emit(TextDelta(NOTHING_FOUND))


async def finish(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    """Say how the answer compares with its sources, and what could be asked next. The answer is whole already."""
    context, emit = runtime.context, runtime.stream_writer
    emit(Answered())
    cited = context.writer.cited_passages()
    if cited:
        answer = context.writer.text()
        with context.trace.stage("grounding") as stage:
            try:
                sentences = await ground(answer, cited, question=state["standalone"], embedder=context.embedder)
            except EmbedderError as error:
                stage["failed"] = str(error)
                sentences = []
            stage["sentences"] = len(sentences)
            stage["unsupported"] = sum(not sentence.supported for sentence in sentences)
        emit(Grounded(sentences))
        with context.trace.stage("suggestions"):
            suggested = await suggest(state["standalone"], answer, list(cited.values()), context.small)
        emit(SuggestedNext(suggested.questions, suggested.title))
    emit(Done("completed"))
    return {}
