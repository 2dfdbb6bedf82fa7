"""Projects and how each one searches."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from opentrace.db.base import Base, HasCreatedAt, HasId, HasUpdatedAt

RagStrategy = Literal["basic", "hybrid", "multi_query_vector", "multi_query_hybrid"]
AgentType = Literal["simple", "agentic"]
Fusion = Literal["rrf", "scores"]
TextConfiguration = Literal[
    "simple", "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german",
    "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
]  # fmt: skip
"""Those that PostgreSQL has from version 15 on."""


class Project(Base, HasId, HasCreatedAt, HasUpdatedAt):
    __tablename__ = "projects"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")


class ProjectSettings(Base, HasUpdatedAt):
    """One row a project; the defaults are in `opentrace/projects/schemas.py`."""

    __tablename__ = "project_settings"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    rag_strategy: Mapped[RagStrategy] = mapped_column(Text)
    agent_type: Mapped[AgentType] = mapped_column(Text)
    embedding_model: Mapped[str]
    num_chunks: Mapped[int]
    final_context_size: Mapped[int]
    use_reranking: Mapped[bool]
    multi_query_count: Mapped[int]
    vector_weight: Mapped[float]
    keyword_weight: Mapped[float]
    similarity_threshold: Mapped[float]
    fusion: Mapped[Fusion] = mapped_column(Text, server_default="rrf")
    text_configuration: Mapped[TextConfiguration] = mapped_column(Text, server_default="english")
    check_toxicity: Mapped[bool] = mapped_column(server_default="true")
    check_prompt_injection: Mapped[bool] = mapped_column(server_default="true")
    check_personal_data: Mapped[bool] = mapped_column(server_default="true")
    embedding_change: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    embedding_change_held_until: Mapped[datetime | None]
