"""One turn of the main model: asked with or without tools, and streamed to the reader where it answers."""

from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.messages.ai import add_ai_message_chunks

from opentrace.agents.events import Status
from opentrace.agents.history import PastMessage
from opentrace.agents.markers import without_markers
from opentrace.agents.model_text import storable
from opentrace.agents.prompts import NOTHING_FOUND, with_passages
from opentrace.agents.state import AgentContext, AgentState, Emit
from opentrace.agents.tool_calls import storable_call, storable_invalid_call
from opentrace.agents.trace import Trace
from opentrace.ports.chat_model import CITED_RANGES, ModelError

Tools = list[dict[str, Any]]


async def plan(state: AgentState, context: AgentContext, *, system: str, tools: Tools) -> AIMessage | None:
    """Which tools to call first, as the model sees it; None where it, or its server, knows no tools."""
    model = context.models.main.bind_tools(tools, tool_choice="required")
    with context.trace.stage("model_call", purpose="plan"):
        try:
            message = await model.ainvoke(_prompt(state, context, system))
        except ModelError as error:
            if error.model_code not in ("model_tools_unsupported", "model_rejected_request"):
                raise
            return None
    _count_tokens(message, context.trace)
    return AIMessage(content="", tool_calls=[storable_call(call) for call in message.tool_calls])


async def answer(
    state: AgentState, context: AgentContext, emit: Emit, *, system: str, tools: Tools, must_answer: bool
) -> tuple[AIMessage, bool]:
    """Stream the model's turn, and whether it was its last: an answer, unless it calls for more tools and may."""
    emit(Status("answering"))
    with context.trace.stage("model_call", purpose="answer") as stage:
        try:
            choice = "none" if must_answer else "auto"
            message = await _stream(state, context, emit, system=system, tools=tools, choice=choice)
        except ModelError as error:
            if error.model_code != "model_tools_unsupported":
                raise
            stage["without_tools"] = True
            must_answer = True
            message = await _stream(state, context, emit, system=system, tools=tools, choice=None)
        stage["finish_reason"] = message.response_metadata.get("finish_reason")
    return message, must_answer


async def _stream(
    state: AgentState,
    context: AgentContext,
    emit: Emit,
    *,
    system: str,
    tools: Tools,
    choice: Literal["auto", "none"] | None,
) -> AIMessage:
    """`choice=None` leaves the tools out, and puts the passages into the user's message."""
    writer = context.writer
    model = context.models.main
    bound = model if choice is None else model.bind_tools(tools, tool_choice=choice)
    prompt = _plain_prompt(state, system) if choice is None else _prompt(state, context, system)
    chunks: list[AIMessageChunk] = []
    async for chunk in bound.astream(prompt):
        assert isinstance(chunk, AIMessageChunk)
        writer.quote(chunk.response_metadata.get(CITED_RANGES, ()))
        if chunk.text:
            if not state["passages"] and not context.models.extractive and not writer.written:
                writer.write(f"{NOTHING_FOUND}\n\n", emit)
            writer.write(chunk.text, emit)
        chunks.append(chunk)
    if not chunks:
        return AIMessage(content="")
    # Once at the end: chunk by chunk, all of the text so far would be copied for each word.
    whole = add_ai_message_chunks(*chunks)
    _count_tokens(whole, context.trace)
    return AIMessage(
        content=storable(whole.text),
        tool_calls=[storable_call(call) for call in whole.tool_calls],
        invalid_tool_calls=[storable_invalid_call(call) for call in whole.invalid_tool_calls],
        response_metadata=whole.response_metadata,
    )


def _prompt(state: AgentState, context: AgentContext, system: str) -> list[BaseMessage]:
    # What quotes instead of understanding gets the question that stands alone; a model understands it by the chat.
    question = state["standalone"] if context.models.extractive else state["question"]
    return [SystemMessage(system), *_past(state["history"]), HumanMessage(question), *state["messages"]]


def _plain_prompt(state: AgentState, system: str) -> list[BaseMessage]:
    numbered = list(enumerate(state["passages"], start=1))
    question = HumanMessage(with_passages(state["question"], numbered))
    return [SystemMessage(system), *_past(state["history"]), question]


def _past(history: Sequence[PastMessage]) -> list[BaseMessage]:
    return [
        HumanMessage(past.content) if past.role == "user" else AIMessage(without_markers(past.content))
        for past in history
    ]


def _count_tokens(message: AIMessage, trace: Trace) -> None:
    if usage := message.usage_metadata:
        trace.add_tokens(trace.model, input_tokens=usage["input_tokens"], output_tokens=usage["output_tokens"])
