"""Uploads over HTTP: from the request of an address to the confirmed document."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from opentrace.knowledge.models import Document
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Person, Serve, SignUp
from tests.knowledge.uploading import (
    MARKDOWN,
    add_document,
    confirm,
    create_project,
    read_document,
    request_upload,
    send,
    stored_document,
    upload_unconfirmed,
)
from tests.nasty_strings import NASTY_STRINGS
from tests.waiting import until

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
GIF = b"GIF89a" + bytes(64)


def problem(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def requested(person: Person, size_bytes: int = 4, **values: str) -> dict[str, Any]:
    project_id = await create_project(person)
    response = await request_upload(person, project_id, size_bytes=size_bytes, **{"file_name": "a.txt", **values})
    assert response.status_code == 201, response.text
    return response.json()


async def test_a_file_goes_from_the_address_to_a_queued_document(sign_up: SignUp, server_url: str) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)

    created = (
        await request_upload(
            ada, project_id, file_name="report.md", content_type="text/markdown", size_bytes=len(MARKDOWN)
        )
    ).json()
    sent = await send(created["upload"], MARKDOWN)
    document = await confirm(ada, created["document"]["id"])

    assert created["document"]["status"] == "uploading"
    assert created["upload"]["method"] == "PUT"
    assert created["upload"]["url"].startswith(server_url + "/api/blobs/")
    assert sent.status_code == 204
    assert document["status"] == "queued"
    assert (document["file_name"], document["content_type"]) == ("report.md", "text/markdown")
    assert (document["size_bytes"], document["source"], document["project_id"]) == (len(MARKDOWN), "file", project_id)
    assert "storage_key" not in document


async def test_addresses_are_below_the_public_url(serve: Serve, settings: Settings, sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    behind_proxy = await serve(settings.model_copy(update={"public_url": "https://docs.example.org"}))

    response = await behind_proxy.post(
        f"/api/projects/{project_id}/documents",
        json={"file_name": "a.txt", "size_bytes": 1},
        headers={"authorization": f"Bearer {ada.token}"},
    )

    assert response.json()["upload"]["url"].startswith("https://docs.example.org/api/blobs/")


@pytest.mark.parametrize(
    ("file_name", "content_type", "expected"),
    [
        ("a.pdf", "application/pdf", "application/pdf"),
        ("a", "application/pdf; version=1.7", "application/pdf"),
        ("A.PDF", "application/octet-stream", "application/pdf"),
        ("a.md", "", "text/markdown"),
        ("notes.markdown", "text/x-unknown", "text/markdown"),
        ("a.htm", "application/octet-stream", "text/html"),
        ("a.txt", "TEXT/PLAIN", "text/plain"),
    ],
)
async def test_the_type_is_the_declared_one_else_that_of_the_ending(
    sign_up: SignUp, file_name: str, content_type: str, expected: str
) -> None:
    created = await requested(await sign_up(), file_name=file_name, content_type=content_type)

    assert created["document"]["content_type"] == expected
    assert created["upload"]["headers"] == {"Content-Type": expected}


@pytest.mark.parametrize(
    ("file_name", "content_type"), [("a.gif", "image/gif"), ("a", "application/octet-stream"), ("a.exe", "")]
)
async def test_kinds_that_are_not_read_are_refused_at_once(sign_up: SignUp, file_name: str, content_type: str) -> None:
    ada = await sign_up()

    response = await request_upload(
        ada, await create_project(ada), file_name=file_name, content_type=content_type, size_bytes=1
    )

    assert problem(response) == (415, "document_type_unsupported")
    assert ".pdf" in response.json()["detail"]


async def test_files_that_are_too_large_are_refused_at_once(sign_up: SignUp, settings: Settings) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)

    allowed = await request_upload(ada, project_id, file_name="a.txt", size_bytes=settings.max_upload_bytes)
    refused = await request_upload(ada, project_id, file_name="a.txt", size_bytes=settings.max_upload_bytes + 1)

    assert allowed.status_code == 201
    assert problem(refused) == (413, "document_too_large")


@pytest.mark.parametrize("size_bytes", [-1, 1.5, "many", None, 1 << 70])
async def test_a_size_that_is_none_is_refused(sign_up: SignUp, size_bytes: Any) -> None:
    ada = await sign_up()

    response = await request_upload(ada, await create_project(ada), file_name="a.txt", size_bytes=size_bytes)

    assert problem(response) == (422, "validation_failed")


@pytest.mark.parametrize("data", [b"abc", b"abcde"])
async def test_another_size_than_announced_is_refused_and_the_address_still_works(sign_up: SignUp, data: bytes) -> None:
    created = await requested(await sign_up(), 4)

    refused = await send(created["upload"], data)

    assert problem(refused) == (413 if len(data) > 4 else 422, "upload_size_mismatch")
    assert (await send(created["upload"], b"abcd")).status_code == 204


async def test_a_body_without_a_length_is_held_to_the_size_too(sign_up: SignUp) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    created = await requested(await sign_up(), 4)
    try:
        refused = await send(created["upload"], endless())
    except httpx.WriteError:
        return  # the server closed the connection while the body was still being sent
    assert problem(refused) == (413, "upload_size_mismatch")


async def test_another_type_than_announced_is_refused(sign_up: SignUp) -> None:
    created = await requested(await sign_up(), 4)

    refused = await send(created["upload"], b"abcd", **{"Content-Type": "text/html"})

    assert problem(refused) == (415, "upload_type_mismatch")


async def test_an_address_works_once(sign_up: SignUp) -> None:
    created = await requested(await sign_up(), 4)
    assert (await send(created["upload"], b"abcd")).status_code == 204

    assert problem(await send(created["upload"], b"abcd")) == (409, "upload_already_used")


async def test_a_forged_address_is_refused(sign_up: SignUp) -> None:
    created = await requested(await sign_up(), 4)
    other = await requested(await sign_up(), 4)
    payload, signature = created["upload"]["url"].rpartition(".")[0], other["upload"]["url"].rpartition(".")[2]
    upload = {**created["upload"], "url": f"{payload}.{signature}"}

    assert problem(await send(upload, b"abcd")) == (403, "upload_signature_invalid")


async def test_an_expired_address_is_refused(serve: Serve, settings: Settings, sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    hasty = await serve(settings.model_copy(update={"upload_expires_s": 1}))
    created = (
        await hasty.post(
            f"/api/projects/{project_id}/documents",
            json={"file_name": "a.txt", "size_bytes": 4},
            headers={"authorization": f"Bearer {ada.token}"},
        )
    ).json()
    expires_at = datetime.fromisoformat(created["upload"]["expires_at"])

    async def expired() -> bool:
        return datetime.now(UTC) > expires_at + timedelta(seconds=1)

    await until(expired)

    refused = await send(created["upload"], b"abcd")
    unconfirmed = await ada.http.post(f"/api/documents/{created['document']['id']}/confirm")

    assert problem(refused) == (410, "upload_expired")
    assert problem(unconfirmed) == (410, "upload_expired")


async def test_an_interrupted_upload_leaves_nothing_and_can_be_repeated(
    sign_up: SignUp, services: Services, server_url: str
) -> None:
    ada = await sign_up()
    created = await requested(ada, 400_000)
    address = urlsplit(server_url)
    path: str = created["upload"]["url"].removeprefix(server_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 400000\r\n\r\n"
    writer.write(head.encode() + bytes(100_000))
    await writer.drain()
    writer.close()
    await reader.read()

    incoming = services.settings.data_dir / "objects/.incoming"

    async def swept() -> bool:
        return not any(incoming.iterdir())

    await until(swept)
    document_id = created["document"]["id"]
    missing = await ada.http.post(f"/api/documents/{document_id}/confirm")
    repeated = await send(created["upload"], b"x" * 400_000)

    assert problem(missing) == (409, "upload_missing")
    assert repeated.status_code == 204
    assert (await confirm(ada, document_id))["status"] == "queued"


@pytest.mark.parametrize(
    ("data", "file_name", "detected"),
    [
        (PDF, "a.txt", "application/pdf"),
        (b"<!DOCTYPE html><title>x</title><p>y", "a.pdf", "text/html"),
        (b"Just words.", "a.pdf", "text/plain"),
    ],
)
async def test_a_mislabelled_file_gets_its_true_type(
    sign_up: SignUp, data: bytes, file_name: str, detected: str
) -> None:
    ada = await sign_up()

    document = await add_document(ada, await create_project(ada), data, file_name=file_name)

    assert (document["status"], document["content_type"]) == ("queued", detected)


@pytest.mark.parametrize(
    ("data", "code"),
    [(GIF, "document_type_unsupported"), (b"", "document_empty"), (b"MZ" + bytes(99), "document_type_unsupported")],
)
async def test_what_cannot_be_read_fails_its_document_with_a_sentence(sign_up: SignUp, data: bytes, code: str) -> None:
    ada = await sign_up()

    document = await add_document(ada, await create_project(ada), data, file_name="a.pdf")

    assert (document["status"], document["error_code"]) == ("failed", code)
    assert document["status_message"].endswith(".")
    assert await read_document(ada, document["id"]) == document


async def test_many_confirmations_at_once_are_one_job(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document_id = await upload_unconfirmed(ada, await create_project(ada), MARKDOWN, file_name="a.md")

    answers = await asyncio.gather(*(confirm(ada, document_id) for _ in range(8)))
    enqueued = (await stored(services, document_id)).enqueued_at
    later = await confirm(ada, document_id)

    assert {answer["status"] for answer in answers} == {"queued"}
    assert len({answer["updated_at"] for answer in [*answers, later]}) == 1
    assert (await stored(services, document_id)).enqueued_at == enqueued


async def test_confirming_a_completed_document_changes_nothing(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document_id = (await add_document(ada, await create_project(ada)))["id"]
    async with services.database.system_transaction() as work:
        await work.session.execute(update(Document).where(Document.id == UUID(document_id)).values(status="completed"))

    assert (await confirm(ada, document_id))["status"] == "completed"


async def test_a_broker_that_is_away_does_not_fail_a_confirmation(
    serve: Serve, settings: Settings, sign_up: SignUp
) -> None:
    ada = await sign_up()
    document_id = await upload_unconfirmed(ada, await create_project(ada), MARKDOWN, file_name="a.md")
    without_broker = await serve(
        Settings.model_validate({**settings.model_dump(), "redis_url": "redis://127.0.0.1:1/0"})
    )

    response = await without_broker.post(
        f"/api/documents/{document_id}/confirm", headers={"authorization": f"Bearer {ada.token}"}
    )

    assert response.status_code == 202
    assert response.json()["status"] == "queued"


async def test_names_are_kept_as_text_whatever_they_hold(sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    names = [*NASTY_STRINGS, "..", "a.pdf\x00.exe", "\ud800lone", "", "   ", "a\r\nb.txt", "x" * 300 + ".txt"]

    for name in names:
        response = await request_upload(ada, project_id, file_name=name, content_type="text/plain", size_bytes=1)
        assert response.status_code == 201, response.text
        kept = response.json()["document"]["file_name"]
        assert 1 <= len(kept) <= 255
        assert kept.isprintable() or not any(char < " " for char in kept)
        if name.isprintable() and 0 < len(name.strip()) <= 255:
            assert kept == name.strip()
        assert (await read_document(ada, response.json()["document"]["id"]))["file_name"] == kept


@pytest.mark.parametrize(
    ("file_name", "kept"),
    [
        ("a.pdf\x00.exe", "a.pdf .exe"),
        ("", "Untitled"),
        ("\x00\ud800", "Untitled"),
        ("x" * 300 + ".txt", "x" * 250 + "….txt"),
        ("../../etc/passwd", "../../etc/passwd"),
    ],
)
async def test_names_are_made_fit_to_show(sign_up: SignUp, file_name: str, kept: str) -> None:
    created = await requested(await sign_up(), file_name=file_name, content_type="text/plain")

    assert created["document"]["file_name"] == kept


async def test_strangers_cannot_upload_to_or_confirm_what_is_not_theirs(sign_up: SignUp) -> None:
    ada, eve = await sign_up(), await sign_up()
    project_id = await create_project(ada)
    document_id = await upload_unconfirmed(ada, project_id, MARKDOWN, file_name="a.md")

    assert problem(await request_upload(eve, project_id, file_name="a.md", size_bytes=1)) == (404, "project_not_found")
    assert problem(await eve.http.post(f"/api/documents/{document_id}/confirm")) == (404, "document_not_found")
    assert problem(await eve.http.post(f"/api/documents/{uuid4()}/confirm")) == (404, "document_not_found")


async def stored(services: Services, document_id: str) -> Document:
    document = await stored_document(services.database, document_id)
    assert document is not None
    return document
