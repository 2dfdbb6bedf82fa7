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
from opentrace.ports.chat_model import CITED_RANGES, RAG_SEARCH, NumberedPassage
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
    """Answers come from the `artifact` of `rag_search` results: a list of `NumberedPassage`.

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
        """Only `rag_search` is ever called."""
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
        question, passages = _read(messages)
        if passages is None and RAG_SEARCH in options.get("tool_names", ()) and options.get("tool_choice") != "none":
            call = ToolCall(name=RAG_SEARCH, args={"query": question}, id=f"call_{uuid4().hex}")
            return self._message("", tool_calls=[call])
        if not passages:
            return self._message(NOTHING_FOUND)
        quotes = await select_quotes(question, passages, self.embedder)
        if not quotes:
            return self._message(NOTHING_RELEVANT)
        ranges = [[quote.number, quote.segment.start, quote.segment.end] for quote in quotes]
        return self._message(compose(quotes), cited_ranges=ranges)

    def _message(
        self, text: str, *, tool_calls: Sequence[ToolCall] = (), cited_ranges: Sequence[list[int]] = ()
    ) -> AIMessage:
        metadata: dict[str, Any] = {"model_name": self.model_name, CITED_RANGES: list(cited_ranges)}
        return AIMessage(content=text, tool_calls=list(tool_calls), response_metadata=metadata, id=f"run-{uuid4().hex}")


def _read(messages: Sequence[BaseMessage]) -> tuple[str, list[NumberedPassage] | None]:
    """The last question, and the passages found for it; None where nothing was searched yet."""
    question = ""
    passages: dict[int, NumberedPassage] | None = None
    for message in messages:
        if isinstance(message, HumanMessage):
            question, passages = message.text, None
        elif isinstance(message, ToolMessage) and message.name == RAG_SEARCH:
            found = cast("Sequence[NumberedPassage]", message.artifact or ())
            passages = {**(passages or {}), **{passage.number: passage for passage in found}}
    return question, None if passages is None else list(passages.values())
