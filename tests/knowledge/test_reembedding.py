"""A project that gets another embedding model: by its settings, and because the installation has another one."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, func, select

from opentrace.adapters.query_memory import QueryMemory
from opentrace.db.engine import Database
from opentrace.knowledge.ingestion.reembed import Reembedding
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.models import CachedEmbedding, ChunkEmbedding
from opentrace.knowledge.sweeper import Sweeper
from opentrace.ports.embedder import Embedder, Embedders, Vectors
from opentrace.retrieval.service import RetrievalService
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Person, client_of, member_headers, running_server
from tests.embeddings_server import EmbeddingsServer
from tests.knowledge.uploading import add_document, create_project, read_document
from tests.openai_server import Failure

LOCAL, HOUSE = "all-MiniLM-L6-v2", "house-model"

REPORT = "\n\n".join(
    f"# Branch {number}\n\n" + f"In branch {number} they sold {number * 37} bicycles and mended many more. " * 9
    for number in range(70)
).encode()
"""More passages than are embedded in one step."""


@dataclass
class Installation:
    """Its own model answers at `endpoint`; the local one is there too."""

    ada: Person
    services: Services
    endpoint: EmbeddingsServer
    settings: Settings

    async def project_with(self, data: bytes) -> str:
        project_id = await create_project(self.ada)
        await self.ingest(project_id, data)
        return project_id

    async def ingest(self, project_id: str, data: bytes, *, file_name: str = "report.md") -> None:
        document = await add_document(self.ada, project_id, data, file_name=file_name)
        await Ingestion(self.services).ingest(UUID(document["id"]))
        assert (await read_document(self.ada, document["id"]))["status"] == "completed"

    async def change(self, project_id: str, model: str) -> dict[str, Any]:
        body = {"embedding_model": model}
        response = await self.ada.http.patch(f"/api/projects/{project_id}/settings", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def model(self, project_id: str) -> tuple[str, dict[str, Any] | None]:
        settings = (await self.ada.http.get(f"/api/projects/{project_id}/settings")).json()
        return settings["embedding_model"], settings["embedding_change"]

    async def search(self, project_id: str, query: str) -> tuple[str, str]:
        """Whose vectors were searched, and the best passage."""
        response = await self.ada.http.post(f"/api/projects/{project_id}/search", json={"query": query})
        assert response.status_code == 200, response.text
        found = response.json()
        return found["trace"]["embedding_model"], found["results"][0]["content"] if found["results"] else ""


@pytest.fixture(scope="module")
async def installation(
    create_database: Callable[[], str], settings: Settings, minilm: Embedder
) -> AsyncGenerator[Installation]:
    async with EmbeddingsServer.running(minilm) as endpoint:
        changes = {
            "database_url": SecretStr(create_database()),
            "embedding_model": HOUSE,
            "embedding_base_url": endpoint.url,
        }
        own = settings.model_copy(update=changes)
        async with serving(own) as (ada, services):
            yield Installation(ada, services, endpoint, own)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[tuple[Person, Services]]:
    async with running_server(settings) as (url, app), client_of(url) as anonymous:
        headers = await member_headers(anonymous)
        async with client_of(url, **headers) as http:
            me = (await http.get("/api/me")).json()
            token = headers["authorization"].removeprefix("Bearer ")
            yield Person(http, UUID(me["id"]), me["email"], token), cast("Services", app.state.services)


async def models_of(database: Database, project_id: str) -> dict[str, int]:
    """How many passages have vectors, by the model."""
    count = func.count(ChunkEmbedding.chunk_id.distinct())
    statement = select(ChunkEmbedding.model, count).where(ChunkEmbedding.project_id == UUID(project_id))
    async with database.system_transaction() as work:
        return dict((await work.session.execute(statement.group_by(ChunkEmbedding.model))).tuples().all())


class GatedEmbedder:
    """Embeds passages once the gate is open."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.reached, self.gate = asyncio.Event(), asyncio.Event()
        self.model, self.max_tokens, self.batch_texts = embedder.model, embedder.max_tokens, embedder.batch_texts

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.token_offsets(text)

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        self.reached.set()
        await self.gate.wait()
        return await self._embedder.embed(texts, purpose=purpose)

    async def close(self) -> None:
        """It belongs to the services."""


