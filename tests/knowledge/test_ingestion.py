"""Documents read by the pipeline, in the process of the test: from the upload to stored vectors."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from opentrace.adapters.model_endpoint import model_endpoint
from opentrace.adapters.openai_embedder import OpenAiEmbedder
from opentrace.adapters.s3 import S3BlobStore, S3Bucket
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.ingestion.source import work_folder
from opentrace.knowledge.models import Document
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.embeddings_server import EmbeddingsServer
from tests.knowledge.uploading import (
    MARKDOWN,
    add_document,
    count_stored,
    create_project,
    read_document,
    stored_document,
)
from tests.openai_server import Failure
from tests.waiting import until

SENTENCES = [
    f"In year {year} the company sold {year * 37 % 9973} bicycles in region {year % 17}." for year in range(6000)
]
LONG_TEXT = "\n\n".join(" ".join(SENTENCES[start : start + 8]) for start in range(0, len(SENTENCES), 8)).encode()


@pytest.fixture
def ingestion(services: Services) -> Ingestion:
    return Ingestion(services)


@pytest.fixture
async def refused_chunks(services: Services) -> AsyncGenerator[str]:
    """A word that the database refuses in a chunk, for whatever reason."""
    word = "unspeakable"
    async with services.database.system_transaction() as work:
        await work.session.execute(
            text(f"ALTER TABLE document_chunks ADD CONSTRAINT refused CHECK (content NOT LIKE '%{word}%')")
        )
    yield word
    async with services.database.system_transaction() as work:
        await work.session.execute(text("ALTER TABLE document_chunks DROP CONSTRAINT refused"))


async def ingested(ingestion: Ingestion, person: Person, data: bytes, file_name: str) -> dict[str, Any]:
    document = await add_document(person, await create_project(person), data, file_name=file_name)
    await ingestion.ingest(UUID(document["id"]))
    return await read_document(person, document["id"])


async def reached(person: Person, document_id: str, status: str) -> None:
    async def there() -> bool:
        document = await read_document(person, document_id)
        assert document["status"] not in ("completed", "failed"), document["status_message"]
        return document["status"] == status

    await until(there)


async def set_columns(services: Services, document_id: str, **values: Any) -> None:
    async with services.database.system_transaction() as work:
        await work.session.execute(update(Document).where(Document.id == UUID(document_id)).values(**values))


async def test_a_document_waits_for_a_storage_that_is_away(
    ingestion: Ingestion, services: Services, sign_up: SignUp
) -> None:
    ada = await sign_up()
    nowhere = S3Bucket(name="b", endpoint_url="http://127.0.0.1:1", access_key_id="a", secret_access_key="b")
    away = replace(
        services,
        blob_store=S3BlobStore(nowhere),
        settings=services.settings.model_copy(update={"job_attempts": 1}),
    )
    document_id = (await add_document(ada, await create_project(ada)))["id"]

    for _ in range(2):
        await Ingestion(away).ingest(UUID(document_id))
    waiting = await read_document(ada, document_id)
    await ingestion.ingest(UUID(document_id))

    assert waiting["status"] == "queued"
    assert waiting["status_message"] == "Waiting for the file storage, which does not answer."
    assert (await read_document(ada, document_id))["status"] == "completed"


@asynccontextmanager
async def embedding_at(services: Services, url: str, *, tries: int) -> AsyncGenerator[Services]:
    """The services with an embedding model at an endpoint, under the name of the installation's own."""
    settings = services.settings.model_copy(update={"job_attempts": tries, "embedding_base_url": url})
    endpoint = model_endpoint(settings, "embedding")
    embedder = OpenAiEmbedder(endpoint, model=settings.embedding_model)
    embedders = Embedders(settings.embedding_model, {settings.embedding_model: embedder})
    yield replace(services, settings=settings, embedders=embedders)
    await embedder.close()


async def test_a_document_waits_for_an_embedding_model_that_is_away(
    ingestion: Ingestion, services: Services, sign_up: SignUp
) -> None:
    ada = await sign_up()
    document_id = (await add_document(ada, await create_project(ada)))["id"]

    async with embedding_at(services, "http://127.0.0.1:1/v1", tries=1) as away:
        for _ in range(2):
            await Ingestion(away).ingest(UUID(document_id))
    waiting = await read_document(ada, document_id)
    await ingestion.ingest(UUID(document_id))

    assert waiting["status"] == "queued"
    assert waiting["status_message"].startswith("Waiting for the embedding model. Nothing answers at http://127.0.0.1")
    assert (await read_document(ada, document_id))["status"] == "completed"


