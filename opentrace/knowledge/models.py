"""Documents, the chunks they are cut into, and the vectors of the chunks."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from opentrace.db.base import Base, HasCreatedAt, HasId, HasUpdatedAt

DocumentSource = Literal["file", "url"]
DocumentStatus = Literal[
    "uploading", "queued", "partitioning", "chunking", "summarising", "vectorization", "completed", "failed"
]
IN_WORK: tuple[DocumentStatus, ...] = ("partitioning", "chunking", "summarising", "vectorization")
MOVING: tuple[DocumentStatus, ...] = ("queued", *IN_WORK)

WAITING = "Waiting for a worker."
"""What is said of a document in the queue, where nothing more is known."""


class Document(Base, HasId, HasCreatedAt, HasUpdatedAt):
    """`lease_owner` is the run of a worker that has the document in hand, until `lease_expires_at`.

    `attempts` counts the runs that began; `enqueued_at` is when a job was last handed to the broker. `fetched` is the
    version of a web page that was read: {url, etag, last_modified, charset, canonical_url, model, at}. The document
    `replaces_document_id` goes when this one is searchable. `facets` and `period_end` are what it is about as a whole
    (opentrace/knowledge/facets.py).
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_project_id_created_at_id", "project_id", "created_at", "id"),
        UniqueConstraint("project_id", "id", name="uq_documents_project_id_id"),
        Index("ix_documents_project_id_sha256", "project_id", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
        Index("uq_documents_project_id_url", "project_id", "url", unique=True, postgresql_where=text("source = 'url'")),
        Index("ix_documents_facets", text("lexeme_keys(project_id, facets)"), postgresql_using="gin"),
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
    fetched: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
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
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    period_end: Mapped[date | None]
    replaces_document_id: Mapped[UUID | None]


class DocumentChunk(Base):
    """`content` is what is searched, `original_content` {text, tables, images} what is shown and cited.

    `context` (document title or name and heading path) is searched with it. `locations` is a list of
    `{page, x0, y0, x1, y1, start, end}`: boxes in 0..1 of the page, and the characters of `content` they hold. `flags`
    mark what is wrong with the text (`ingestion/health.py`): an `instruction_like` one is not to be followed.
    """

    __tablename__ = "document_chunks"
    __table_args__ = (
        UniqueConstraint(
            "project_id", "document_id", "chunk_index", name="uq_document_chunks_project_id_document_id_chunk_index"
        ),
        ForeignKeyConstraint(
            ["project_id", "document_id"],
            ["documents.project_id", "documents.id"],
            ondelete="CASCADE",
            name="fk_document_chunks_project_id_document_id_documents",
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID]
    chunk_index: Mapped[int]
    content: Mapped[str]
    context: Mapped[str]
    original_content: Mapped[dict[str, Any]]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    page_number: Mapped[int | None]
    locations: Mapped[list[dict[str, Any]]]
    char_count: Mapped[int]
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class KeywordStatistics(Base):
    """What keyword search knows of a project. `chunks` is None until they are first counted."""

    __tablename__ = "keyword_statistics"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    configuration: Mapped[str]
    chunks: Mapped[int | None]
    mean_length: Mapped[float | None]
    common_lexemes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    common_shares: Mapped[list[float]] = mapped_column(ARRAY(REAL), server_default="{}")


class ChunkLexemes(Base):
    """The words of a chunk; a trigger writes them with it."""

    __tablename__ = "chunk_lexemes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "chunk_id"],
            ["document_chunks.project_id", "document_chunks.id"],
            ondelete="CASCADE",
            name="fk_chunk_lexemes_project_id_chunk_id_document_chunks",
        ),
        Index(
            "ix_chunk_lexemes_keys",
            text("lexeme_keys(project_id, tsvector_to_array(lexemes))"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    chunk_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(index=True)
    length: Mapped[int]
    lexemes: Mapped[Any] = mapped_column(TSVECTOR)


class ChunkEmbedding(Base):
    """One vector per window of a chunk, because a model reads only so much.

    `char_start` and `char_end` delimit the window in the chunk's `content`. The vector has no fixed dimension:
    models of different sizes live side by side, and each index is over one model's rows.
    """

    __tablename__ = "chunk_embeddings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "chunk_id"],
            ["document_chunks.project_id", "document_chunks.id"],
            ondelete="CASCADE",
            name="fk_chunk_embeddings_project_id_chunk_id_document_chunks",
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    chunk_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    window_index: Mapped[int] = mapped_column(primary_key=True)
    char_start: Mapped[int]
    char_end: Mapped[int]
    embedding: Mapped[Any] = mapped_column(VECTOR())


class CachedEmbedding(Base):
    """A vector by the SHA-256 of the text that was embedded."""

    __tablename__ = "embedding_cache"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(primary_key=True)
    embedding: Mapped[Any] = mapped_column(VECTOR())
    used_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class CachedSummary(Base):
    """What a chat model wrote about a table or picture, by the SHA-256 of what it was told."""

    __tablename__ = "summary_cache"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(primary_key=True)
    summary: Mapped[str]
    used_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ObjectDeletion(Base, HasCreatedAt):
    """Keys of stored objects whose document is gone. A trigger writes them, the sweeper removes the objects.

    An object is removed at `due_at`, and once more after `upload_expires_at`: until then its upload address works.
    """

    __tablename__ = "object_deletions"

    storage_key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    upload_expires_at: Mapped[datetime | None]
