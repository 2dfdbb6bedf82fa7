"""What Opentrace uses of LangGraph's graphs; its own annotations have generics without arguments."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

START: str
END: str

StateT = TypeVar("StateT")
ContextT = TypeVar("ContextT")

class CompiledStateGraph(Generic[StateT, ContextT]):
    def astream(
        self,
        input: StateT,  # noqa: A002 -- LangGraph's name
        config: RunnableConfig | None = None,
        *,
        context: ContextT,
        stream_mode: Literal["custom", "updates", "values"],
    ) -> AsyncIterator[Any]: ...

class StateGraph(Generic[StateT, ContextT]):
    def __init__(self, state_schema: type[StateT], context_schema: type[ContextT]) -> None: ...
    def add_node(self, node: str, action: Callable[[StateT, Runtime[ContextT]], Awaitable[Any]]) -> object: ...
    def add_edge(self, start_key: str, end_key: str) -> object: ...
    def add_conditional_edges(self, source: str, path: Callable[[StateT], str], path_map: Sequence[str]) -> object: ...
    def compile(self) -> CompiledStateGraph[StateT, ContextT]: ...
