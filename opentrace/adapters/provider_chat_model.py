"""Chat models of providers with wire formats of their own, by LangChain's packages for them: `anthropic:claude-…`.

A key comes from the role's own setting, else from the provider's usual variable.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, NoReturn, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.runnables.base import RunnableBinding

from opentrace.adapters.counted_calls import CountedCalls
from opentrace.adapters.model_providers import (
    PROVIDERS,
    ChatRole,
    Provider,
    check_provider,
    model_names,
    named_by,
    own_endpoint,
)
from opentrace.adapters.openai import openai_chat_models
from opentrace.ports.chat_model import ChatModels, ModelCalls, ModelError, ModelErrorCode, model_provider
from opentrace.settings import Settings

_STATUSES: Mapping[int, tuple[ModelErrorCode, str]] = {
    401: ("model_unauthorized", "{provider} does not accept the API key. Set {key} to a valid one."),
    403: ("model_forbidden", "{provider} does not let this API key use the model {model!r}. Allow it there."),
    404: ("model_not_found", "{provider} has no model {model!r}. Set {named_by} to one that it has."),
    429: ("model_rate_limited", "The model gets too many requests. Ask again in a moment."),
}
_CONTEXT_WORDS = ("context length", "context window", "prompt is too long", "input token count", "too many tokens")


def configured_chat_models(settings: Settings, calls: ModelCalls | None = None) -> ChatModels:
    """The model of each role: of a provider where its name says so, else at its OpenAI-compatible endpoint.

    Raises SettingsError where a provider's package or key is missing.
    """
    of_providers = {
        role: _model(settings, role, name, calls)
        for role, name in model_names(settings).items()
        if model_provider(name)
    }
    models = openai_chat_models(settings, calls)
    return replace(
        models,
        main=of_providers.get("chat", models.main),
        small=of_providers.get("small", models.small),
        vision=of_providers.get("vision", models.vision),
    )


def _model(settings: Settings, role: ChatRole, name: str, calls: ModelCalls | None) -> "ProviderChatModel":
    from langchain.chat_models import init_chat_model

    word = model_provider(name)
    assert word is not None
    model, provider = name.removeprefix(f"{word}:"), PROVIDERS[word]
    check_provider(settings, provider, role=role, name=name)
    own = own_endpoint(settings, role)
    if provider.keys and "api_key" not in own:
        own["api_key"] = next(os.environ[key] for key in provider.keys if os.environ.get(key))
    inner = cast(
        "BaseChatModel",
        init_chat_model(model, model_provider=word, **own, **provider.timeout(settings.model_timeout_s)),
    )
    return ProviderChatModel(
        inner=inner,
        provider=provider,
        model_name=model,
        named_by=named_by(settings, role),
        chunk_timeout_s=settings.model_timeout_s,
        callbacks=[CountedCalls(name, calls)] if calls else None,
    )


class ProviderChatModel(BaseChatModel):
    """A model of LangChain whose failures are `ModelError`s, and which takes what OpenAI's takes."""

    inner: BaseChatModel
    provider: Provider
    model_name: str
    named_by: str
    """The setting that says which model this is."""
    chunk_timeout_s: float
    """Longest wait for the next chunk of a stream."""

    @property
    def _llm_type(self) -> str:
        return f"opentrace-{self.provider.extra}"

    def bind_tools(self, tools: Any, *, tool_choice: Any = None, **kwargs: Any) -> Runnable[Any, Any]:
        """`tool_choice` is "auto", "none" or "required"."""
        if tool_choice == "none" and self.provider.package == "langchain_ollama":
            return self  # it knows no choice, and leaves calls of the past alone
        choice = {"required": "any", "none": self.provider.no_tool}.get(tool_choice, tool_choice)
        bound = self.inner.bind_tools(tools, tool_choice=cast("Any", choice), **kwargs)
        assert isinstance(bound, RunnableBinding)
        return self.bind(**bound.kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("Opentrace asks models asynchronously.")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- nothing is streamed
        **kwargs: Any,
    ) -> ChatResult:
        try:
            async with asyncio.timeout(self.chunk_timeout_s):
                return await self.inner._agenerate(messages, stop, **self._as_provider_takes(kwargs))  # pyright: ignore[reportPrivateUsage] -- what a model of LangChain consists of
        except Exception as error:  # noqa: BLE001 -- each provider's package has exceptions of its own
            self._raise_model_error(error, streamed=False)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- LangChain tells it of what comes out here
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        streamed = False
        stream = self.inner._astream(messages, stop, **self._as_provider_takes(kwargs))  # pyright: ignore[reportPrivateUsage] -- as above
        async with aclosing(cast("AsyncGenerator[ChatGenerationChunk]", stream)) as chunks:
            while True:
                try:
                    async with asyncio.timeout(self.chunk_timeout_s):
                        chunk = await anext(chunks, None)
                except Exception as error:  # noqa: BLE001 -- as above
                    self._raise_model_error(error, streamed=streamed)
                if chunk is None:
                    return
                streamed = True
                yield chunk

    def _as_provider_takes(self, arguments: dict[str, Any]) -> dict[str, Any]:
        wanted = arguments.pop("response_format", None)
        return arguments if wanted is None else {**arguments, **self.provider.form(wanted)}

    def _raise_model_error(self, error: Exception, *, streamed: bool) -> NoReturn:
        raise _model_error(error, of=self, streamed=streamed) from error


def _model_error(error: Exception, *, of: ProviderChatModel, streamed: bool) -> ModelError:
    provider, model = of.provider.name, of.model_name
    status = _status(error)
    if status is not None and status in _STATUSES:
        code, sentence = _STATUSES[status]
        key = of.provider.keys[0] if of.provider.keys else "the key"
        return ModelError(code, sentence.format(provider=provider, model=model, named_by=of.named_by, key=key))
    if status is not None and 400 <= status < 500:
        return _rejected(str(error).lower(), provider=provider, model=model, named_by=of.named_by)
    if status is not None:
        return ModelError("model_failed", f"{provider} failed with status {status}. Ask again in a moment.")
    if streamed:
        return ModelError("model_answer_cut", "The model stopped in the middle of its answer. Ask again.")
    kind = type(error).__name__
    if "Timeout" in kind:
        return ModelError(
            "model_timeout",
            f"The model {model!r} did not answer in time. Ask again, or set OPENTRACE_MODEL_TIMEOUT_S higher.",
        )
    if "Connect" in kind:
        return ModelError("model_unreachable", f"{provider} does not answer. Check its address and the network.")
    return ModelError("model_failed", f"{provider} could not be asked, or its answer not be read. Ask again.")


def _rejected(said: str, *, provider: str, model: str, named_by: str) -> ModelError:
    if any(words in said for words in _CONTEXT_WORDS):
        return ModelError(
            "model_context_exceeded",
            f"Question, history and passages are more than the model {model!r} reads. Start a new chat, "
            "or lower the project's final_context_size.",
        )
    if "tool" in said or "function" in said:
        return ModelError("model_tools_unsupported", f"The model {model!r} cannot call tools.")
    return ModelError(
        "model_rejected_request",
        f"{provider} rejected the request for the model {model!r}. Check that {named_by} names a chat model.",
    )


def _status(error: Exception) -> int | None:
    """The HTTP status, wherever the packages of the providers keep it."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (error, "code"), (response, "status_code")):
        found = getattr(holder, name, None)
        if isinstance(found, int) and found >= 400:
            return found
    return None
