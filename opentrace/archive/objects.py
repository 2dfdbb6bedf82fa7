"""The stored objects of documents: which there are, and their way into an archive and back."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg

from opentrace.archive.file import ArchiveWriter
from opentrace.ports.blob_store import BlobNotFound, BlobStore

FOLDER = "objects/"

_KEYS = """
    SELECT d.storage_key, d.content_type FROM documents d
    WHERE d.status <> 'uploading' AND (%(project_id)s::uuid IS NULL OR d.project_id = %(project_id)s)
    UNION
    SELECT image ->> 'storage_key', coalesce(image ->> 'media_type', 'application/octet-stream')
    FROM document_chunks c, jsonb_array_elements(c.original_content -> 'images') image
    WHERE image ? 'storage_key' AND (%(project_id)s::uuid IS NULL OR c.project_id = %(project_id)s)
"""


def object_keys(connection: psycopg.Connection, project_id: UUID | None) -> list[tuple[str, str]]:
    """Key and content type of each object, of one project or of all."""
    return [(row[0], row[1]) for row in connection.execute(_KEYS, {"project_id": project_id})]


async def add_objects(archive: ArchiveWriter, store: BlobStore, keys: Sequence[tuple[str, str]]) -> int:
    """How many there are. An object that is gone belonged to a document that was deleted meanwhile."""
    added = 0
    with tempfile.TemporaryDirectory(prefix="opentrace-archive-") as folder:
        copy = Path(folder) / "object"
        for key, _ in keys:
            try:
                await store.download(key, copy)
            except BlobNotFound:
                continue
            archive.add(FOLDER + key, copy)
            copy.unlink()
            added += 1
    return added


async def put_object(store: BlobStore, key: str, content: IO[bytes], *, content_type: str) -> None:
    await store.put(key, content.read(), content_type=content_type)
