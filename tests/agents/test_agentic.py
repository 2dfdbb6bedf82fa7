"""The agentic agent: a supervisor that searches documents, the web, or both; scripted, on loopback."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest

from opentrace.adapters.local.extractive_chat_model import ExtractiveChatModel
from opentrace.adapters.openai import openai_chat_models
from opentrace.agents.state import RECURSION_LIMIT
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.embedder import Embedder
from opentrace.ports.web_search import WebResult
from opentrace.settings import Settings
from tests.agents.asking import Asked, Library, ask, passage
from tests.openai_server import Failure, OpenAiServer, Text, ToolCalls
from tests.web_engines import Engine, running_engine

HEIGHT = passage("The tower is 324 metres tall.", page=3)
COLOUR = passage("The tower was painted brown.", page=4)
WEB_PAGE = WebResult("https://example.org/tower", "The tower today", "The tower was repainted in gold in 2024.")
HARMLESS = Text('{"is_toxic": false, "is_prompt_injection": false, "contains_pii": false, "reason": "A question."}')


@pytest.fixture
async def models(openai_server: OpenAiServer) -> AsyncGenerator[ChatModels]:
    values: dict[str, Any] = {"_env_file": None, "openai_base_url": openai_server.url, "chat_model": "scripted"}
    models = openai_chat_models(Settings(**values))
    openai_server.small_replies["InputGuardrailCheck"] = HARMLESS
    yield models
    await models.close()


@pytest.fixture
async def engine() -> AsyncGenerator[Engine]:
    async with running_engine() as engine:
        engine.results = [WEB_PAGE]
        yield engine


@pytest.fixture
def library() -> Library:
    return Library([HEIGHT, COLOUR])


class Asker:
    def __init__(self, models: ChatModels, embedder: Embedder, library: Library, engine: Engine) -> None:
        self.models, self.embedder, self.library, self.engine = models, embedder, library, engine

    async def __call__(self, question: str = "What colour is the tower?", *, web: bool = True) -> Asked:
        return await ask(
            question,
            models=self.models,
            embedder=self.embedder,
            library=self.library,
            agent_type="agentic",
            web=self.engine.duckduckgo() if web else None,
        )


@pytest.fixture
def agent(models: ChatModels, minilm: Embedder, library: Library, engine: Engine) -> Asker:
    return Asker(models, minilm, library, engine)


async def test_the_supervisor_searches_documents_and_web_at_once(
    agent: Asker, library: Library, engine: Engine, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [
        ToolCalls(("rag_search", '{"query": "tower painted"}'), ("search_web", '{"query": "tower colour 2024"}')),
        Text("Brown [2], and gold since 2024 [3]."),
    ]
    asked = await agent()
    assert asked.text == "Brown [1], and gold since 2024 [2]."
    assert library.queries == ["tower painted"]
    assert engine.queries == ["tower colour 2024"]
    document, page = asked.citations
    assert (document.chunk_id, document.url) == (COLOUR.chunk_id, None)
    assert (page.chunk_id, page.document_id, page.url) == (None, None, WEB_PAGE.url)
    assert (page.document_name, page.content) == (WEB_PAGE.title, WEB_PAGE.text)
    assert asked.stages == ["checking", "planning", "searching", "searching", "answering"]
    [searched] = asked.trace.web_searches
    assert searched["engine"] == "duckduckgo"
    assert searched["results"][0]["url"] == WEB_PAGE.url
    planning = openai_server.requests[0]
    assert planning["tool_choice"] == "required"
    assert [tool["function"]["name"] for tool in planning["tools"]] == ["rag_search", "search_web"]
    assert datetime.now(UTC).date().isoformat() in planning["messages"][0]["content"]


async def test_what_was_found_before_keeps_its_number(
    agent: Asker, engine: Engine, openai_server: OpenAiServer
) -> None:
    engine.results = [WEB_PAGE, WEB_PAGE]
    again = ToolCalls(("search_web", '{"query": "tower"}'))
    openai_server.replies = [again, again, Text("Gold [1][2].")]
    asked = await agent()
    assert asked.text == "Gold [1]."


async def test_without_web_search_its_tool_is_not_offered(agent: Asker, openai_server: OpenAiServer) -> None:
    openai_server.replies = [
        ToolCalls(("search_web", '{"query": "tower"}')),
        ToolCalls(("search_web", '{"query": "tower"}')),
        Text("Brown [2]."),
    ]
    asked = await agent(web=False)
    assert asked.text == "Brown [1]."
    assert [tool["function"]["name"] for tool in openai_server.requests[0]["tools"]] == ["rag_search"]
    results = [message["content"] for message in openai_server.requests[2]["messages"] if message["role"] == "tool"]
    assert results[-1] == "There is no such tool. What there is: rag_search."


async def test_a_web_search_that_fails_is_told_to_the_model_and_in_the_trace(
    agent: Asker, engine: Engine, openai_server: OpenAiServer
) -> None:
    engine.port = 9
    openai_server.replies = [
        ToolCalls(("rag_search", '{"query": "tower painted"}'), ("search_web", '{"query": "tower"}')),
        Text("Brown [2]."),
    ]
    asked = await agent()
    assert asked.text == "Brown [1]."
    assert "network" in asked.trace.web_searches[0]["failed"]
    results = [message["content"] for message in openai_server.requests[1]["messages"] if message["role"] == "tool"]
    assert "could not be searched" in results[1]


@pytest.mark.parametrize("plan", [Text("No tool."), ToolCalls(("rag_search", "{nonsense")), ToolCalls(("fly", "{}"))])
async def test_a_plan_without_a_usable_call_searches_the_documents(
    agent: Asker, library: Library, openai_server: OpenAiServer, plan: Text | ToolCalls
) -> None:
    openai_server.replies = [plan, Text("Brown [2].")]
    assert (await agent()).text == "Brown [1]."
    assert library.queries == ["What colour is the tower?"]


async def test_a_model_without_tools_gets_both_searches(
    agent: Asker, library: Library, engine: Engine, openai_server: OpenAiServer
) -> None:
    refused = Failure(400, {"message": "this model does not support tools"})
    openai_server.replies = [refused, refused, Text("Gold [3].")]
    assert (await agent()).text == "Gold [1]."
    assert library.queries == engine.queries == ["What colour is the tower?"]
    assert "tools" not in openai_server.requests[-1]


async def test_the_sub_agent_searches_again_where_the_small_model_sees_a_better_query(
    agent: Asker, library: Library, openai_server: OpenAiServer
) -> None:
    openai_server.small_replies["RagVerdict"] = Text('{"enough": false, "better_query": "tower painted"}')
    openai_server.replies = [ToolCalls(("rag_search", '{"query": "metres"}')), Text("Brown [2].")]
    asked = await agent()
    assert library.queries == ["metres", "tower painted"]
    assert asked.text == "Brown [1]."


async def test_a_supervisor_that_only_searches_must_answer_at_last(agent: Asker, openai_server: OpenAiServer) -> None:
    again = ToolCalls(("rag_search", '{"query": "tower"}'))
    openai_server.replies = [*[again] * (RECURSION_LIMIT - 1), Text("Brown [2].")]
    assert (await agent()).text == "Brown [1]."
    assert openai_server.requests[-1]["tool_choice"] == "none"


@pytest.fixture
def keyless(minilm: Embedder, library: Library, engine: Engine) -> Asker:
    models = ChatModels(main=ExtractiveChatModel(embedder=minilm), name="extractive", extractive=True)
    return Asker(models, minilm, library, engine)


async def test_without_a_model_the_documents_are_quoted_first(keyless: Asker, engine: Engine) -> None:
    asked = await keyless("How tall is the tower?")
    assert asked.text == "The tower is 324 metres tall. [1]"
    assert engine.queries == []


async def test_without_a_model_the_web_is_quoted_where_the_documents_say_nothing(
    keyless: Asker, engine: Engine
) -> None:
    engine.results = [WebResult("https://example.org/bridge", "The bridge", "The bridge was opened in 1937.")]
    asked = await keyless("When was the bridge opened?")
    assert asked.text == "The bridge was opened in 1937. [1]"
    assert asked.citations[0].url == "https://example.org/bridge"
    assert engine.queries == ["When was the bridge opened?"]
