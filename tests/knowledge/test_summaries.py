"""Tables and pictures described by a chat model behind the OpenAI wire format."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from opentrace.adapters.openai import openai_chat_models
from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.ingestion.summarise import describe_chunks
from opentrace.knowledge.ingestion.summary_cache import SummaryCache
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.document_parser import ElementImage
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Person, SignUp
from tests.knowledge.uploading import add_document, create_project, read_document
from tests.openai_server import Failure, OpenAiServer, Text

TABLE = "# Sales\n\n| Region | Bicycles |\n|---|---|\n| North | 12,345 |\n| South | 678 |\n"
OTHER = "\n\n# Costs\n\n| Item | Euro |\n|---|---|\n| Rent | 900 |\n"
PICTURE = ElementImage("image/png", b"\x89PNG\r\n\x1a\n and what follows", 64, 48)
REJECTED = Failure(400, {"message": "image input is not supported"})


@pytest.fixture
def with_model(settings: Settings, openai_server: OpenAiServer) -> Settings:
    return settings.model_copy(update={"openai_base_url": openai_server.url, "summary_concurrency": 1})


@pytest.fixture
async def models(with_model: Settings) -> AsyncGenerator[ChatModels]:
    models = openai_chat_models(with_model)
    yield models
    await models.close()


def unheard(_done: int, _total: int) -> None:
    """Nobody is told of the progress."""


def worker(services: Services, settings: Settings, models: ChatModels) -> Ingestion:
    return Ingestion(replace(services, settings=settings, chat_models=lambda: models))


async def read(ingestion: Ingestion, person: Person, project_id: str, data: str) -> tuple[dict[str, Any], list[Any]]:
    document = await add_document(person, project_id, data.encode())
    await ingestion.ingest(UUID(document["id"]))
    chunks = (await person.http.get(f"/api/documents/{document['id']}/chunks")).json()["items"]
    return await read_document(person, document["id"]), chunks


async def test_a_table_is_searched_by_its_description_and_shown_as_it_is(
    services: Services, with_model: Settings, models: ChatModels, openai_server: OpenAiServer, sign_up: SignUp
) -> None:
    ada = await sign_up()
    openai_server.replies.append(Text("Two-wheelers sold in each part of the country."))

    document, chunks = await read(worker(services, with_model, models), ada, await create_project(ada), TABLE)

    (chunk,) = chunks
    assert chunk["content"].endswith("\n\nTwo-wheelers sold in each part of the country.")
    assert "12,345" in chunk["content"]
    assert "Two-wheelers" not in chunk["original_content"]["text"]
    assert document["stage_details"]["summarising"]["described"] == 1
    (body,) = openai_server.requests
    asked = body["messages"][1]["content"][0]["text"]
    assert asked.startswith("<passage>")
    assert "12,345" in asked


async def test_the_same_table_is_described_once_in_a_project(
    services: Services, with_model: Settings, models: ChatModels, openai_server: OpenAiServer, sign_up: SignUp
) -> None:
    ada = await sign_up()
    project_id, ingestion = await create_project(ada), worker(services, with_model, models)
    openai_server.replies.append(Text("Bicycles by region."))

    await read(ingestion, ada, project_id, TABLE)
    _, chunks = await read(ingestion, ada, project_id, TABLE)

    assert chunks[0]["content"].endswith("Bicycles by region.")
    assert len(openai_server.requests) == 1


async def test_what_the_model_cannot_describe_is_searched_by_its_own_text(
    services: Services, with_model: Settings, models: ChatModels, openai_server: OpenAiServer, sign_up: SignUp
) -> None:
    ada = await sign_up()
    openai_server.replies += [Failure(401), Text("Costs of the shop.")]

    document, chunks = await read(worker(services, with_model, models), ada, await create_project(ada), TABLE + OTHER)

    assert document["status"] == "completed"
    assert [chunk["content"].endswith("Costs of the shop.") for chunk in chunks] == [False, True]
    (finding,) = document["stage_details"]["health"]["findings"]
    assert (finding["code"], finding["count"]) == ("summaries_failed", 1)
    assert "OPENTRACE_OPENAI_API_KEY" in finding["message"]


async def test_no_more_passages_than_allowed_are_described(
    services: Services, with_model: Settings, models: ChatModels, openai_server: OpenAiServer, sign_up: SignUp
) -> None:
    ada = await sign_up()
    openai_server.replies.append(Text("Bicycles by region."))
    capped = with_model.model_copy(update={"summary_max_chunks": 1})

    document, _ = await read(worker(services, capped, models), ada, await create_project(ada), TABLE + OTHER)

    assert len(openai_server.requests) == 1
    (finding,) = document["stage_details"]["health"]["findings"]
    assert (finding["code"], finding["count"], finding["severity"]) == ("summaries_left_out", 1, "info")


class TestPictures:
    @pytest.fixture
    async def cache(self, services: Services, sign_up: SignUp) -> SummaryCache:
        ada = await sign_up()
        project_id = UUID(await create_project(ada))
        return SummaryCache(services.database, ada.principal, project_id=project_id, model="test")

    async def test_a_picture_goes_along_and_identical_ones_are_looked_at_once(
        self, cache: SummaryCache, models: ChatModels, openai_server: OpenAiServer
    ) -> None:
        openai_server.replies.append(Text("A bridge at night."))
        chunk = Chunk(content="Figure 1", text="Figure 1", images=(PICTURE,))
        seen: list[tuple[int, int]] = []

        described = await describe_chunks(
            [chunk, Chunk(content="Words", text="Words"), chunk],
            models=models,
            cache=cache,
            most=10,
            concurrency=2,
            on_progress=lambda done, total: seen.append((done, total)),
        )

        contents = ["Figure 1\n\nA bridge at night.", "Words", "Figure 1\n\nA bridge at night."]
        assert [each.content for each in described.chunks] == contents
        assert seen == [(0, 2), (2, 2)]
        (body,) = openai_server.requests
        assert body["messages"][1]["content"][1]["image_url"]["url"].startswith("data:image/png;base64,iVBOR")

    async def test_a_model_that_takes_no_pictures_gets_the_table_alone(
        self, cache: SummaryCache, models: ChatModels, openai_server: OpenAiServer
    ) -> None:
        openai_server.replies += [REJECTED, Text("Sales by region.")]
        table = "<table><tr><td>North</td></tr></table>"
        chunk = Chunk(content="North", text="North", tables=(table,), images=(PICTURE,))

        described = await describe_chunks(
            [chunk], models=models, cache=cache, most=10, concurrency=1, on_progress=unheard
        )

        assert described.chunks[0].content == "North\n\nSales by region."
        assert len(openai_server.requests[1]["messages"][1]["content"]) == 1

    async def test_a_model_that_is_away_is_not_asked_for_every_picture(
        self, cache: SummaryCache, models: ChatModels, openai_server: OpenAiServer
    ) -> None:
        openai_server.replies += [Failure(401)] * 20
        chunks = [Chunk(content=f"Figure {n}", text=f"Figure {n}", images=(PICTURE,)) for n in range(10)]

        described = await describe_chunks(
            chunks, models=models, cache=cache, most=10, concurrency=1, on_progress=unheard
        )

        assert (described.described, described.failed, len(openai_server.requests)) == (0, 10, 3)
        assert described.chunks == chunks
