"""Calls of tools: what a model may call, how calls are read, and how they are answered."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, InvalidToolCall, ToolCall, ToolMessage

from opentrace.agents.model_text import storable
from opentrace.agents.passages import FoundPassage, SearchOutcome
from opentrace.agents.prompts import render_passages
from opentrace.ports.chat_model import NumberedPassage

MAX_CALLS_PER_TURN = 4
MAX_QUERY_CHARS = 1000


def search_tool(name: str, description: str) -> dict[str, Any]:
    """A tool whose only argument is `query`."""
    query = {
        "type": "string",
        "description": "What to find, as a question or phrase that can be understood without the chat.",
    }
    parameters = {"type": "object", "properties": {"query": query}, "required": ["query"]}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def new_call(tool: str, query: str) -> ToolCall:
    return ToolCall(name=tool, args={"query": query}, id=f"call_{uuid4().hex[:24]}", type="tool_call")


def storable_call(call: ToolCall) -> ToolCall:
    """The arguments go back to the model's server, which takes UTF-8."""
    return ToolCall(
        name=storable(call["name"]),
        args=json.loads(storable(json.dumps(call["args"], ensure_ascii=False))),
        id=call["id"],
        type="tool_call",
    )


def storable_invalid_call(call: InvalidToolCall) -> InvalidToolCall:
    return {**call, "args": storable(call["args"] or "")}


def wants_tools(message: AnyMessage) -> bool:
    return isinstance(message, AIMessage) and bool(message.tool_calls or message.invalid_tool_calls)


def query_of(call: ToolCall, tools: Sequence[str]) -> str | None:
    """None where the call is of no known tool, or has no usable query."""
    query: object = call["args"].get("query")
    if call["name"] not in tools or not isinstance(query, str):
        return None
    return " ".join(storable(query).split())[:MAX_QUERY_CHARS] or None


def objection(call: ToolCall, tools: Sequence[str]) -> str:
    """What is wrong about a call that was not followed."""
    if call["name"] not in tools:
        return f"There is no such tool. What there is: {', '.join(tools)}."
    if query_of(call, tools) is None:
        return f'{call["name"]} takes {{"query": "some text"}}.'
    return f"At most {MAX_CALLS_PER_TURN} searches at a time."


def tool_error(call_id: str | None, name: str | None, message: str) -> ToolMessage:
    return ToolMessage(content=message, tool_call_id=call_id or "", name=name or "unknown", status="error")


def tool_result(call: ToolCall, outcome: SearchOutcome, passages: Sequence[FoundPassage]) -> ToolMessage:
    """`passages` are all so far: they give the numbers."""
    number_of = {passage.key: number for number, passage in enumerate(passages, start=1)}
    numbered = [(number_of[passage.key], passage) for passage in outcome.passages]
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
    content = outcome.failure or render_passages(numbered)
    return ToolMessage(content=content, tool_call_id=call["id"] or "", name=call["name"], artifact=artifact)
