"""Users, projects and chunks that a search can find, written past the ingestion pipeline."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector
from sqlalchemy import insert

from opentrace.auth.models import User
from opentrace.db.engine import Database
from opentrace.knowledge.facets import document_facets
from opentrace.knowledge.models import ChunkEmbedding, Document, DocumentChunk
from opentrace.ports.authenticator import Principal
from opentrace.projects.models import Project, ProjectSettings
from opentrace.projects.schemas import DefaultSettings

MODEL = "test-model"


@dataclass(frozen=True, slots=True)
class SeededChunk:
    """`windows` are (char_start, char_end, vector); by default the whole chunk has the vector."""

    content: str
    windows: Sequence[tuple[int, int, Sequence[float] | NDArray[np.float32]]]
    context: str = ""
    page_number: int | None = None
    locations: Sequence[dict[str, Any]] = ()
    tables: Sequence[str] = ()
    chunk_id: UUID = field(default_factory=uuid4)


def chunk(content: str, *vectors: Sequence[float] | NDArray[np.float32], **fields: Any) -> SeededChunk:
    """A chunk with a window a vector, each over an equal share of the content."""
    size = len(content) // len(vectors)
    windows = [(index * size, (index + 1) * size, vector) for index, vector in enumerate(vectors)]
    return SeededChunk(content, windows, **fields)


async def seed_user(database: Database) -> Principal:
    user_id = uuid4()
    async with database.system_transaction() as work:
        work.session.add(User(id=user_id, external_id=f"test:{user_id}", email=None, password_hash=None))
    return Principal(user_id, None, via="session")


async def seed_project(database: Database, principal: Principal, **settings: Any) -> UUID:
    project_id = uuid4()
    async with database.system_transaction() as work:
        work.session.add(Project(id=project_id, user_id=principal.user_id, name="Seeded"))
        await work.session.flush()
        values = {**asdict(DefaultSettings()), "embedding_model": "all-MiniLM-L6-v2", **settings}
        work.session.add(ProjectSettings(project_id=project_id, **values))
    return project_id


async def seed_document(
    database: Database,
    project_id: UUID,
    chunks: Sequence[SeededChunk],
    *,
    file_name: str = "seeded.txt",
    model: str = MODEL,
) -> UUID:
    document_id = uuid4()
    facets = document_facets(
        file_name=file_name, title=None, media_type="text/plain", contents=[item.content for item in chunks]
    )
    async with database.system_transaction() as work:
        work.session.add(
            Document(
                id=document_id,
                project_id=project_id,
                source="file",
                file_name=file_name,
                content_type="text/plain",
                size_bytes=1,
                storage_key=f"test/{document_id}",
                status="completed",
                facets=list(facets.values),
                period_end=facets.period_end,
            )
        )
        await work.session.flush()
        await work.session.execute(
            insert(DocumentChunk),
            [
                {
                    "id": item.chunk_id,
                    "document_id": document_id,
                    "project_id": project_id,
                    "chunk_index": index,
                    "content": item.content,
                    "context": item.context,
                    "original_content": {"text": item.content, "tables": list(item.tables), "images": []},
                    "types": ["NarrativeText"],
                    "heading_path": [],
                    "page_number": item.page_number,
                    "locations": list(item.locations),
                    "char_count": len(item.content),
                }
                for index, item in enumerate(chunks)
            ],
        )
        await work.session.execute(
            insert(ChunkEmbedding),
            [
                {
                    "project_id": project_id,
                    "model": model,
                    "chunk_id": item.chunk_id,
                    "window_index": index,
                    "char_start": start,
                    "char_end": end,
                    "embedding": Vector(np.asarray(vector, np.float32)),
                }
                for item in chunks
                for index, (start, end, vector) in enumerate(item.windows)
            ],
        )
    return document_id
