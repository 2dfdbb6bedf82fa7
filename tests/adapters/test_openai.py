"""Chat models over the OpenAI wire, against a scripted server on loopback."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from opentrace.adapters.openai import openai_chat_models
from opentrace.ports.chat_model import ChatModels, ModelError
from opentrace.settings import Settings
from tests.openai_server import Failure, OpenAiServer, Silence, Text, ToolCalls


@pytest.fixture
def server(openai_server: OpenAiServer) -> OpenAiServer:
    return openai_server


@pytest.fixture
async def models(server: OpenAiServer) -> AsyncGenerator[ChatModels]:
    async with models_at(server.url) as models:
        yield models


@asynccontextmanager
async def models_at(url: str, **settings: Any) -> AsyncGenerator[ChatModels]:
    values: dict[str, Any] = {"_env_file": None, "openai_base_url": url, "chat_model": "scripted", **settings}
    models = openai_chat_models(Settings(**values))
    yield models
    await models.close()


async def streamed(models: ChatModels) -> str:
    return "".join([chunk.text async for chunk in models.main.astream("question")])


async def failure_of(models: ChatModels) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await streamed(models)
    return caught.value


async def test_words_are_streamed_as_they_come(server: OpenAiServer, models: ChatModels) -> None:
    server.replies = [Text("one two three")]
    chunks = [chunk async for chunk in models.main.astream("question")]
    assert [chunk.text for chunk in chunks if chunk.text] == ["one", " two", " three"]
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usage[0]["input_tokens"] == 120
    assert usage[0]["output_tokens"] == 30


async def test_a_whole_answer_needs_no_stream(server: OpenAiServer, models: ChatModels) -> None:
    server.replies = [ToolCalls(("rag_search", '{"query": "x"}'))]
    message = await models.main.ainvoke("question")
    assert message.tool_calls[0]["args"] == {"query": "x"}


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (Failure(401), "model_unauthorized", "OPENTRACE_OPENAI_API_KEY"),
        (Failure(403), "model_forbidden", "OPENTRACE_CHAT_MODEL"),
        (Failure(404), "model_not_found", "'scripted'"),
        (Failure(429, headers={"retry-after": "40"}), "model_rate_limited", "40 seconds"),
        (Failure(429, {"code": "insufficient_quota"}), "model_quota_exceeded", "credit"),
        (Failure(400, {"code": "context_length_exceeded"}), "model_context_exceeded", "new chat"),
        (Failure(400, {"message": "maximum context length is 4096"}), "model_context_exceeded", "new chat"),
        (Failure(400, {"message": "this model does not support tools"}), "model_tools_unsupported", "tools"),
        (Failure(400, {"message": "bad temperature"}), "model_rejected_request", "OPENTRACE_CHAT_MODEL"),
    ],
)
async def test_a_failure_says_what_to_do(
    server: OpenAiServer, models: ChatModels, failure: Failure, code: str, says: str
) -> None:
    server.replies = [failure]
    error = await failure_of(models)
    assert error.model_code == code
    assert says in error.detail
    assert error.__cause__ is not None
    assert len(server.requests) == 1


async def test_the_wait_that_a_server_asks_for_is_told(server: OpenAiServer, models: ChatModels) -> None:
    server.replies = [Failure(429, headers={"retry-after": "40"})]
    error = await failure_of(models)
    assert error.retry_after_s == 40


async def test_a_short_wait_is_waited_for(server: OpenAiServer, models: ChatModels) -> None:
    server.replies = [Failure(429, headers={"retry-after": "0.05"}), Failure(503), Text("fine")]
    assert await streamed(models) == "fine"
    assert len(server.requests) == 3


async def test_a_server_that_keeps_failing_is_left_after_three_tries(server: OpenAiServer, models: ChatModels) -> None:
    error = await failure_of(models)
    assert error.model_code == "model_failed"
    assert "500" in error.detail
    assert len(server.requests) == 3


@pytest.mark.parametrize("clean_cut", [True, False])
async def test_a_cut_stream_is_a_failure_and_is_not_begun_again(
    server: OpenAiServer, models: ChatModels, clean_cut: bool
) -> None:
    server.replies = [Text("one two three", cut_after=2, clean_cut=clean_cut), Text("never asked for")]
    words: list[str] = []

    async def read() -> None:
        async for chunk in models.main.astream("question"):
            words.append(chunk.text)  # noqa: PERF401 -- what came before the failure is kept

    with pytest.raises(ModelError) as caught:
        await read()
    assert caught.value.model_code == "model_answer_cut"
    assert "".join(words) == "one two"
    assert len(server.requests) == 1


async def test_a_silent_model_times_out(server: OpenAiServer) -> None:
    server.replies = [Silence()]
    async with models_at(server.url, model_timeout_s=0.2) as models:
        error = await failure_of(models)
    assert error.model_code == "model_timeout"
    assert "OPENTRACE_MODEL_TIMEOUT_S" in error.detail


async def test_comments_that_keep_a_stream_alive_are_no_answer(server: OpenAiServer) -> None:
    server.replies = [Silence(comments=True)]
    async with models_at(server.url, model_timeout_s=0.5) as models:
        error = await failure_of(models)
    assert error.model_code == "model_timeout"


@pytest.mark.parametrize("turns_of_the_loop", range(20))
async def test_leaving_ends_the_call_at_whatever_moment(
    server: OpenAiServer, models: ChatModels, turns_of_the_loop: int
) -> None:
    """Among them the moment in which the first chunk arrives."""
    server.replies = [Silence()]
    reading = asyncio.create_task(streamed(models))
    async with asyncio.timeout(60):
        while not server.requests:  # noqa: ASYNC110 -- a condition with a deadline
            await asyncio.sleep(0)
        for _ in range(turns_of_the_loop):
            await asyncio.sleep(0)
        reading.cancel()
        await server.seen_leaving.wait()
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_nobody_listening_is_told_without_password(server: OpenAiServer, models: ChatModels) -> None:
    async with models_at("http://me:secret@127.0.0.1:9/v1") as models:
        error = await failure_of(models)
    assert error.model_code == "model_unreachable"
    assert "http://127.0.0.1:9/v1" in error.detail
    assert "secret" not in error.detail
