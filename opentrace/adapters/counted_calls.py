"""Tells of the calls of a chat model, whatever vendor it is of: LangChain's own callbacks know when one ends."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from opentrace.ports.chat_model import ModelCalls, ModelError


class CountedCalls(AsyncCallbackHandler):
    """A call that its reader leaves is none: what the model would have reported of it nobody knows."""

    def __init__(self, model: str, calls: ModelCalls) -> None:
        self._model = model
        self._calls = calls

    async def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        input_tokens = output_tokens = 0
        for generations in response.generations:
            for generation in generations:
                message = generation.message if isinstance(generation, ChatGeneration) else None
                if isinstance(message, AIMessage) and message.usage_metadata:
                    input_tokens += message.usage_metadata["input_tokens"]
                    output_tokens += message.usage_metadata["output_tokens"]
        self._calls.answered(self._model, input_tokens=input_tokens, output_tokens=output_tokens)

    async def on_llm_error(self, error: BaseException, **_: Any) -> None:
        if isinstance(error, ModelError):
            self._calls.failed(self._model, error.model_code)
