"""Models of providers by LangChain's packages: langchain-anthropic against a double of Anthropic's wire format."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from pydantic import BaseModel

from opentrace.adapters.model_providers import check_providers
from opentrace.adapters.openai import OpenAiChatModel
from opentrace.adapters.provider_chat_model import ProviderChatModel, configured_chat_models
from opentrace.entrypoints.model_doctor import examine_answers
from opentrace.ports.chat_model import ModelError
from opentrace.ports.structured_answer import structured_answer
from opentrace.settings import Settings, SettingsError
from tests.anthropic_server import AnthropicServer
from tests.openai_server import Failure, Text, ToolCalls

TOOL = {
    "type": "function",
    "function": {
        "name": "rag_search",
        "description": "Search.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    },
}


class Judgement(BaseModel):
    fine: bool


class Counted:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def answered(self, model: str, *, input_tokens: int, output_tokens: int) -> None:
        self.told.append((model, input_tokens, output_tokens))

    def failed(self, model: str, code: str) -> None:
        self.told.append((model, code))


def settings_of(**values: Any) -> Settings:
    plain: dict[str, Any] = {"openai_api_key": None, "openai_base_url": None, "chat_model": "anthropic:claude-scripted"}
    return Settings(_env_file=None, **plain | values)  # pyright: ignore[reportCallIssue] -- pydantic-settings takes _env_file here


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[AnthropicServer]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "usual-key")
    async with AnthropicServer.running() as server:
        yield server


@pytest.fixture
def settings(server: AnthropicServer) -> Settings:
    return settings_of(chat_base_url=server.url)


async def test_an_answer_is_streamed_and_its_tokens_are_counted(server: AnthropicServer, settings: Settings) -> None:
    server.replies = [Text("Ferries leave at nine.")]
    counted = Counted()

    chunks = [chunk async for chunk in configured_chat_models(settings, counted).main.astream("When?")]

    whole = chunks[0]
    for chunk in chunks[1:]:
        assert isinstance(chunk, AIMessageChunk)
        whole += chunk
    assert sum(bool(chunk.text) for chunk in chunks) == 4
    assert whole.text.strip() == "Ferries leave at nine."
    assert counted.told == [("anthropic:claude-scripted", 11, 7)]
    assert server.requests[0]["model"] == "claude-scripted"
    assert server.keys == ["usual-key"]


@pytest.mark.parametrize(
    ("choice", "sent"), [("auto", {"type": "auto"}), ("required", {"type": "any"}), ("none", {"type": "none"})]
)
async def test_tools_are_called(choice: str, sent: dict[str, str], server: AnthropicServer, settings: Settings) -> None:
    server.replies = [ToolCalls(("rag_search", '{"query": "ferries"}'))]

    message = await configured_chat_models(settings).main.bind_tools([TOOL], tool_choice=choice).ainvoke("When?")

    assert [(call["name"], call["args"]) for call in message.tool_calls] == [("rag_search", {"query": "ferries"})]
    assert server.requests[0]["tool_choice"] == sent


async def test_an_answer_has_the_form_that_is_asked_for(server: AnthropicServer, settings: Settings) -> None:
    server.replies = [Text('{"fine": true}')]
    small = configured_chat_models(settings).small
    assert small is not None

    answer = await structured_answer(small, Judgement, task="Judge.", text="A question.")

    assert answer.value.fine
    assert (answer.input_tokens, answer.output_tokens) == (11, 7)
    assert server.requests[0]["output_config"]["format"]["type"] == "json_schema"


async def test_a_model_that_takes_no_form_is_asked_in_words(server: AnthropicServer, settings: Settings) -> None:
    server.replies = [Failure(400, {"message": "output_config: unknown"}), Text('Here it is: {"fine": false}')]
    small = configured_chat_models(settings).small
    assert small is not None

    answer = await structured_answer(small, Judgement, task="Judge.", text="A question.")

    assert not answer.value.fine
    assert "output_config" not in server.requests[1]


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (Failure(401), "model_unauthorized", "Set ANTHROPIC_API_KEY"),
        (Failure(403), "model_forbidden", "'claude-scripted'"),
        (Failure(404), "model_not_found", "Set OPENTRACE_CHAT_MODEL"),
        (Failure(400, {"message": "prompt is too long: 9 tokens"}), "model_context_exceeded", "final_context_size"),
        (Failure(400, {"message": "tools are not supported"}), "model_tools_unsupported", "cannot call tools"),
        (Failure(400), "model_rejected_request", "OPENTRACE_CHAT_MODEL"),
    ],
)
async def test_a_failure_says_what_to_do(
    failure: Failure, code: str, says: str, server: AnthropicServer, settings: Settings
) -> None:
    server.replies = [failure]
    counted = Counted()

    with pytest.raises(ModelError, match=says) as raised:
        async for _ in configured_chat_models(settings, counted).main.astream("When?"):
            pass

    assert raised.value.model_code == code
    assert counted.told == [("anthropic:claude-scripted", code)]


async def test_what_does_not_answer_is_unreachable(server: AnthropicServer) -> None:
    models = configured_chat_models(settings_of(chat_base_url="http://127.0.0.1:1"))

    with pytest.raises(ModelError) as raised:
        await models.main.ainvoke("When?")

    assert raised.value.model_code == "model_unreachable"


async def test_a_role_may_be_of_another_provider(server: AnthropicServer) -> None:
    settings = settings_of(
        openai_api_key="key",
        chat_model="gpt-4o",
        small_model="anthropic:claude-small",
        small_api_key="own-key",
        small_base_url=server.url,
    )
    server.replies = [Text("yes")]

    models = configured_chat_models(settings)
    assert isinstance(models.main, OpenAiChatModel)
    assert isinstance(models.small, ProviderChatModel)
    await models.small.ainvoke("Fine?")

    assert server.keys == ["own-key"]
    assert models.small_name == "anthropic:claude-small"


async def test_the_doctor_tries_the_model_out(server: AnthropicServer, settings: Settings) -> None:
    server.replies = [ToolCalls(("search", '{"query": "lighthouses"}')), Failure(400), Text("White.")]

    findings = await asyncio.to_thread(examine_answers, settings)

    assert [finding.state for finding in findings] == ["ok", "ok", "ok"]
    assert findings[0].detail == "claude-scripted at Anthropic. It calls tools."
    assert "asked for JSON in words" in findings[1].detail


def test_a_missing_key_stops_the_start_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)

    with pytest.raises(SettingsError, match="ANTHROPIC_API_KEY is not set"):
        check_providers(settings_of())


def test_a_missing_package_stops_the_start_with_its_extra() -> None:
    with pytest.raises(SettingsError, match=r"Install opentrace\[mistral\]"):
        check_providers(settings_of(chat_model="mistralai:mistral-large"))


def test_a_colon_alone_makes_no_provider() -> None:
    check_providers(settings_of(chat_model="llama3.1:8b"))
    assert not settings_of(chat_model="llama3.1:8b").chat_endpoint_set
    assert settings_of().chat_endpoint_set
