"""The simple agent: `START → guardrail → follow_up → agent ⇄ rag_search → finish → END`.

It searches before it answers: the first search is always that of the question, made to stand alone where the chat is
longer. What the model calls for after that is its own choice, within the recursion limit.
"""

from functools import cache

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from opentrace.agents.model_turn import answer
from opentrace.agents.nodes import end_answer, finish, follow_up, guardrail, run_tools, search_documents
from opentrace.agents.prompts import SYSTEM
from opentrace.agents.state import RECURSION_LIMIT, AgentContext, AgentState, StateUpdate
from opentrace.agents.tool_calls import new_call, search_tool, wants_tools
from opentrace.ports.chat_model import RAG_SEARCH

TOOLS = [search_tool(RAG_SEARCH, "Search the user's documents. Returns numbered passages.")]


@cache
def simple_graph() -> "CompiledStateGraph[AgentState, AgentContext]":
    """Compiled once; nothing of a question stays in it."""
    graph = StateGraph(AgentState, context_schema=AgentContext)
    graph.add_node("guardrail", guardrail)
    graph.add_node("follow_up", follow_up)
    graph.add_node("agent", _agent)
    graph.add_node(RAG_SEARCH, _rag_search)
    graph.add_node("finish", finish)
    graph.add_edge(START, "guardrail")
    graph.add_conditional_edges("guardrail", lambda state: END if state["refused"] else "follow_up", [END, "follow_up"])
    graph.add_edge("follow_up", "agent")
    graph.add_conditional_edges(
        "agent", lambda state: RAG_SEARCH if wants_tools(state["messages"][-1]) else "finish", [RAG_SEARCH, "finish"]
    )
    graph.add_edge(RAG_SEARCH, "agent")
    graph.add_edge("finish", END)
    return graph.compile()


async def _agent(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    turn = state["turns"]
    if turn == 0:
        search = AIMessage(content="", tool_calls=[new_call(RAG_SEARCH, state["standalone"])])
        return {"messages": [search], "turns": 1}
    context, emit = runtime.context, runtime.stream_writer
    message, is_last = await answer(
        state, context, emit, system=SYSTEM, tools=TOOLS, must_answer=turn == RECURSION_LIMIT - 1
    )
    if wants_tools(message) and not is_last:
        context.writer.pause(emit)
        return {"messages": [message], "turns": turn + 1}
    end_answer(state, runtime)
    return {"messages": [AIMessage(content=message.text)], "turns": turn + 1}


async def _rag_search(state: AgentState, runtime: Runtime[AgentContext]) -> StateUpdate:
    return await run_tools(state, runtime, {RAG_SEARCH: search_documents})
