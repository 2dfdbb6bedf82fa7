"""The embedding model and the scripted chat model that tests share."""

from collections.abc import AsyncGenerator

import pytest

from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.ports.embedder import Embedder
from tests.openai_server import OpenAiServer


@pytest.fixture(scope="session")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """all-MiniLM-L6-v2, one for the session."""
    return MiniLmEmbedder(tmp_path_factory.mktemp("minilm"), threads=1)


@pytest.fixture
async def openai_server() -> AsyncGenerator[OpenAiServer]:
    """A scripted chat model on loopback."""
    async with OpenAiServer.running() as server:
        yield server
