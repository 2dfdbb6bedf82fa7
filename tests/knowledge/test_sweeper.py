"""What the sweeper brings back, and what it removes."""

import os
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from opentrace.adapters.celery import CeleryJobQueue
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.knowledge.ingestion.source import work_folder
from opentrace.knowledge.models import Document, ObjectDeletion
from opentrace.knowledge.sweeper import Sweeper
from opentrace.services import Services
from tests.api_fixtures import SignUp
from tests.knowledge.uploading import (
    MARKDOWN,
    add_document,
    create_project,
    request_upload,
    send,
    stored_document,
    upload_unconfirmed,
)


@pytest.fixture
async def own_services(services: Services, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Services]:
    """The services with a broker of the test's own, which nobody else fills or empties."""
    folder = tmp_path_factory.mktemp("broker")
    with ValkeyServer(folder / "data", secrets_folder=folder / "secrets").running(folder / "valkey.log") as url:
        jobs = CeleryJobQueue(url)
        yield replace(services, jobs=jobs)
        await jobs.close()


async def set_columns(services: Services, document_id: str, **values: Any) -> None:
    async with services.database.system_transaction() as work:
        await work.session.execute(update(Document).where(Document.id == UUID(document_id)).values(**values))


async def queued_others_aside(services: Services) -> None:
    """What other tests left in the queue is not swept by this one."""
    async with services.database.system_transaction() as work:
        await work.session.execute(update(Document).where(Document.status == "queued").values(status="failed"))


async def stored(services: Services, document_id: str) -> Document:
    document = await stored_document(services.database, document_id)
    assert document is not None
    return document


async def object_deletion(services: Services, storage_key: str) -> ObjectDeletion | None:
    async with services.database.system_transaction() as work:
        return await work.session.scalar(select(ObjectDeletion).where(ObjectDeletion.storage_key == storage_key))


def ago(**parts: float) -> datetime:
    return datetime.now(UTC) - timedelta(**parts)


async def test_a_document_whose_worker_is_silent_is_queued_again(own_services: Services, sign_up: SignUp) -> None:
    await queued_others_aside(own_services)
    ada = await sign_up()
    silent = await add_document(ada, await create_project(ada))
    busy = await add_document(ada, await create_project(ada))
    held: dict[str, Any] = {"status": "chunking", "lease_owner": uuid4(), "attempts": 1}
    await set_columns(own_services, silent["id"], **held, lease_expires_at=ago(seconds=1))
    await set_columns(own_services, busy["id"], **held, lease_expires_at=ago(seconds=-60))

    await Sweeper(own_services).requeue_expired_leases()

    document = await stored(own_services, silent["id"])
    assert (document.status, document.attempts, document.lease_owner) == ("queued", 1, None)
    assert (await stored(own_services, busy["id"])).status == "chunking"
    assert await own_services.jobs.depth() == 1
    await set_columns(own_services, busy["id"], status="failed")


async def test_a_document_that_the_broker_forgot_is_enqueued_again(own_services: Services, sign_up: SignUp) -> None:
    await queued_others_aside(own_services)
    ada = await sign_up()
    forgotten = await add_document(ada, await create_project(ada))
    fresh = await add_document(ada, await create_project(ada))
    await set_columns(own_services, forgotten["id"], enqueued_at=ago(minutes=5))
    sweeper = Sweeper(own_services)

    await sweeper.requeue_forgotten()
    await sweeper.requeue_forgotten()

    assert await own_services.jobs.depth() == 1
    document = await stored(own_services, forgotten["id"])
    assert document.enqueued_at is not None
    assert document.enqueued_at > ago(minutes=1)
    assert (await stored(own_services, fresh["id"])).status == "queued"


async def test_documents_wait_their_turn_while_the_broker_has_messages(own_services: Services, sign_up: SignUp) -> None:
    await queued_others_aside(own_services)
    ada = await sign_up()
    sweeper = Sweeper(own_services)
    first = await add_document(ada, await create_project(ada))
    await set_columns(own_services, first["id"], enqueued_at=ago(minutes=5))
    await sweeper.requeue_forgotten()
    second = await add_document(ada, await create_project(ada))
    await set_columns(own_services, second["id"], enqueued_at=ago(minutes=5))

    await sweeper.requeue_forgotten()

    assert await own_services.jobs.depth() == 1


