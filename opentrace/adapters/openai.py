"""Chat models of OpenAI and of every endpoint that speaks its wire format, by langchain-openai."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Literal, NoReturn, Self, cast

import httpx2
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr, model_validator

from opentrace.adapters.counted_calls import CountedCalls
from opentrace.adapters.model_endpoint import ModelEndpoint, model_endpoint
from opentrace.adapters.openai_retries import retry_after_s, retry_wait_s
from opentrace.ports.chat_model import ChatModels, ModelCalls, ModelError
from opentrace.settings import Settings

RETRIES = 2
LONGEST_RETRY_WAIT_S = 5.0
"""A person is waiting: what asks for more patience than this fails with its `Retry-After` instead."""

_PATH = "/chat/completions"
_CONTEXT_CODES = ("context_length_exceeded", "exceed_context_size_error")
_CONTEXT_WORDS = ("context length", "context size", "context window", "maximum context", "prompt is too long")


def openai_chat_models(settings: Settings, calls: ModelCalls | None = None) -> ChatModels:
    """The models that the settings name, each at the endpoint of its role. `calls` is told of their calls."""
    clients: dict[ModelEndpoint, httpx2.AsyncClient] = {}

    def model(role: Literal["chat", "small", "vision"], name: str, *, named_by: str) -> OpenAiChatModel:
        endpoint = model_endpoint(settings, role)
        if endpoint not in clients:
            clients[endpoint] = endpoint.http_client(timeout_s=settings.model_timeout_s)
        return OpenAiChatModel(
            model=name,
            # Local servers want no key, but the client wants something to send.
            api_key=SecretStr(endpoint.api_key or "none"),
            base_url=endpoint.base_url,
            organization=endpoint.organization,
            timeout=clients[endpoint].timeout,
            http_async_client=clients[endpoint],
            chunk_timeout_s=settings.model_timeout_s,
            named_by=named_by,
            endpoint=endpoint,
            stream_chunk_timeout=None,
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
            callbacks=[CountedCalls(name, calls)] if calls else None,
        )

    async def close() -> None:
        for client in clients.values():
            await client.aclose()

    small, vision = settings.small_model_name, settings.vision_model_name
    return ChatModels(
        main=model("chat", settings.chat_model, named_by="OPENTRACE_CHAT_MODEL"),
        name=settings.chat_model,
        extractive=False,
        small=model("small", small, named_by="OPENTRACE_SMALL_MODEL"),
        small_name=small,
        vision=model("vision", vision, named_by="OPENTRACE_VISION_MODEL"),
        vision_name=vision,
        close=close,
    )


class PlainCompletions:
    """`chat.completions` of the client without its classes: bodies go, and answers come, as they are on the wire.

    The client would otherwise check each part of a body against its types, and make an object of each piece of a
    stream, which langchain-openai makes a dictionary again: a fifth of a server's time under load.
    """

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client

    async def create(self, *, stream: bool = False, **body: Any) -> Any:
        """A dictionary, or a stream of them. Raises openai.OpenAIError."""
        if stream:
            return await self._client.post(
                _PATH,
                cast_to=object,
                body={**body, "stream": True},
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
        return await self._client.post(_PATH, cast_to=object, body=body)


class OpenAiChatModel(ChatOpenAI):
    """ChatOpenAI whose failures are `ModelError`s. What may help is tried again while nothing has been streamed.

    ChatOpenAI's own `stream_chunk_timeout` must stay off: it rests on `asyncio.wait_for`, which in Python 3.11 loses a
    cancellation that comes together with a chunk (python/cpython#86296), and the call then outlives its reader.
    """

    chunk_timeout_s: float
    """Longest wait for the next chunk of a stream. Unlike the client's read timeout, comments that keep the connection
    alive do not count."""
    named_by: str
    """The setting that says which model this is."""
    endpoint: ModelEndpoint

    @model_validator(mode="after")
    def send_as_on_the_wire(self) -> Self:
        self.async_client = PlainCompletions(self.root_async_client)
        return self

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 -- nothing is streamed
        **kwargs: Any,
    ) -> ChatResult:
        attempt = 0
        body = cast("dict[str, Any]", self._get_request_payload(messages, stop=stop, **kwargs))  # pyright: ignore[reportUnknownMemberType] -- langchain-openai types it as dict
        body.pop("stream", None)
        while True:
            try:
                return self._create_chat_result(await self.async_client.create(**body))  # pyright: ignore[reportUnknownMemberType] -- as above
            except (openai.OpenAIError, httpx2.TransportError, TimeoutError) as error:
                await self._wait_or_raise(error, attempt=attempt, streamed=False)
            attempt += 1

    async def _astream(  # pyright: ignore[reportIncompatibleMethodOverride] -- as ChatOpenAI itself overrides it
        self, *args: Any, run_manager: AsyncCallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        del run_manager  # nobody wants to be called for each word besides getting it
        attempt = 0
        streamed = False
        while True:
            try:
                finished = False
                async with aclosing(
                    cast("AsyncGenerator[ChatGenerationChunk]", super()._astream(*args, **kwargs))
                ) as chunks:
                    while True:
                        async with asyncio.timeout(self.chunk_timeout_s):
                            chunk = await anext(chunks, None)
                        if chunk is None:
                            break
                        streamed = True
                        finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                        yield chunk
            except (openai.OpenAIError, httpx2.TransportError, TimeoutError) as error:
                await self._wait_or_raise(error, attempt=attempt, streamed=streamed)
            else:
                if not finished:
                    raise _answer_cut()
                return
            attempt += 1

    async def _wait_or_raise(self, error: Exception, *, attempt: int, streamed: bool) -> None:
        """Return when it is time to try again; else raise the ModelError."""
        wait_s = retry_wait_s(error, attempt=attempt)
        if streamed or attempt >= RETRIES or wait_s is None or wait_s > LONGEST_RETRY_WAIT_S:
            self._raise_model_error(error, streamed=streamed)
        await asyncio.sleep(wait_s)

    def _raise_model_error(self, error: Exception, *, streamed: bool) -> NoReturn:
        raise _model_error(
            error, model=self.model_name, named_by=self.named_by, endpoint=self.endpoint, streamed=streamed
        ) from error


def _model_error(error: Exception, *, model: str, named_by: str, endpoint: ModelEndpoint, streamed: bool) -> ModelError:
    at = endpoint.shown
    match error:
        case openai.AuthenticationError():
            return ModelError(
                "model_unauthorized",
                f"{at} does not accept the API key. Set {endpoint.api_key_variable} to a valid one.",
            )
        case openai.PermissionDeniedError():
            return ModelError(
                "model_forbidden",
                f"{at} does not let this API key use the model {model!r}. "
                f"Allow it there, or set {named_by} to another model.",
            )
        case openai.NotFoundError():
            return ModelError(
                "model_not_found",
                f"{at} has no model {model!r}. Set {named_by} to one that it has, "
                f"or correct {endpoint.base_url_variable}.",
            )
        case openai.RateLimitError() if error.code == "insufficient_quota":
            return ModelError(
                "model_quota_exceeded",
                f"The account at {at} has used up its quota. Add credit there, or use another endpoint.",
            )
        case openai.RateLimitError():
            wait_s = retry_after_s(error)
            when = f"in {wait_s:.0f} seconds" if wait_s else "in a moment"
            return ModelError(
                "model_rate_limited", f"The model gets too many requests. Ask again {when}.", retry_after_s=wait_s
            )
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return _bad_request(error, model=model, named_by=named_by, at=at)
        case openai.APITimeoutError() | TimeoutError() | httpx2.TimeoutException():
            return ModelError(
                "model_timeout",
                f"The model {model!r} did not answer in time. Ask again, or set OPENTRACE_MODEL_TIMEOUT_S higher.",
            )
        case openai.APIConnectionError() | httpx2.TransportError() if streamed:
            return _answer_cut()
        case openai.APIConnectionError() | httpx2.TransportError():
            return ModelError(
                "model_unreachable",
                f"Nothing answers at {at}. Start the model server, or correct {endpoint.base_url_variable}.",
            )
        case openai.APIStatusError():
            return ModelError("model_failed", f"{at} failed with status {error.status_code}. Ask again in a moment.")
        case _:
            return ModelError("model_failed", f"{at} sent an answer that could not be read. Ask again.")


def _bad_request(error: openai.APIStatusError, *, model: str, named_by: str, at: str) -> ModelError:
    said = error.message.lower()
    if error.code in _CONTEXT_CODES or any(words in said for words in _CONTEXT_WORDS):
        return ModelError(
            "model_context_exceeded",
            f"Question, history and passages are more than the model {model!r} reads. Start a new chat, "
            "or lower the project's final_context_size.",
        )
    if "tool" in said or "function" in said:
        return ModelError("model_tools_unsupported", f"The model {model!r} cannot call tools.")
    return ModelError(
        "model_rejected_request",
        f"{at} rejected the request for the model {model!r}. Check that {named_by} names a chat model.",
    )


def _answer_cut() -> ModelError:
    return ModelError("model_answer_cut", "The model stopped in the middle of its answer. Ask again.")
