"""The chat model of an installation without a language model: it quotes the sentences that answer.

It follows the protocol of a tool-calling model, so the agents drive it like any other: asked a question, it calls
`rag_search`; given the results, it answers with quotations. It invents nothing, since it writes nothing of its own.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, SkipValidation

from opentrace.adapters.local.extractive_answer import compose, select_quotes
from opentrace.ports.chat_model import CITED_RANGES, RAG_SEARCH, SEARCH_WEB, NumberedPassage
from opentrace.ports.embedder import Embedder

NOTHING_FOUND = (
    "The documents do not say: nothing was found in them that matches this question. "
    "Try other words, or add a document that answers it."
)
NOTHING_RELEVANT = (
    "The documents do not seem to say. The closest passages are about something else. "
    "Try other words, or add a document that answers it."
)

_WORD_AND_SPACE = re.compile(r"\s*\S+\s*")


class ExtractiveChatModel(BaseChatModel):
    """Answers come from the `artifact` of `rag_search` and `search_web` results: a list of `NumberedPassage`.

    The characters that were quoted travel as `response_metadata[CITED_RANGES]`. Raises EmbedderError.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embedder: SkipValidation[Embedder]
    model_name: str = "extractive"

    @property
    def _llm_type(self) -> str:
        return "extractive"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """`rag_search` is called first; `search_web`, where it is offered, when the documents say nothing."""
        names = [str(convert_to_openai_tool(tool)["function"]["name"]) for tool in tools]
        return self.bind(tool_names=names, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("The extractive model embeds sentences and so is asynchronous: use ainvoke.")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 -- LangChain's signature
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- LangChain's signature
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=await self._reply(messages, kwargs))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 -- LangChain's signature
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Word by word; the first chunk carries the metadata."""
        reply = await self._reply(messages, kwargs)
        message = AIMessageChunk(
            content="", tool_calls=reply.tool_calls, response_metadata=reply.response_metadata, id=reply.id
        )
        yield ChatGenerationChunk(message=message)
        for word in _WORD_AND_SPACE.findall(reply.text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word, id=reply.id))
            if run_manager:
                await run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk

    async def _reply(self, messages: Sequence[BaseMessage], options: dict[str, Any]) -> AIMessage:
        question, passages, searched = _read(messages)
        offered = options.get("tool_names", ()) if options.get("tool_choice") != "none" else ()
        if not searched and RAG_SEARCH in offered:
            return self._call(RAG_SEARCH, question)
        quotes = await select_quotes(question, passages, self.embedder) if passages else []
        if not quotes and SEARCH_WEB in offered and SEARCH_WEB not in searched:
            return self._call(SEARCH_WEB, question)
        if not quotes:
            return self._message(NOTHING_RELEVANT if passages else NOTHING_FOUND)
        ranges = [[quote.number, quote.segment.start, quote.segment.end] for quote in quotes]
        return self._message(compose(quotes), cited_ranges=ranges)

    def _call(self, tool: str, query: str) -> AIMessage:
        return self._message("", tool_calls=[ToolCall(name=tool, args={"query": query}, id=f"call_{uuid4().hex}")])

    def _message(
        self, text: str, *, tool_calls: Sequence[ToolCall] = (), cited_ranges: Sequence[list[int]] = ()
    ) -> AIMessage:
        metadata: dict[str, Any] = {"model_name": self.model_name, CITED_RANGES: list(cited_ranges)}
        return AIMessage(content=text, tool_calls=list(tool_calls), response_metadata=metadata, id=f"run-{uuid4().hex}")


def _read(messages: Sequence[BaseMessage]) -> tuple[str, list[NumberedPassage], frozenset[str]]:
    """The last question, the passages found for it, and the tools that searched for it."""
    question = ""
    passages: dict[int, NumberedPassage] = {}
    searched: set[str] = set()
    for message in messages:
        if isinstance(message, HumanMessage):
            question, passages, searched = message.text, {}, set[str]()
        elif isinstance(message, ToolMessage) and message.name in (RAG_SEARCH, SEARCH_WEB):
            found = cast("Sequence[NumberedPassage]", message.artifact or ())
            passages |= {passage.number: passage for passage in found}
            searched.add(message.name)
    return question, list(passages.values()), frozenset(searched)
