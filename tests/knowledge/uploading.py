"""People who upload documents over HTTP."""

import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select

from opentrace.db.engine import Database
from opentrace.knowledge.models import ChunkEmbedding, Document, DocumentChunk
from tests.api_fixtures import Person

MARKDOWN = b"""# Annual report

The company sold **12 million** bicycles in the year.

## Outlook

Sales should grow by a tenth, which the board thinks is careful.
"""


async def create_project(person: Person, name: str = "Reports") -> str:
    response = await person.http.post("/api/projects", json={"name": name})
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def request_upload(
    person: Person, project_id: str, *, file_name: str, content_type: str = "application/octet-stream", size_bytes: int
) -> httpx.Response:
    body = {"file_name": file_name, "content_type": content_type, "size_bytes": size_bytes}
    # In ASCII, as a lone surrogate in a name has no other form.
    return await person.http.post(
        f"/api/projects/{project_id}/documents",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )


async def send(upload: dict[str, Any], data: bytes | AsyncGenerator[bytes], **headers: str) -> httpx.Response:
    """Send the bytes as the answer to `request_upload` says, as somebody who has nothing but it."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        return await client.request(
            upload["method"], upload["url"], content=data, headers={**upload["headers"], **headers}
        )


async def upload_unconfirmed(
    person: Person, project_id: str, data: bytes, *, file_name: str, content_type: str = "application/octet-stream"
) -> str:
    created = await request_upload(
        person, project_id, file_name=file_name, content_type=content_type, size_bytes=len(data)
    )
    assert created.status_code == 201, created.text
    sent = await send(created.json()["upload"], data)
    assert sent.status_code == 204, sent.text
    return created.json()["document"]["id"]


async def confirm(person: Person, document_id: str) -> dict[str, Any]:
    response = await person.http.post(f"/api/documents/{document_id}/confirm")
    assert response.status_code == 202, response.text
    return response.json()


async def add_document(
    person: Person, project_id: str, data: bytes = MARKDOWN, *, file_name: str = "report.md"
) -> dict[str, Any]:
    return await confirm(person, await upload_unconfirmed(person, project_id, data, file_name=file_name))


async def read_document(person: Person, document_id: str) -> dict[str, Any]:
    response = await person.http.get(f"/api/documents/{document_id}")
    assert response.status_code == 200, response.text
    return response.json()


async def stored_document(database: Database, document_id: str) -> Document | None:
    async with database.system_transaction() as work:
        return await work.session.get(Document, UUID(document_id))


async def count_stored(database: Database, document_id: str) -> tuple[int, int]:
    """How many chunks and how many vectors of a document there are."""
    async with database.system_transaction() as work:
        own = DocumentChunk.document_id == UUID(document_id)
        chunks = await work.session.scalar(select(func.count()).select_from(DocumentChunk).where(own))
        vectors = await work.session.scalar(
            select(func.count())
            .select_from(ChunkEmbedding)
            .join(DocumentChunk, DocumentChunk.id == ChunkEmbedding.chunk_id)
            .where(own)
        )
    return chunks or 0, vectors or 0
