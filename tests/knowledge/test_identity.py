"""The same bytes, the same name and the same text in a project are recognised."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select, text

from opentrace.knowledge.ingestion.embedding_cache import forget_old_vectors
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.models import CachedEmbedding
from opentrace.ports.embedder import Embedder, Embedders, Vectors
from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.knowledge.uploading import (
    MARKDOWN,
    add_document,
    confirm,
    create_project,
    read_document,
    send,
)


class CountingEmbedder:
    """Another embedder, and how many texts it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.texts = 0
        self.model, self.dimensions, self.max_tokens = embedder.model, embedder.dimensions, embedder.max_tokens
        self.batch_texts = embedder.batch_texts

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.token_offsets(text)

    async def close(self) -> None:
        """It belongs to the services."""

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        self.texts += len(texts)
        return await self._embedder.embed(texts, purpose=purpose)


@pytest.fixture
def embedder(services: Services) -> CountingEmbedder:
    return CountingEmbedder(services.embedder)


@pytest.fixture
def ingestion(services: Services, embedder: CountingEmbedder) -> Ingestion:
    return Ingestion(replace(services, embedders=Embedders("all-MiniLM-L6-v2", {"all-MiniLM-L6-v2": embedder})))


async def create(person: Person, project_id: str, data: bytes, *, file_name: str = "report.md") -> dict[str, Any]:
    """Ask for an upload, saying what the bytes are, and send them."""
    body = {"file_name": file_name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    response = await person.http.post(f"/api/projects/{project_id}/documents", json=body)
    assert response.status_code == 201, response.text
    await send(response.json()["upload"], data)
    return response.json()


async def confirm_replacing(person: Person, document_id: str, replaced: str) -> httpx.Response:
    body = {"replaces_document_id": replaced}
    return await person.http.post(f"/api/documents/{document_id}/confirm", json=body)


async def read(ingestion: Ingestion, person: Person, document: dict[str, Any]) -> dict[str, Any]:
    await ingestion.ingest(UUID(document["id"]))
    found = await read_document(person, document["id"])
    assert found["status"] == "completed", found["status_message"]
    return found


class TestFiles:
    async def test_the_answer_names_what_is_there_already(self, ingestion: Ingestion, sign_up: SignUp) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        first = await create(ada, project_id, MARKDOWN)
        assert (first["same_content"], first["same_name"]) == (None, None)
        await read(ingestion, ada, await confirm(ada, first["document"]["id"]))

        same = await create(ada, project_id, MARKDOWN, file_name="copy.md")
        renewed = await create(ada, project_id, b"# Another report\n\nOther words.")
        elsewhere = await create(ada, await create_project(ada, "Other"), MARKDOWN)

        assert (same["same_content"]["id"], same["same_name"]) == (first["document"]["id"], None)
        assert (renewed["same_content"], renewed["same_name"]["id"]) == (None, first["document"]["id"])
        assert (elsewhere["same_content"], elsewhere["same_name"]) == (None, None)

    async def test_a_file_without_its_hash_is_recognised_when_it_is_read(
        self, ingestion: Ingestion, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        first = await read(ingestion, ada, await add_document(ada, project_id))

        second = await read(ingestion, ada, await add_document(ada, project_id, file_name="copy.md"))

        (finding,) = second["stage_details"]["health"]["findings"]
        assert (finding["code"], finding["details"]) == ("duplicate_document", {"document_id": first["id"]})

    async def test_a_new_version_takes_the_place_of_the_old_one_when_it_is_searchable(
        self, ingestion: Ingestion, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        old = await read(ingestion, ada, await add_document(ada, project_id))
        new = await create(ada, project_id, MARKDOWN + b"\nOne more line.")

        confirmed = await confirm_replacing(ada, new["document"]["id"], old["id"])
        assert (confirmed.status_code, (await read_document(ada, old["id"]))["status"]) == (202, "completed")
        await read(ingestion, ada, new["document"])

        listed = (await ada.http.get(f"/api/projects/{project_id}/documents")).json()["items"]
        assert [document["id"] for document in listed] == [new["document"]["id"]]

    async def test_a_new_version_that_cannot_be_read_takes_no_place(
        self, ingestion: Ingestion, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        old = await read(ingestion, ada, await add_document(ada, project_id))
        new = await create(ada, project_id, b"%PDF-1.7\nThis is no PDF.", file_name="report.pdf")
        await confirm_replacing(ada, new["document"]["id"], old["id"])

        await ingestion.ingest(UUID(new["document"]["id"]))

        assert (await read_document(ada, new["document"]["id"]))["status"] == "failed"
        assert (await read_document(ada, old["id"]))["status"] == "completed"

    async def test_only_a_document_of_the_same_project_is_replaced(self, ingestion: Ingestion, sign_up: SignUp) -> None:
        ada, eve = await sign_up(), await sign_up()
        new = await create(ada, await create_project(ada), MARKDOWN)
        elsewhere = await add_document(ada, await create_project(ada, "Other"))
        strangers = await add_document(eve, await create_project(eve))

        for replaced in (elsewhere["id"], strangers["id"], new["document"]["id"], str(uuid4())):
            response = await confirm_replacing(ada, new["document"]["id"], replaced)
            assert (response.status_code, response.json()["code"]) == (404, "document_not_found")
        assert (await read_document(ada, new["document"]["id"]))["status"] == "uploading"

    @pytest.mark.parametrize("sha256", ["abc", "g" * 64, 7])
    async def test_what_is_no_hash_is_refused(self, sign_up: SignUp, sha256: object) -> None:
        ada = await sign_up()
        body = {"file_name": "a.md", "size_bytes": 1, "sha256": sha256}

        response = await ada.http.post(f"/api/projects/{await create_project(ada)}/documents", json=body)

        assert response.status_code == 422


class TestText:
    async def test_text_that_was_embedded_before_is_not_embedded_again(
        self, ingestion: Ingestion, embedder: CountingEmbedder, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        first = await read(ingestion, ada, await add_document(ada, project_id))
        embedded = embedder.texts
        await ada.http.delete(f"/api/documents/{first['id']}")

        again = await read(ingestion, ada, await add_document(ada, project_id))

        assert embedded > 0
        assert embedder.texts == embedded
        assert again["stage_details"]["vectorization"]["embedded"] == 0
        found = (await ada.http.post(f"/api/projects/{project_id}/search", json={"query": "How many bicycles?"})).json()
        assert found["results"][0]["document_id"] == again["id"]

    async def test_only_what_has_changed_is_embedded(
        self, ingestion: Ingestion, embedder: CountingEmbedder, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        project_id = await create_project(ada)
        pages = [f"# Part {part}\n\n" + f"Sentence about the subject {part}. " * 40 for part in range(6)]
        await read(ingestion, ada, await add_document(ada, project_id, "\n\n".join(pages).encode()))
        embedded = embedder.texts
        pages[3] = pages[3].replace("subject", "object")

        await read(ingestion, ada, await add_document(ada, project_id, "\n\n".join(pages).encode()))

        assert 0 < embedder.texts - embedded < embedded / 2

    async def test_another_project_knows_nothing_of_it(
        self, ingestion: Ingestion, embedder: CountingEmbedder, sign_up: SignUp
    ) -> None:
        ada = await sign_up()
        await read(ingestion, ada, await add_document(ada, await create_project(ada)))
        embedded = embedder.texts

        await read(ingestion, ada, await add_document(ada, await create_project(ada, "Other")))

        assert embedder.texts == 2 * embedded

    async def test_vectors_go_with_the_project_and_when_nobody_asks_for_them(
        self, ingestion: Ingestion, sign_up: SignUp, services: Services
    ) -> None:
        ada = await sign_up()
        kept, deleted = await create_project(ada), await create_project(ada, "Other")
        for project_id in (kept, deleted):
            await read(ingestion, ada, await add_document(ada, project_id))

        async def cached(project_id: str) -> int:
            own = CachedEmbedding.project_id == UUID(project_id)
            async with services.database.system_transaction() as work:
                count = await work.session.scalar(select(func.count()).select_from(CachedEmbedding).where(own))
            return count or 0

        await ada.http.delete(f"/api/projects/{deleted}")
        await forget_old_vectors(services.database)
        assert (await cached(deleted), await cached(kept)) == (0, 1)

        async with services.database.system_transaction() as work:
            await work.session.execute(
                text("UPDATE embedding_cache SET used_at = used_at - interval '31 days' WHERE project_id = :id"),
                {"id": UUID(kept)},
            )
        await forget_old_vectors(services.database)
        assert await cached(kept) == 0