async def test_a_document_that_the_embedding_model_refuses_fails_with_its_sentence(
    services: Services, sign_up: SignUp, minilm: Embedder
) -> None:
    ada = await sign_up()

    async with EmbeddingsServer.running(minilm) as server, embedding_at(services, server.url, tries=4) as refusing:
        server.failures = [Failure(401)]
        document = await ingested(Ingestion(refusing), ada, MARKDOWN, "report.md")

    assert (document["status"], document["error_code"]) == ("failed", "embedding_failed")
    assert "OPENTRACE_EMBEDDING_API_KEY" in document["status_message"]
    assert len(server.requests) == 1


async def test_a_document_that_takes_for_ever_fails_with_a_sentence(services: Services, sign_up: SignUp) -> None:
    ada = await sign_up()
    hasty = replace(services, settings=services.settings.model_copy(update={"job_timeout_s": 0.01}))

    document = await ingested(Ingestion(hasty), ada, LONG_TEXT, "long.txt")

    assert (document["status"], document["error_code"]) == ("failed", "ingestion_timeout")
    assert "OPENTRACE_JOB_TIMEOUT_S" in document["status_message"]


async def test_a_document_becomes_searchable_and_says_what_was_found(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()

    document = await ingested(ingestion, ada, MARKDOWN, "report.md")
    chunks = (await ada.http.get(f"/api/documents/{document['id']}/chunks")).json()["items"]

    assert (document["status"], document["error_code"]) == ("completed", None)
    assert document["status_message"] == "Ready: 1 passage."
    assert document["sha256"] == hashlib.sha256(MARKDOWN).hexdigest()
    details = document["stage_details"]
    assert details["partitioning"]["elements"] == {"Title": 2, "NarrativeText": 2}
    assert (details["chunking"]["chunks"], details["summarising"]["linearised"]) == (1, 0)
    assert details["vectorization"]["vectors_done"] == details["vectorization"]["vectors"] >= 1
    assert details["vectorization"]["model"] == services.embedder.model
    assert all(details[stage]["seconds"] >= 0 for stage in ("partitioning", "chunking", "summarising", "vectorization"))
    assert "12 million" in chunks[0]["content"]
    assert "report" in chunks[0]["context"]
    assert (await count_stored(services.database, document["id"]))[1] == details["vectorization"]["vectors"]


async def test_vectors_are_stored_as_the_embedder_made_them(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    document = await ingested(ingestion, ada, MARKDOWN, "report.md")

    async with services.database.transaction(ada.principal) as work:
        row = (
            await work.session.execute(
                text("""
                    SELECT c.context, substr(c.content, e.char_start + 1, e.char_end - e.char_start) AS passage,
                        CAST(e.embedding AS real[]) AS vector
                    FROM chunk_embeddings e JOIN document_chunks c ON c.id = e.chunk_id WHERE c.document_id = :id
                """),
                {"id": document["id"]},
            )
        ).one()
    expected = (await services.embedder.embed([f"{row.context}\n\n{row.passage}"], purpose="passage"))[0]

    assert sum(one * other for one, other in zip(row.vector, expected.tolist(), strict=True)) > 0.999


async def test_a_second_run_changes_nothing(ingestion: Ingestion, sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await ingested(ingestion, ada, MARKDOWN, "report.md")
    before = await count_stored(services.database, document["id"])

    await ingestion.ingest(UUID(document["id"]))

    assert await read_document(ada, document["id"]) == document
    assert await count_stored(services.database, document["id"]) == before


async def test_two_runs_at_once_are_one(ingestion: Ingestion, sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))

    await asyncio.gather(*(Ingestion(services).ingest(UUID(document["id"])) for _ in range(4)))

    stored = await stored_document(services.database, document["id"])
    assert stored is not None
    assert (stored.status, stored.attempts) == ("completed", 1)
    assert (await count_stored(services.database, document["id"]))[0] == 1


async def test_a_repeated_run_replaces_what_was_there(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    document = await ingested(ingestion, ada, MARKDOWN, "report.md")
    before = await count_stored(services.database, document["id"])
    await set_columns(services, document["id"], status="queued")

    await ingestion.ingest(UUID(document["id"]))

    assert (await read_document(ada, document["id"]))["status"] == "completed"
    assert await count_stored(services.database, document["id"]) == before


@pytest.mark.parametrize(
    ("data", "file_name", "code"),
    [
        (b"%PDF-1.7\nThis is no PDF.", "a.pdf", "document_corrupt"),
        (b"   \n\n\t ", "a.txt", "document_empty"),
        (b"<!DOCTYPE html><html><body></body></html>", "a.html", "document_empty"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_code(
    ingestion: Ingestion, sign_up: SignUp, services: Services, data: bytes, file_name: str, code: str
) -> None:
    document = await ingested(ingestion, await sign_up(), data, file_name)

    assert (document["status"], document["error_code"]) == ("failed", code)
    assert document["status_message"].endswith(".")
    assert await count_stored(services.database, document["id"]) == (0, 0)


async def test_a_file_that_is_gone_fails_its_document(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await services.blob_store.delete(f"projects/{document['project_id']}/documents/{document['id']}")

    await ingestion.ingest(UUID(document["id"]))

    assert (await read_document(ada, document["id"]))["error_code"] == "file_missing"


async def test_an_unexpected_failure_fails_one_document_and_says_so(
    ingestion: Ingestion, sign_up: SignUp, services: Services, refused_chunks: str
) -> None:
    ada = await sign_up()

    refused = await ingested(ingestion, ada, f"This is {refused_chunks}.".encode(), "a.txt")
    other = await ingested(ingestion, ada, b"This is not.", "b.txt")

    assert (refused["status"], refused["error_code"]) == ("failed", "ingestion_failed")
    assert await count_stored(services.database, refused["id"]) == (0, 0)
    assert other["status"] == "completed"


async def test_a_document_that_stops_its_workers_is_given_up(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await set_columns(services, document["id"], attempts=services.settings.job_attempts)

    await ingestion.ingest(UUID(document["id"]))

    failed = await read_document(ada, document["id"])
    assert (failed["status"], failed["error_code"]) == ("failed", "ingestion_crashed")


async def test_a_document_in_other_hands_is_left_alone(
    ingestion: Ingestion, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), LONG_TEXT, file_name="long.txt")
    first = asyncio.create_task(Ingestion(services).ingest(UUID(document["id"])))
    await reached(ada, document["id"], "vectorization")

    await ingestion.ingest(UUID(document["id"]))

    stored = await stored_document(services.database, document["id"])
    assert stored is not None
    assert stored.attempts == 1
    await ada.http.delete(f"/api/documents/{document['id']}")
    await first


@pytest.mark.parametrize("what", ["document", "project"])
async def test_deleting_during_the_work_stops_it_and_leaves_nothing(
    sign_up: SignUp, services: Services, what: str
) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), LONG_TEXT, file_name="long.txt")
    work = asyncio.create_task(Ingestion(services).ingest(UUID(document["id"])))
    await reached(ada, document["id"], "vectorization")

    url = f"/api/documents/{document['id']}" if what == "document" else f"/api/projects/{document['project_id']}"
    assert (await ada.http.delete(url)).status_code == 204

    async with asyncio.timeout(30):
        await work
    assert await count_stored(services.database, document["id"]) == (0, 0)
    assert list(work_folder(services.settings).iterdir()) == []


async def test_a_run_that_lost_its_document_writes_nothing(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), LONG_TEXT, file_name="long.txt")
    work = asyncio.create_task(Ingestion(services).ingest(UUID(document["id"])))
    await reached(ada, document["id"], "vectorization")

    await set_columns(services, document["id"], status="queued", lease_owner=None, lease_expires_at=None)

    async with asyncio.timeout(30):
        await work
    left = await read_document(ada, document["id"])
    assert left["status"] == "queued"
    assert await count_stored(services.database, document["id"]) == (0, 0)


async def test_progress_is_visible_while_it_is_made(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), LONG_TEXT, file_name="long.txt")
    work = asyncio.create_task(Ingestion(services).ingest(UUID(document["id"])))

    async def some_vectors() -> dict[str, Any] | None:
        found = (await read_document(ada, document["id"]))["stage_details"].get("vectorization", {})
        return found if 0 < found.get("vectors_done", 0) < found.get("vectors", 0) else None

    assert await until(some_vectors)
    await ada.http.delete(f"/api/documents/{document['id']}")
    await work


async def test_a_stop_gives_the_document_back_uncounted(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), LONG_TEXT, file_name="long.txt")
    ingestion = Ingestion(services)
    work = asyncio.create_task(ingestion.ingest(UUID(document["id"])))
    await reached(ada, document["id"], "vectorization")

    await ingestion.stop()
    await work

    stored = await stored_document(services.database, document["id"])
    assert stored is not None
    assert (stored.status, stored.attempts, stored.lease_owner) == ("queued", 0, None)
    assert ingestion.given_back == [UUID(document["id"])]
    assert list(work_folder(services.settings).iterdir()) == []


async def test_a_document_that_is_gone_is_no_work(ingestion: Ingestion, sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await ada.http.delete(f"/api/documents/{document['id']}")

    await ingestion.ingest(UUID(document["id"]))
