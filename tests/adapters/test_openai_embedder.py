"""Embeddings over the OpenAI wire, against a loopback server with real vectors."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from opentrace.adapters import openai_embedder
from opentrace.adapters.model_endpoint import model_endpoint
from opentrace.adapters.openai_embedder import OpenAiEmbedder
from opentrace.ports.embedder import Embedder, EmbedderAway, EmbedderError
from opentrace.settings import Settings
from opentrace.wiring import open_services
from tests.contracts.embedder import EmbedderContract
from tests.embeddings_server import EmbeddingsServer
from tests.openai_server import Failure, Silence

MODEL = "text-embedding-3-large"


@pytest.fixture
async def server(minilm: Embedder) -> AsyncGenerator[EmbeddingsServer]:
    async with EmbeddingsServer.running(minilm) as server:
        yield server


@asynccontextmanager
async def embedder_at(url: str, *, model: str = MODEL, **settings: Any) -> AsyncGenerator[OpenAiEmbedder]:
    values: dict[str, Any] = {"_env_file": None, "openai_base_url": url, "embedding_model": model, **settings}
    found = Settings(**values)
    embedder = OpenAiEmbedder(
        model_endpoint(found, "embedding"),
        model=model,
        dimensions=found.embedding_dimensions,
        max_tokens=found.embedding_max_tokens,
        timeout_s=found.model_timeout_s,
    )
    yield embedder
    await embedder.close()


class TestOpenAiEmbedder(EmbedderContract):
    @pytest.fixture
    async def embedder(self, server: EmbeddingsServer) -> AsyncGenerator[OpenAiEmbedder]:
        async with embedder_at(server.url) as embedder:
            yield embedder


class TestAnotherModel(EmbedderContract):
    """Whose dimensions nobody knows beforehand."""

    @pytest.fixture
    async def embedder(self, server: EmbeddingsServer) -> AsyncGenerator[OpenAiEmbedder]:
        server.give_dimensions = 500
        async with embedder_at(server.url, model="nomic-embed-text") as embedder:
            yield embedder


async def test_dimensions_are_asked_for_and_are_part_of_the_name(server: EmbeddingsServer) -> None:
    async with embedder_at(server.url) as large, embedder_at(server.url, embedding_dimensions=256) as short:
        vectors = [await embedder.embed(["one"], purpose="query") for embedder in (large, short)]

    assert [rows.shape for rows in vectors] == [(1, 1536), (1, 256)]
    assert [request["dimensions"] for request in server.requests] == [1536, 256]
    assert (large.model, short.model) == (f"{MODEL}@1536", f"{MODEL}@256")


async def test_a_model_of_another_kind_is_asked_for_what_it_has(server: EmbeddingsServer) -> None:
    server.give_dimensions = 700
    async with embedder_at(server.url, model="bge-m3") as embedder:
        with pytest.raises(EmbedderError):
            _ = embedder.dimensions
        await embedder.embed(["one"], purpose="query")
        known = embedder.dimensions
        server.give_dimensions = 600
        with pytest.raises(EmbedderError, match="OPENTRACE_EMBEDDING_DIMENSIONS"):
            await embedder.embed(["two"], purpose="query")

    assert (known, embedder.model) == (700, "bge-m3")
    assert "dimensions" not in server.requests[0]


async def test_many_texts_go_in_as_few_requests_as_the_limits_allow(
    server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_embedder, "_REQUEST_TOKENS", 96)
    texts = [f"Number {index} " + "word " * 8 for index in range(30)]
    async with embedder_at(server.url) as embedder:
        together = await embedder.embed(texts, purpose="passage")
        sent = [request["input"] for request in server.requests]
        alone = await embedder.embed([texts[17]], purpose="passage")

    assert [text for request in sent for text in request] == texts
    assert all(sum(len(embedder.token_offsets(text)) for text in request) <= 96 for request in sent)
    assert len(sent) == 4
    np.testing.assert_allclose(together[17], alone[0], atol=0.02)


@pytest.mark.parametrize("failure", [Failure(429, headers={"retry-after": "0.05"}), Failure(500), Failure(503)])
async def test_what_may_pass_is_tried_again(server: EmbeddingsServer, failure: Failure) -> None:
    server.failures = [failure, failure]
    async with embedder_at(server.url) as embedder:
        vectors = await embedder.embed(["one"], purpose="passage")

    assert vectors.shape == (1, 1536)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("failures", "tries", "says", "away"),
    [
        ([Failure(500)] * 3, 3, "status 500", True),
        ([Failure(429, headers={"retry-after": "9"})], 1, "too many requests", True),
        ([Failure(429, {"code": "insufficient_quota"})], 1, "credit", False),
        ([Failure(401)], 1, "OPENTRACE_OPENAI_API_KEY", False),
        ([Failure(403)], 1, MODEL, False),
        ([Failure(404)], 1, "OPENTRACE_EMBEDDING_MODEL", False),
        ([Failure(400)], 1, "OPENTRACE_EMBEDDING_MAX_TOKENS", False),
    ],
)
async def test_a_failure_says_what_to_do(
    server: EmbeddingsServer, failures: list[Failure | Silence], tries: int, says: str, away: bool
) -> None:
    server.failures = failures[:]
    async with embedder_at(server.url, openai_api_key=SecretStr("sk-secret")) as embedder:
        with pytest.raises(EmbedderError, match=says) as caught:
            await embedder.embed(["one"], purpose="query")

    assert len(server.requests) == tries
    assert isinstance(caught.value, EmbedderAway) == away
    assert "sk-secret" not in str(caught.value)


async def test_an_endpoint_that_is_away_or_silent_says_so(server: EmbeddingsServer) -> None:
    async with embedder_at("http://127.0.0.1:1/v1") as embedder:
        with pytest.raises(EmbedderAway, match="OPENTRACE_OPENAI_BASE_URL"):
            await embedder.embed(["one"], purpose="query")
    server.failures = [Silence()]
    async with embedder_at(server.url, model_timeout_s=0.3) as embedder:
        with pytest.raises(EmbedderAway, match="in time"):
            await embedder.embed(["one"], purpose="query")


async def test_a_call_that_is_cancelled_ends_at_the_server_too(server: EmbeddingsServer) -> None:
    server.failures = [Silence()]
    async with embedder_at(server.url) as embedder:
        call = asyncio.create_task(embedder.embed(["one"], purpose="passage"))
        async with asyncio.timeout(30):
            while not server.requests:  # noqa: ASYNC110 -- the request is on its way
                await asyncio.sleep(0.01)
            call.cancel()
            await server.seen_leaving.wait()

    assert call.cancelled()


async def test_openai_is_reached_through_a_proxy_for_an_organisation(server: EmbeddingsServer) -> None:
    async with embedder_at(
        "http://api.openai.com/v1",
        openai_proxy=server.url.removesuffix("/v1"),
        openai_organization="org-7",
        openai_api_key=SecretStr("sk-secret"),
    ) as embedder:
        vectors = await embedder.embed(["one", "two"], purpose="passage")

    assert vectors.shape == (2, 1536)
    (headers,) = server.headers
    assert headers["host"] == "api.openai.com"
    assert headers["openai-organization"] == "org-7"
    assert headers["authorization"] == "Bearer sk-secret"
    assert server.requests[0]["encoding_format"] == "base64"


async def test_the_shared_key_goes_to_its_own_host_only(server: EmbeddingsServer) -> None:
    shared: dict[str, Any] = {"openai_api_key": SecretStr("sk-shared"), "openai_organization": "org-7"}
    async with (
        embedder_at(server.url, **shared) as same,
        embedder_at("https://api.example.org/v1", embedding_base_url=server.url, **shared) as other,
        embedder_at(
            "https://api.example.org/v1", embedding_base_url=server.url, embedding_api_key=SecretStr("own"), **shared
        ) as own,
    ):
        for embedder in (same, other, own):
            await embedder.embed(["one"], purpose="query")

    assert [headers["authorization"] for headers in server.headers] == ["Bearer sk-shared", "Bearer none", "Bearer own"]
    assert ["openai-organization" in headers for headers in server.headers] == [True, False, False]


async def test_an_installation_is_wired_with_the_model_that_it_names(
    settings: Settings, server: EmbeddingsServer
) -> None:
    named = settings.model_copy(update={"embedding_model": "bge-m3", "embedding_base_url": server.url})
    async with open_services(named) as services:
        assert (await services.embedder.embed(["one"], purpose="query")).shape == (1, 384)
        assert services.embedder.model == "bge-m3"
