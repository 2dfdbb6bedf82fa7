from collections.abc import AsyncGenerator

import pytest

from opentrace.adapters.local.window_reranker import WindowReranker
from opentrace.adapters.rerank_api import RerankApi
from opentrace.ports.embedder import Embedder
from opentrace.ports.reranker import Reranker
from tests.contracts.reranker import RerankerContract
from tests.rerank_server import RerankServer


class TestWindowReranker(RerankerContract):
    @pytest.fixture
    def reranker(self, minilm: Embedder) -> Reranker:
        return WindowReranker(minilm)


class TestRerankApi(RerankerContract):
    @pytest.fixture
    async def reranker(self) -> AsyncGenerator[Reranker]:
        async with RerankServer.running() as server:
            reranker = RerankApi(server.url, model="rerank-test", api_key=None)
            yield reranker
            await reranker.close()
