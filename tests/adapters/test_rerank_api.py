"""What goes to a rerank API, and what is made of its failures."""

from collections.abc import AsyncGenerator

import numpy as np
import pytest
from pydantic import SecretStr

from opentrace.adapters.rerank_api import RerankApi
from opentrace.ports.reranker import RerankerError, RerankPassage, RerankQuestion
from tests.rerank_server import Reply, RerankServer

QUESTION = RerankQuestion("gross margin", np.zeros(2, np.float32))
PASSAGES = [RerankPassage("bread", "Cookbook", 0.1, 0.0), RerankPassage("the gross margin", "", 0.2, 0.0)]


@pytest.fixture
async def server() -> AsyncGenerator[RerankServer]:
    async with RerankServer.running() as server:
        yield server


@pytest.fixture
async def api(server: RerankServer) -> AsyncGenerator[RerankApi]:
    api = RerankApi(server.url, model="rerank-test", api_key=SecretStr("secret"))
    yield api
    await api.close()


async def test_the_request_has_the_form_that_the_apis_share(server: RerankServer, api: RerankApi) -> None:
    scores = await api.rerank(QUESTION, PASSAGES)

    assert server.requests == [
        {
            "model": "rerank-test",
            "query": "gross margin",
            "documents": ["Cookbook\n\nbread", "the gross margin"],
            "top_n": 2,
        }
    ]
    assert server.authorizations == ["Bearer secret"]
    assert scores[1] > scores[0]


async def test_a_short_pause_is_waited_for_and_a_long_one_is_not(server: RerankServer, api: RerankApi) -> None:
    server.replies.append(Reply(429, headers={"retry-after": "0"}))
    assert len(await api.rerank(QUESTION, PASSAGES)) == 2

    server.replies.append(Reply(429, headers={"retry-after": "60"}))
    with pytest.raises(RerankerError, match="rerank_rate_limited"):
        await api.rerank(QUESTION, PASSAGES)

    assert len(server.requests) == 3


async def test_passages_that_the_api_leaves_out_are_below_the_others(server: RerankServer, api: RerankApi) -> None:
    server.replies.append(Reply(body={"results": [{"index": 1, "relevance_score": -3.5}]}))

    scores = await api.rerank(QUESTION, PASSAGES)

    assert scores[0] < scores[1] == -3.5


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(401), "rerank_unauthorized"),
        (Reply(404), "rerank_not_found"),
        (Reply(500), "rerank_failed"),
        (Reply(422), "rerank_failed"),
        (Reply(body={"data": []}), "rerank_unreadable"),
        (Reply(body={"results": []}), "rerank_unreadable"),
        (Reply(body={"results": [{"index": 2, "relevance_score": 1}]}), "rerank_unreadable"),
        (Reply(body={"results": [{"index": 0, "relevance_score": "high"}]}), "rerank_unreadable"),
    ],
)
async def test_a_failure_has_a_code(server: RerankServer, api: RerankApi, reply: Reply, code: str) -> None:
    server.replies.append(reply)

    with pytest.raises(RerankerError, match=code):
        await api.rerank(QUESTION, PASSAGES)


async def test_an_api_that_is_not_there_has_a_code() -> None:
    api = RerankApi("http://127.0.0.1:9/v1", model="rerank-test", api_key=None)

    with pytest.raises(RerankerError, match="rerank_unreachable"):
        await api.rerank(QUESTION, PASSAGES)
    await api.close()
