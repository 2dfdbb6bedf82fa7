"""Writes a document's chunks and vectors in one transaction, in the place of what was there."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from opentrace.db.engine import UnitOfWork
from opentrace.knowledge.facets import Facets
from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.ingestion.embed import EmbeddedWindow
from opentrace.knowledge.ingestion.float_arrays import Floats, take_floats
from opentrace.knowledge.ingestion.health import ChunkFlag
from opentrace.knowledge.ingestion.lease import ClaimedDocument, LeaseLost
from opentrace.ports.document_parser import Location

_CHUNKS_A_STATEMENT = 500
_WINDOWS_A_STATEMENT = 1000

_LOCK_PROJECT = text("""
    SELECT s.embedding_model FROM projects p JOIN project_settings s ON s.project_id = p.id
    WHERE p.id = :project_id FOR KEY SHARE OF p FOR SHARE OF s
""")
_LOCK_DOCUMENT = text("SELECT 1 FROM documents WHERE id = :document_id AND lease_owner = :owner FOR UPDATE")
_DELETE_CHUNKS = text("DELETE FROM document_chunks WHERE project_id = :project_id AND document_id = :document_id")
_DELETE_REPLACED = text("DELETE FROM documents WHERE id = :replaced AND project_id = :project_id")
_INSERT_CHUNK = text("""
    INSERT INTO document_chunks (id, document_id, project_id, chunk_index, content, context, original_content, types,
        heading_path, page_number, locations, char_count, flags)
    VALUES (:id, :document_id, :project_id, :chunk_index, :content, :context, CAST(:original_content AS jsonb), :types,
        :heading_path, :page_number, CAST(:locations AS jsonb), :char_count, :flags)
""")
# All vectors of a statement travel as one array of floats: ten times as fast as one parameter for each of them.
_INSERT_WINDOWS = text("""
    INSERT INTO chunk_embeddings (project_id, model, chunk_id, window_index, char_start, char_end, embedding)
    SELECT :project_id, :model, chunk_id, window_index, char_start, char_end,
        CAST(floats[1 + (place - 1) * :dimensions : place * :dimensions] AS vector)
    FROM unnest(CAST(:chunk_ids AS uuid[]), CAST(:indexes AS integer[]), CAST(:starts AS integer[]),
            CAST(:ends AS integer[]))
        WITH ORDINALITY AS windows (chunk_id, window_index, char_start, char_end, place),
        (SELECT CAST(:floats AS real[]) AS floats) AS vectors
    ON CONFLICT DO NOTHING
""")
_COMPLETE = text("""
    UPDATE documents SET
        status = 'completed', status_message = :message, stage_details = :details, error_code = NULL, title = :title,
        facets = :facets, period_end = :period_end,
        page_count = :page_count, sha256 = :sha256, content_type = :content_type, size_bytes = :size_bytes,
        file_name = coalesce(:page_name, file_name), fetched = :fetched, replaces_document_id = NULL,
        lease_owner = NULL, lease_expires_at = NULL, updated_at = clock_timestamp()
    WHERE id = :document_id
""").bindparams(bindparam("details", type_=JSONB), bindparam("fetched", type_=JSONB(none_as_null=True)))


class ModelSwitched(Exception):
    """The project was embedded anew while the document was read: it has to be embedded with the model of now."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a run made of a document. `contexts` and `flags` have an entry a chunk, `windows` name it by its place.

    `page_name` and `fetched` are of web pages.
    """

    chunks: Sequence[Chunk]
    contexts: Sequence[str]
    flags: Sequence[tuple[ChunkFlag, ...]]
    windows: Sequence[EmbeddedWindow]
    model: str
    title: str | None
    facets: Facets
    page_count: int | None
    sha256: bytes
    content_type: str
    size_bytes: int
    page_name: str | None = None
    fetched: dict[str, Any] | None = None


async def store_document(work: UnitOfWork, document: ClaimedDocument, read: ReadDocument) -> None:
    """Raises LeaseLost where the document is gone or in other hands, ModelSwitched where the project has vectors of
    another model by now; the locks hold until the transaction ends."""
    ids = {"document_id": document.document_id, "project_id": document.project_id}
    # In the order in which the deletion of a project takes them, so that the two wait for each other.
    embedding_model = await work.session.scalar(_LOCK_PROJECT, {"project_id": document.project_id})
    if embedding_model is None:
        raise LeaseLost
    if embedding_model != document.embedding_model:
        raise ModelSwitched
    held = await work.session.scalar(_LOCK_DOCUMENT, {"document_id": document.document_id, "owner": document.owner})
    if held is None:
        raise LeaseLost
    await work.session.execute(_DELETE_CHUNKS, ids)
    chunk_ids = [uuid4() for _ in read.chunks]
    rows = (
        ids | {"id": chunk_id, "chunk_index": index} | _columns(chunk, context, flags)
        for index, (chunk_id, chunk, context, flags) in enumerate(
            zip(chunk_ids, read.chunks, read.contexts, read.flags, strict=True)
        )
    )
    for batch in _batches(rows, _CHUNKS_A_STATEMENT):
        await work.session.execute(_INSERT_CHUNK, batch)
    await store_windows(work, read.windows, chunk_ids, project_id=document.project_id, model=read.model)


async def mark_completed(
    work: UnitOfWork, document: ClaimedDocument, read: ReadDocument, *, message: str, details: dict[str, Any]
) -> None:
    values = {
        "document_id": document.document_id,
        "message": message,
        "details": details,
        "title": read.title,
        "facets": list(read.facets.values),
        "period_end": read.facets.period_end,
        "page_count": read.page_count,
        "sha256": read.sha256,
        "content_type": read.content_type,
        "size_bytes": read.size_bytes,
        "page_name": read.page_name,
        "fetched": read.fetched,
    }
    await work.session.execute(_COMPLETE, values)
    if document.replaces is not None:
        replaced = {"replaced": document.replaces, "project_id": document.project_id}
        await work.session.execute(_DELETE_REPLACED, replaced)


async def store_windows(
    work: UnitOfWork, windows: Sequence[EmbeddedWindow], chunk_ids: Sequence[UUID], *, project_id: UUID, model: str
) -> None:
    """`windows` name their chunks by the place in `chunk_ids`."""
    await take_floats(work.session)
    for batch in _batches(iter(windows), _WINDOWS_A_STATEMENT):
        vectors = np.stack([window.vector for window in batch])
        values = {
            "project_id": project_id,
            "model": model,
            "dimensions": vectors.shape[1],
            "chunk_ids": [chunk_ids[window.chunk_index] for window in batch],
            "indexes": [window.window_index for window in batch],
            "starts": [window.char_start for window in batch],
            "ends": [window.char_end for window in batch],
            "floats": Floats(vectors.ravel()),
        }
        await work.session.execute(_INSERT_WINDOWS, values)


def _columns(chunk: Chunk, context: str, flags: tuple[ChunkFlag, ...]) -> dict[str, Any]:
    return {
        "content": chunk.content,
        "context": context,
        "original_content": json.dumps({"text": chunk.text, "tables": chunk.tables, "images": []}),
        "types": list(chunk.types),
        "heading_path": list(chunk.heading_path),
        "page_number": chunk.page_number,
        "locations": json.dumps([_location(location) for location in chunk.locations]),
        "char_count": len(chunk.content),
        "flags": list(flags),
    }


Item = TypeVar("Item")


def _location(location: Location) -> dict[str, Any]:
    """Without what only spreadsheets have, in other documents."""
    return {name: value for name, value in asdict(location).items() if value is not None}


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
