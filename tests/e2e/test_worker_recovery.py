"""Workers that are killed, stopped and started again: every document ends, once, whatever happens to them."""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from redis import Redis
from sqlalchemy import text

from opentrace.adapters.celery import ALIVE_KEY
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.db.engine import Database
from opentrace.knowledge.ingestion.source import work_folder
from opentrace.knowledge.models import Document
from opentrace.settings import Settings
from tests.api_fixtures import PASSWORD, Person, client_of, running_server
from tests.e2e.workers import StageHolds, WorkerProcess, running_worker
from tests.knowledge.uploading import (
    add_document,
    confirm,
    count_stored,
    create_project,
    read_document,
    stored_document,
    upload_unconfirmed,
)
from tests.waiting import until

STAGES = ("partitioning", "chunking", "summarising", "vectorization")
REPORT = "\n\n".join(
    f"# Chapter {number}\n\n" + f"The {number}th plant made {number * 31} engines. " * 30 for number in range(12)
).encode()
MINUTES = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("broker")
    with ValkeyServer(folder / "data", secrets_folder=folder / "secrets").running(folder / "valkey.log") as url:
        yield url


@pytest.fixture(scope="module")
def settings(create_database: Callable[[], str], broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.model_validate(
        {
            "database_url": create_database(),
            "redis_url": broker_url,
            "data_dir": tmp_path_factory.mktemp("data"),
            "sign_up": "open",
            "job_lease_s": 4,
            "job_attempts": 3,
            "sweep_interval_s": 0.5,
        }
    )


@pytest.fixture(scope="module")
async def database(settings: Settings) -> AsyncGenerator[Database]:
    assert settings.database_url is not None
    database = Database.connect(settings.database_url.get_secret_value(), pool_size=5)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def holds(database: Database) -> StageHolds:
    holds = StageHolds(database)
    await holds.install()
    return holds


@pytest.fixture(scope="module")
async def ada(settings: Settings) -> AsyncGenerator[Person]:
    async with running_server(settings) as (url, _), client_of(url) as anonymous:
        email = f"{uuid4().hex}@example.org"
        response = await anonymous.post("/api/auth/sign-up", json={"email": email, "password": PASSWORD})
        body = response.json()
        async with client_of(url, authorization=f"Bearer {body['token']}") as http:
            yield Person(http, UUID(body["user"]["id"]), email, body["token"])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


async def status_is(person: Person, document_id: str, *statuses: str) -> str:
    async def reached() -> str | None:
        status = (await read_document(person, document_id))["status"]
        return status if status in statuses else None

    return await until(reached, within_s=90)


async def stored(database: Database, document_id: str) -> Document:
    document = await stored_document(database, document_id)
    assert document is not None
    return document


async def in_hand(database: Database, document_id: str, *, attempts: int) -> None:
    """The document is in the stage in which it is held, for the `attempts`-th time."""

    async def claimed() -> bool:
        document = await stored(database, document_id)
        return (document.status, document.attempts) == ("chunking", attempts)

    await until(claimed, within_s=90)


async def assert_stored_once(database: Database, document_id: str) -> None:
    """One set of chunks without gaps, and as many vectors as the document says."""
    document = await stored(database, document_id)
    chunks, vectors = await count_stored(database, document_id)
    async with database.system_transaction() as work:
        indexes = await work.session.scalars(
            text("SELECT chunk_index FROM document_chunks WHERE document_id = :id ORDER BY chunk_index"),
            {"id": UUID(document_id)},
        )
        assert list(indexes) == list(range(chunks))
    assert chunks == document.stage_details["chunking"]["chunks"] > 1
    assert vectors == document.stage_details["vectorization"]["vectors"] >= chunks


@MINUTES
@pytest.mark.parametrize("stage", STAGES)
async def test_a_document_whose_worker_is_killed_in_a_stage_is_completed_once_by_the_next(
    ada: Person, database: Database, settings: Settings, holds: StageHolds, log: Path, stage: str
) -> None:
    project_id = await create_project(ada)
    async with running_worker(settings, log) as worker:
        document = await add_document_held(ada, project_id, holds, stage)
        await status_is(ada, document, stage)
        worker.kill()
    assert (await stored(database, document)).status == stage
    assert await count_stored(database, document) == (0, 0)
    await holds.release(document)

    async with running_worker(settings, log):
        await status_is(ada, document, "completed")

    assert (await stored(database, document)).attempts == 2
    await assert_stored_once(database, document)
    assert list(work_folder(settings).iterdir()) == []


@MINUTES
async def test_documents_that_the_broker_forgot_are_completed(
    ada: Person, database: Database, settings: Settings, broker_url: str, log: Path
) -> None:
    project_id = await create_project(ada)
    documents = [(await add_document(ada, project_id, REPORT))["id"] for _ in range(3)]
    with Redis.from_url(broker_url) as redis:  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
        redis.flushall()  # pyright: ignore[reportUnknownMemberType] -- as above

    async with running_worker(settings, log):
        for document in documents:
            await status_is(ada, document, "completed")

    for document in documents:
        await assert_stored_once(database, document)


@MINUTES
async def test_a_worker_outlives_its_broker(
    ada: Person, database: Database, settings: Settings, log: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("mortal-broker")
    broker = ValkeyServer(folder / "data", secrets_folder=folder / "secrets")
    broker.prepare()
    own = Settings.model_validate({**settings.model_dump(), "redis_url": broker.url})
    authorization = ada.http.headers["authorization"]
    async with running_server(own) as (url, _), client_of(url, authorization=authorization) as http:
        person = replace(ada, http=http)
        project_id = await create_project(person)
        with broker.running(folder / "valkey.log"):
            worker = WorkerProcess(own, log)
            first = (await add_document(person, project_id, REPORT))["id"]
            await status_is(person, first, "completed")
        try:
            second = (await add_document(person, project_id, REPORT))["id"]
            assert (await read_document(person, second))["status"] == "queued"
            with broker.running(folder / "valkey.log"):
                await status_is(person, second, "completed")
        finally:
            worker.kill()

    await assert_stored_once(database, second)


@MINUTES
async def test_a_document_whose_database_connections_are_cut_is_completed(
    ada: Person, database: Database, settings: Settings, holds: StageHolds, log: Path
) -> None:
    project_id = await create_project(ada)
    async with running_worker(settings, log):
        document = await add_document_held(ada, project_id, holds, "vectorization")
        await status_is(ada, document, "vectorization")
        await holds.hold_reached(document)

        async with database.system_transaction() as work:
            await work.session.execute(
                text("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
            )
        await holds.release(document)
        await status_is(ada, document, "completed")

    await assert_stored_once(database, document)


@MINUTES
async def test_a_worker_that_is_asked_to_stop_gives_its_document_back(
    ada: Person, database: Database, settings: Settings, holds: StageHolds, log: Path
) -> None:
    project_id = await create_project(ada)
    async with running_worker(settings, log) as worker:
        document = await add_document_held(ada, project_id, holds, "chunking")
        await status_is(ada, document, "chunking")

        status = await worker.terminate(within_s=30)

    left = await stored(database, document)
    assert status == 0
    assert (left.status, left.attempts, left.lease_owner) == ("queued", 0, None)
    await holds.release(document)
    async with running_worker(settings, log):
        await status_is(ada, document, "completed")
    assert (await stored(database, document)).attempts == 1
    await assert_stored_once(database, document)


@MINUTES
async def test_an_idle_worker_stops_at_once(settings: Settings, log: Path, broker_url: str) -> None:
    with Redis.from_url(broker_url) as redis:  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
        redis.flushall()  # pyright: ignore[reportUnknownMemberType] -- as above

        async def reported() -> bool:
            return bool(redis.exists(ALIVE_KEY))

        async with running_worker(settings, log) as worker:
            await until(reported)
            assert await worker.terminate(within_s=30) == 0


@MINUTES
async def test_a_document_that_kills_its_workers_ends_failed_and_harms_no_other(
    ada: Person, database: Database, settings: Settings, holds: StageHolds, log: Path
) -> None:
    project_id = await create_project(ada)
    killer = await add_document_held(ada, project_id, holds, "chunking")
    neighbour = await add_document_held(ada, project_id, holds, "chunking")
    for attempt in range(settings.job_attempts):
        async with running_worker(settings, log) as worker:
            await in_hand(database, killer, attempts=attempt + 1)
            if attempt == 0:
                await in_hand(database, neighbour, attempts=1)
            worker.kill()
        await holds.release(neighbour)
        await holds.release(killer)
        await holds.hold(killer, "chunking")

    async with running_worker(settings, log):
        await status_is(ada, killer, "failed")
        await status_is(ada, neighbour, "completed")

    assert (await read_document(ada, killer))["error_code"] == "ingestion_crashed"
    assert (await stored(database, neighbour)).attempts <= settings.job_attempts
    await assert_stored_once(database, neighbour)
    assert await count_stored(database, killer) == (0, 0)


@MINUTES
async def test_deleting_a_document_in_hand_leaves_nothing(
    ada: Person, database: Database, settings: Settings, holds: StageHolds, log: Path
) -> None:
    project_id = await create_project(ada)
    async with running_worker(settings, log):
        document = await add_document_held(ada, project_id, holds, "partitioning")
        await status_is(ada, document, "partitioning")
        key = (await stored(database, document)).storage_key
        await holds.release(document)
        assert (await ada.http.delete(f"/api/documents/{document}")).status_code == 204

        async def gone() -> bool:
            folder = work_folder(settings)
            return not (settings.data_dir / "objects" / key).exists() and not any(folder.iterdir())

        await until(gone)
        other = (await add_document(ada, project_id, REPORT))["id"]
        await status_is(ada, other, "completed")

    assert await count_stored(database, document) == (0, 0)
    with pytest.raises(httpx.HTTPStatusError):
        (await ada.http.get(f"/api/documents/{document}")).raise_for_status()


async def add_document_held(person: Person, project_id: str, holds: StageHolds, stage: str) -> str:
    """A document that stays in `stage` until it is released."""
    document_id = await upload_unconfirmed(person, project_id, REPORT, file_name="report.md")
    await holds.hold(document_id, stage)
    await confirm(person, document_id)
    return document_id