def with_gate(services: Services, name: str) -> tuple[Services, GatedEmbedder]:
    gated = GatedEmbedder(services.embedders.by_name[name])
    models = {**services.embedders.by_name, name: gated}
    return replace(services, embedders=Embedders(services.embedders.chosen, models)), gated


class TestChange:
    async def test_old_vectors_serve_until_the_new_ones_are_there(self, installation: Installation) -> None:
        services, database = installation.services, installation.services.database
        local = services.embedders.by_name[LOCAL].model
        project_id = await installation.project_with(REPORT)
        chunks = (await models_of(database, project_id))[HOUSE]

        changed = await installation.change(project_id, LOCAL)
        assert (changed["embedding_model"], changed["embedding_change"]["model"]) == (HOUSE, LOCAL)
        await Reembedding(services, turn_s=0.001).run(UUID(project_id))

        assert await models_of(database, project_id) == {HOUSE: chunks, local: 64}
        progress = {"model": LOCAL, "chunks_done": 64, "chunks": chunks, "problem": None}
        assert await installation.model(project_id) == (HOUSE, progress)
        searched, best = await installation.search(project_id, "How many bicycles did branch 12 sell?")
        assert searched == HOUSE
        assert "Branch 12" in best

        await installation.ingest(project_id, b"# Boats\n\nThe harbour has nine boats.", file_name="boats.md")
        await Reembedding(services).run(UUID(project_id))

        assert await installation.model(project_id) == (LOCAL, None)
        assert await models_of(database, project_id) == {local: chunks + 1}
        searched, best = await installation.search(project_id, "How many boats are there?")
        assert (searched, "nine boats" in best) == (local, True)

    async def test_a_change_of_mind_keeps_the_vectors_that_serve(self, installation: Installation) -> None:
        project_id = await installation.project_with(REPORT)
        await installation.change(project_id, LOCAL)
        await Reembedding(installation.services, turn_s=0.001).run(UUID(project_id))

        await installation.change(project_id, HOUSE)
        await Reembedding(installation.services).run(UUID(project_id))

        assert await installation.model(project_id) == (HOUSE, None)
        assert list(await models_of(installation.services.database, project_id)) == [HOUSE]

    async def test_a_model_that_is_not_there_is_refused(self, installation: Installation) -> None:
        project_id = await create_project(installation.ada)
        body = {"embedding_model": "unheard-of"}
        answer = await installation.ada.http.patch(f"/api/projects/{project_id}/settings", json=body)

        assert (answer.status_code, answer.json()["code"]) == (422, "embedding_model_unavailable")
        assert HOUSE in answer.json()["detail"]
        config = (await installation.ada.http.get("/api/config")).json()
        assert (config["models"]["embedding"], config["models"]["embeddings"]) == (HOUSE, [HOUSE, LOCAL])

    async def test_a_document_that_is_read_meanwhile_gets_the_new_model(self, installation: Installation) -> None:
        services = installation.services
        project_id = await create_project(installation.ada)
        document = await add_document(installation.ada, project_id)
        slow, gated = with_gate(services, HOUSE)
        reading = asyncio.create_task(Ingestion(slow).ingest(UUID(document["id"])))
        await gated.reached.wait()

        await installation.change(project_id, LOCAL)
        await Reembedding(services).run(UUID(project_id))
        assert await installation.model(project_id) == (LOCAL, None)
        gated.gate.set()
        await reading

        assert (await read_document(installation.ada, document["id"]))["status"] == "queued"
        await Ingestion(services).ingest(UUID(document["id"]))
        assert (await read_document(installation.ada, document["id"]))["status"] == "completed"
        assert list(await models_of(services.database, project_id)) == [services.embedders.by_name[LOCAL].model]

    async def test_a_search_that_began_before_the_switch_looks_again(self, installation: Installation) -> None:
        services = installation.services
        project_id = await installation.project_with(b"# Boats\n\nThe harbour has nine boats.")
        asked = asyncio.Event()

        class Switching(QueryMemory):
            """The project is switched while the question is embedded, after its settings were read."""

            async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
                if not asked.is_set():
                    asked.set()
                    await installation.change(project_id, LOCAL)
                    await Reembedding(services).run(UUID(project_id))
                return await super().embed(texts, purpose=purpose)

        house = Switching(services.embedders.by_name[HOUSE])
        # Not the default: it is asked only once the settings are known.
        embedders = Embedders(LOCAL, {**services.embedders.by_name, HOUSE: house})
        outcome = await RetrievalService(services.database, embedders).search(
            installation.ada.principal, UUID(project_id), "How many boats?"
        )

        assert asked.is_set()
        assert outcome.trace.embedding_model == services.embedders.by_name[LOCAL].model
        assert "nine boats" in outcome.results[0].content

    async def test_an_endpoint_that_refuses_is_told_and_tried_again(self, installation: Installation) -> None:
        services = installation.services
        project_id = await installation.project_with(b"# Boats\n\nThe harbour has nine boats.")
        await installation.change(project_id, LOCAL)
        await Reembedding(services).run(UUID(project_id))

        async with services.database.system_transaction() as work:  # so that the endpoint is asked
            await work.session.execute(delete(CachedEmbedding).where(CachedEmbedding.project_id == UUID(project_id)))
        installation.endpoint.failures.append(Failure(401))
        await installation.change(project_id, HOUSE)
        await Reembedding(services).run(UUID(project_id))

        serving_model, change = await installation.model(project_id)
        assert serving_model == LOCAL
        assert change is not None
        assert change["problem"]
        # Not at once: the endpoint is left alone for a while.
        await Reembedding(services).run(UUID(project_id))
        assert await installation.model(project_id) == (LOCAL, change)

    async def test_a_turn_that_is_stopped_goes_on_later(self, installation: Installation) -> None:
        project_id = await installation.project_with(b"# Boats\n\nThe harbour has nine boats.")
        await installation.change(project_id, LOCAL)
        slow, gated = with_gate(installation.services, LOCAL)
        reembedding = Reembedding(slow)
        turn = asyncio.create_task(reembedding.run(UUID(project_id)))
        await gated.reached.wait()
        await reembedding.stop()
        await turn
        assert (await installation.model(project_id))[0] == HOUSE

        await Reembedding(installation.services).run(UUID(project_id))
        assert await installation.model(project_id) == (LOCAL, None)

    async def test_a_project_that_is_deleted_meanwhile_leaves_nothing(self, installation: Installation) -> None:
        project_id = await installation.project_with(b"# Boats\n\nThe harbour has nine boats.")
        await installation.change(project_id, LOCAL)
        slow, gated = with_gate(installation.services, LOCAL)
        turn = asyncio.create_task(Reembedding(slow).run(UUID(project_id)))
        await gated.reached.wait()
        response = await installation.ada.http.delete(f"/api/projects/{project_id}")
        assert response.status_code == 204
        gated.gate.set()
        await turn

        assert await models_of(installation.services.database, project_id) == {}


