"""The agentic agent: `START → guardrail → follow_up → supervisor ⇄ tools → finish → END`.

The supervisor chooses: the documents (a sub-agent), the web, or both at once. It must call a tool before it answers, so
that every answer has sources or says that it has none. Without a language model, the extractive one supervises: the
documents first, and the web where they say nothing.
"""

from functools import cache

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from opentrace.agents.events import Status
from opentrace.agents.model_turn import Tools, answer, plan
from opentrace.agents.nodes import RunTool, end_answer, finish, follow_up, guardrail, run_tools
from opentrace.agents.prompts import supervisor_prompt
from opentrace.agents.rag_agent import rag_search
from opentrace.agents.state import RECURSION_LIMIT, AgentContext, AgentState, StateUpdate
from opentrace.agents.tool_calls import new_call, query_of, search_tool, wants_tools
from opentrace.agents.web import search_web
from opentrace.ports.chat_model import RAG_SEARCH, SEARCH_WEB

_DOCUMENTS = search_tool(RAG_SEARCH, "Search the user's own documents. Returns numbered passages.")
_WEB = search_tool(SEARCH_WEB, "Search the public web, for what the documents cannot hold. Returns numbered passages.")


@cache
def agentic_graph() -> "CompiledStateGraph[AgentState, AgentContext]":
    """Compiled once; nothing of a question stays in it."""
    graph = StateGraph(AgentState, context_schema=AgentContext)
    graph.add_node("guardrail", guardrail)
    graph.add_node("follow_up", follow_up)
    graph.add_node("supervisor", _supervisor)
    graph.add_node("tools", _tools)
    graph.add_node("finish", finish)
    graph.add_edge(START, "guardrail")
    graph.add_conditional_edges("guardrail", lambda state: END if state["refused"] else "follow_up", [END, "follow_up"])
    graph.add_edge("follow_up", "supervisor")
    graph.add_conditional_edges(
        "supervisor", lambda state: "tools" if wants_tools(state["messages"][-1]) else "finish", ["tools", "finish"]
    )
    graph.add_edge("tools", "supervisor")
    graph.add_edge("finish", END)
    return graph.compile()


async def _supervisor(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    context, emit = runtime.context, runtime.stream_writer
    turn = state["turns"]
    system = supervisor_prompt(context.today, web=context.web is not None)
    if turn == 0:
        emit(Status("planning"))
        return {"messages": [await _plan(state, context, system)], "turns": 1}
    message, is_last = await answer(
        state, context, emit, system=system, tools=_offered(context), must_answer=turn == RECURSION_LIMIT - 1
    )
    if wants_tools(message) and not is_last:
        context.writer.pause(emit)
        return {"messages": [message], "turns": turn + 1}
    end_answer(state, runtime)
    return {"messages": [AIMessage(content=message.text)], "turns": turn + 1}


async def _plan(state: AgentState, context: AgentContext, system: str) -> AIMessage:
    """The first calls. A model that calls nothing usable gets the search of the question in the documents, and where it
    knows no tools, in the web as well: it could not ask for it later."""
    planned = await plan(state, context, system=system, tools=_offered(context))
    calls = [call for call in planned.tool_calls if query_of(call, tuple(_runners(context)))] if planned else []
    if calls:
        return AIMessage(content="", tool_calls=calls)
    tools = [RAG_SEARCH] if planned else list(_runners(context))
    return AIMessage(content="", tool_calls=[new_call(tool, state["standalone"]) for tool in tools])


async def _tools(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    return await run_tools(state, runtime, _runners(runtime.context))


def _offered(context: AgentContext) -> Tools:
    return [_DOCUMENTS, _WEB] if context.web else [_DOCUMENTS]


def _runners(context: AgentContext) -> dict[str, RunTool]:
    return {RAG_SEARCH: rag_search, SEARCH_WEB: search_web} if context.web else {RAG_SEARCH: rag_search}
