"""Documents, the chunks they are cut into, and the vectors of the chunks."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import BigInteger, Computed, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from opentrace.db.base import Base, HasCreatedAt, HasId, HasUpdatedAt

DocumentSource = Literal["file", "url"]
DocumentStatus = Literal[
    "uploading", "queued", "partitioning", "chunking", "summarising", "vectorization", "completed", "failed"
]
IN_WORK: tuple[DocumentStatus, ...] = ("partitioning", "chunking", "summarising", "vectorization")
MOVING: tuple[DocumentStatus, ...] = ("queued", *IN_WORK)


class Document(Base, HasId, HasCreatedAt, HasUpdatedAt):
    """`lease_owner` is the run of a worker that has the document in hand, until `lease_expires_at`.

    `attempts` counts the runs that began; `enqueued_at` is when a job was last handed to the broker.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_project_id_created_at_id", "project_id", "created_at", "id"),
        Index("ix_documents_moving", "status", postgresql_where=text("status NOT IN ('completed', 'failed')")),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source: Mapped[DocumentSource] = mapped_column(Text)
    file_name: Mapped[str]
    title: Mapped[str | None]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None]
    storage_key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str | None]
    status: Mapped[DocumentStatus] = mapped_column(Text)
    status_message: Mapped[str | None]
    stage_details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    error_code: Mapped[str | None]
    page_count: Mapped[int | None]
    upload_expires_at: Mapped[datetime | None]
    enqueued_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    lease_owner: Mapped[UUID | None]
    lease_expires_at: Mapped[datetime | None]


class DocumentChunk(Base, HasId):
    """`content` is what is searched, `original_content` {text, tables, images} what is shown and cited.

    `context` (document title or name and heading path) is searched with it. `locations` is a list of
    `{page, x0, y0, x1, y1, start, end}`: boxes in 0..1 of the page, and the characters of `content` they hold.
    """

    __tablename__ = "document_chunks"
    __table_args__ = (
        UniqueConstraint("document_id", "chunk_index"),
        Index("ix_document_chunks_tsv", "tsv", postgresql_using="gin"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    chunk_index: Mapped[int]
    content: Mapped[str]
    context: Mapped[str]
    original_content: Mapped[dict[str, Any]]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    page_number: Mapped[int | None]
    locations: Mapped[list[dict[str, Any]]]
    char_count: Mapped[int]
    tsv: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english', content), 'A') || setweight(to_tsvector('english', context), 'B')",
            persisted=True,
        ),
        deferred=True,
        deferred_raiseload=True,
    )


class ChunkEmbedding(Base):
    """One vector per window of a chunk, because a model reads only so much.

    `char_start` and `char_end` delimit the window in the chunk's `content`. The vector has no fixed dimension:
    models of different sizes live side by side, and each index is over one model's rows.
    """

    __tablename__ = "chunk_embeddings"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    chunk_id: Mapped[UUID] = mapped_column(
        ForeignKey("document_chunks.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    window_index: Mapped[int] = mapped_column(primary_key=True)
    char_start: Mapped[int]
    char_end: Mapped[int]
    embedding: Mapped[Any] = mapped_column(VECTOR())


class ObjectDeletion(Base, HasCreatedAt):
    """Keys of stored objects whose document is gone. A trigger writes them, the sweeper removes the objects.

    An object is removed at `due_at`, and once more after `upload_expires_at`: until then its upload address works.
    """

    __tablename__ = "object_deletions"

    storage_key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    upload_expires_at: Mapped[datetime | None]