class TestInstallation:
    async def test_a_lost_model_leads_to_the_one_there_is(self, installation: Installation) -> None:
        project_id = await installation.project_with(b"# Boats\n\nThe harbour has nine boats.")
        untouched = await create_project(installation.ada)
        await installation.change(untouched, LOCAL)
        await Reembedding(installation.services).run(UUID(untouched))
        without = installation.settings.model_copy(update={"embedding_model": LOCAL, "embedding_base_url": None})
        async with running_server(without) as (url, app):
            services = cast("Services", app.state.services)
            headers = {"authorization": f"Bearer {installation.ada.token}"}
            async with client_of(url, **headers) as http:
                later = replace(installation, ada=replace(installation.ada, http=http), services=services)
                local = services.embedders.by_name[LOCAL].model
                assert await later.search(project_id, "How many boats are there?") == (local, "")

                await Sweeper(services).want_vectors_in_use()
                assert (await later.model(untouched))[1] is None
                assert (await later.model(project_id))[1] == {
                    "model": LOCAL, "chunks_done": 0, "chunks": 0, "problem": None,
                }  # fmt: skip
                await Reembedding(services).run(UUID(project_id))

                assert await later.model(project_id) == (LOCAL, None)
                searched, best = await later.search(project_id, "How many boats are there?")
                assert (searched, "nine boats" in best) == (local, True)