async def test_an_upload_that_was_never_confirmed_is_removed_with_its_bytes(
    services: Services, sign_up: SignUp
) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    old = await upload_unconfirmed(ada, project_id, MARKDOWN, file_name="old.md")
    new = await upload_unconfirmed(ada, project_id, MARKDOWN, file_name="new.md")
    await set_columns(services, old, upload_expires_at=ago(minutes=5))
    key = (await stored(services, old)).storage_key
    sweeper = Sweeper(services)

    await sweeper.remove_unconfirmed()
    await sweeper.remove_objects()

    assert await stored_document(services.database, old) is None
    assert await services.blob_store.stat(key) is None
    assert (await stored(services, new)).status == "uploading"


async def test_the_file_of_a_deleted_document_is_removed(services: Services, sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await set_columns(services, document["id"], upload_expires_at=ago(minutes=5))
    key = (await stored(services, document["id"])).storage_key
    await ada.http.delete(f"/api/documents/{document['id']}")
    assert await services.blob_store.stat(key) is not None

    await Sweeper(services).remove_objects()

    assert await services.blob_store.stat(key) is None
    assert await object_deletion(services, key) is None


async def test_the_files_of_a_deleted_project_are_removed(services: Services, sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    documents = [await add_document(ada, project_id) for _ in range(3)]
    keys = [(await stored(services, document["id"])).storage_key for document in documents]
    await ada.http.delete(f"/api/projects/{project_id}")

    await Sweeper(services).remove_objects()

    assert [await services.blob_store.stat(key) for key in keys] == [None] * 3


async def test_a_file_that_arrives_after_its_document_was_deleted_is_removed_too(
    services: Services, sign_up: SignUp
) -> None:
    ada = await sign_up()
    created = (await request_upload(ada, await create_project(ada), file_name="a.md", size_bytes=len(MARKDOWN))).json()
    key = (await stored(services, created["document"]["id"])).storage_key
    await ada.http.delete(f"/api/documents/{created['document']['id']}")
    sweeper = Sweeper(services)
    await sweeper.remove_objects()
    assert (await send(created["upload"], MARKDOWN)).status_code == 204

    deletion = await object_deletion(services, key)
    assert deletion is not None
    assert deletion.due_at > datetime.fromisoformat(created["upload"]["expires_at"])
    async with services.database.system_transaction() as work:
        await work.session.execute(
            update(ObjectDeletion)
            .where(ObjectDeletion.storage_key == key)
            .values(due_at=ago(seconds=1), upload_expires_at=ago(minutes=5))
        )
    await sweeper.remove_objects()

    assert await services.blob_store.stat(key) is None
    assert await object_deletion(services, key) is None


async def test_the_folder_of_a_run_that_was_killed_is_removed(services: Services, sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    running, killed, young = uuid4(), uuid4(), uuid4()
    long_ago = time.time() - 3600
    for owner in (running, killed, young):
        folder = work_folder(services.settings) / str(owner)
        folder.mkdir(parents=True)
        (folder / "document").write_bytes(b"x")
        if owner is not young:
            os.utime(folder, (long_ago, long_ago))
    await set_columns(services, document["id"], lease_owner=running)

    await Sweeper(services).remove_work_folders()

    left = {folder.name for folder in work_folder(services.settings).iterdir()}
    assert left == {str(running), str(young)}
    for owner in (running, young):
        (work_folder(services.settings) / str(owner) / "document").unlink()
        (work_folder(services.settings) / str(owner)).rmdir()


async def test_a_broker_that_is_away_keeps_nothing_else_from_being_swept(services: Services, sign_up: SignUp) -> None:
    ada = await sign_up()
    old = await upload_unconfirmed(ada, await create_project(ada), MARKDOWN, file_name="old.md")
    await set_columns(services, old, upload_expires_at=ago(minutes=5))
    jobs = CeleryJobQueue("redis://127.0.0.1:1/0")

    await Sweeper(replace(services, jobs=jobs)).sweep()

    assert await stored_document(services.database, old) is None
    await jobs.close()
