"""What `/metrics` tells of models: calls, tokens, an estimate of their cost."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from opentrace.settings import Settings
from tests.api_fixtures import Serve, client_of
from tests.chat.conftest import Library, stream
from tests.openai_server import USAGE, OpenAiServer, Text

QUESTION = "When was the lighthouse built?"
PRICE = (1.0, 1000.0)


@pytest.fixture
async def priced(
    serve: Serve, settings: Settings, openai_server: OpenAiServer, library: Library
) -> AsyncGenerator[httpx.AsyncClient]:
    """The library's person on a server whose answering model has a price and whose small model has none."""
    values: dict[str, Any] = {
        **settings.model_dump(),
        "_env_file": None,
        "openai_base_url": openai_server.url,
        "chat_model": "scripted",
        "small_model": "small",
        "model_prices": {"scripted": PRICE},
    }
    anonymous = await serve(Settings(**values))
    async with client_of(str(anonymous.base_url), authorization=f"Bearer {library.person.token}") as client:
        yield client


async def counts_of(http: httpx.AsyncClient) -> dict[str, float]:
    lines = (await http.get("/metrics")).text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


async def test_answers_are_counted_with_their_tokens_and_cost(
    priced: httpx.AsyncClient, library: Library, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("It was built in 1874 [1].")]
    await stream(priced, await library.new_chat(), QUESTION)
    whole = await priced.post(f"/api/chats/{await library.new_chat()}/messages", json={"content": QUESTION})
    counts = await counts_of(priced)

    assert whole.json()["message"]["status"] == "failed"
    assert counts['opentrace_model_calls_total{model="scripted",outcome="answered"}'] == 1
    assert counts['opentrace_model_calls_total{model="scripted",outcome="model_failed"}'] == 1
    assert counts['opentrace_model_tokens_total{direction="input",model="scripted"}'] == USAGE["prompt_tokens"]
    assert counts['opentrace_model_tokens_total{direction="output",model="scripted"}'] == USAGE["completion_tokens"]
    cost = (USAGE["prompt_tokens"] * PRICE[0] + USAGE["completion_tokens"] * PRICE[1]) / 1_000_000
    assert counts['opentrace_model_cost_usd_total{model="scripted"}'] == pytest.approx(cost)
    assert counts['opentrace_model_calls_total{model="small",outcome="model_not_found"}'] >= 1
    assert 'opentrace_model_cost_usd_total{model="small"}' not in counts


async def test_problems_are_counted_by_their_code(priced: httpx.AsyncClient) -> None:
    await priced.get("/api/projects/7d444840-9dc0-11d1-b245-5ffdce74fad2")
    await priced.get("/api/projects/no-id")
    await priced.post("/api/projects", json={"name": ""})
    counts = await counts_of(priced)

    assert counts['opentrace_errors_total{code="project_not_found"}'] == 2
    assert counts['opentrace_errors_total{code="validation_failed"}'] == 1
