"""One row of everything that a person can own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from opentrace.auth.models import ApiKey
from opentrace.chat.models import Chat, Message, MessageFeedback
from opentrace.db.engine import Database
from opentrace.knowledge.models import CachedEmbedding, CachedSummary, ChunkEmbedding, Document, DocumentChunk
from opentrace.projects.models import Project, ProjectSettings

TENANT_TABLES = (
    "users",
    "sessions",
    "api_keys",
    "projects",
    "project_settings",
    "documents",
    "document_chunks",
    "chunk_embeddings",
    "chats",
    "messages",
    "message_feedback",
    "embedding_cache",
    "summary_cache",
)


@dataclass(frozen=True, slots=True)
class TenantIds:
    project_id: UUID
    document_id: UUID
    chunk_id: UUID
    chat_id: UUID
    message_id: UUID
    api_key_id: UUID


async def add_tenant_rows(database: Database, *, user_id: UUID) -> TenantIds:
    """A finished document and an answered question in a project of the user's; the user exists already."""
    ids = TenantIds(*(uuid4() for _ in range(6)))
    async with database.system_transaction() as work:
        session = work.session
        session.add(Project(id=ids.project_id, user_id=user_id, name="Reports"))
        session.add(ApiKey(id=ids.api_key_id, user_id=user_id, name="Key", prefix="ot_", token_hash=uuid4().bytes))
        await session.flush()
        session.add_all(
            [
                ProjectSettings(
                    project_id=ids.project_id,
                    rag_strategy="basic",
                    agent_type="simple",
                    embedding_model="all-MiniLM-L6-v2",
                    num_chunks=5,
                    final_context_size=5,
                    use_reranking=False,
                    multi_query_count=3,
                    vector_weight=0.7,
                    keyword_weight=0.3,
                    similarity_threshold=0.3,
                ),
                Document(
                    id=ids.document_id,
                    project_id=ids.project_id,
                    source="file",
                    file_name="report.txt",
                    content_type="text/plain",
                    size_bytes=8,
                    storage_key=f"projects/{ids.project_id}/documents/{ids.document_id}",
                    status="completed",
                    upload_expires_at=datetime.now(UTC) + timedelta(hours=1),
                ),
                Chat(id=ids.chat_id, project_id=ids.project_id, title="A question"),
            ]
        )
        await session.flush()
        session.add_all(
            [
                DocumentChunk(
                    id=ids.chunk_id,
                    document_id=ids.document_id,
                    project_id=ids.project_id,
                    chunk_index=0,
                    content="A passage",
                    context="report.txt",
                    original_content={"text": "A passage", "tables": [], "images": []},
                    types=["NarrativeText"],
                    heading_path=[],
                    page_number=None,
                    locations=[],
                    char_count=9,
                ),
                Message(id=ids.message_id, chat_id=ids.chat_id, role="assistant", content="Yes.", status="completed"),
            ]
        )
        await session.flush()
        session.add_all(
            [
                ChunkEmbedding(
                    project_id=ids.project_id,
                    model="test",
                    chunk_id=ids.chunk_id,
                    window_index=0,
                    char_start=0,
                    char_end=9,
                    embedding=[1.0, 0.0, 0.0],
                ),
                CachedEmbedding(
                    project_id=ids.project_id, model="test", text_hash=b"\x00" * 32, embedding=[1.0, 0.0, 0.0]
                ),
                CachedSummary(project_id=ids.project_id, model="test", content_hash=b"\x00" * 32, summary="A table"),
                MessageFeedback(message_id=ids.message_id, user_id=user_id, rating="up"),
            ]
        )
    return ids
