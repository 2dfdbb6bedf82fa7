"""Requests and responses about projects, and what their settings may be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field

from opentrace.http.schemas import CleanText, Name, PatchModel, RequestModel, ResponseModel
from opentrace.projects.models import AgentType, RagStrategy

MAX_DESCRIPTION_CHARS = 2000

# What this version can do. Everything that checks a setting asks here.
AVAILABLE_STRATEGIES: tuple[RagStrategy, ...] = ("basic",)
AVAILABLE_AGENTS: tuple[AgentType, ...] = ("simple",)
RERANKING_AVAILABLE = False


@dataclass(frozen=True, slots=True)
class DefaultSettings:
    """What a new project starts with; the embedding model is the installation's."""

    rag_strategy: RagStrategy = "basic"
    agent_type: AgentType = "simple"
    num_chunks: int = 5
    final_context_size: int = 5
    use_reranking: bool = False
    multi_query_count: int = 3
    vector_weight: float = 0.7
    keyword_weight: float = 0.3
    similarity_threshold: float = 0.3


def _available_strategy(value: RagStrategy) -> RagStrategy:
    return _among(value, AVAILABLE_STRATEGIES)


def _available_agent(value: AgentType) -> AgentType:
    return _among(value, AVAILABLE_AGENTS)


def _available_reranking(value: bool) -> bool:  # noqa: FBT001 -- pydantic calls it with the value
    if value and not RERANKING_AVAILABLE:
        raise ValueError("This version has no reranking; the value it takes is false")
    return value


_Choice = TypeVar("_Choice", bound=str)


def _among(value: _Choice, available: tuple[_Choice, ...]) -> _Choice:
    if value not in available:
        names = ", ".join(repr(name) for name in available)
        raise ValueError(f"{value!r} is not available in this version; what is: {names}")
    return value


Strategy = Annotated[RagStrategy, AfterValidator(_available_strategy)]
Agent = Annotated[AgentType, AfterValidator(_available_agent)]
Reranking = Annotated[bool, AfterValidator(_available_reranking)]
NumChunks = Annotated[int, Field(ge=1, le=100, description="Chunks that a search returns.")]
FinalContextSize = Annotated[int, Field(ge=1, le=50, description="Chunks that the model reads.")]
MultiQueryCount = Annotated[int, Field(ge=1, le=10, description="Variations of the question that are searched.")]
Weight = Annotated[float, Field(ge=0, le=1)]
SimilarityThreshold = Annotated[float, Field(ge=0, le=1, description="Least cosine of a chunk that is found.")]


class SettingsPatch(PatchModel):
    """Any of a project's settings by its name; what is left out stays as it is."""

    rag_strategy: Strategy | None = None
    agent_type: Agent | None = None
    embedding_model: Annotated[CleanText, Field(max_length=200)] | None = None
    num_chunks: NumChunks | None = None
    final_context_size: FinalContextSize | None = None
    use_reranking: Reranking | None = None
    multi_query_count: MultiQueryCount | None = None
    vector_weight: Weight | None = None
    keyword_weight: Weight | None = None
    similarity_threshold: SimilarityThreshold | None = None


class SettingsResponse(ResponseModel):
    project_id: UUID
    rag_strategy: RagStrategy
    agent_type: AgentType
    embedding_model: str = Field(examples=["all-MiniLM-L6-v2"])
    num_chunks: int = Field(examples=[5])
    final_context_size: int = Field(examples=[5])
    use_reranking: bool
    multi_query_count: int = Field(examples=[3])
    vector_weight: float = Field(examples=[0.7])
    keyword_weight: float = Field(examples=[0.3])
    similarity_threshold: float = Field(examples=[0.3])
    updated_at: datetime


Description = Annotated[CleanText, Field(max_length=MAX_DESCRIPTION_CHARS)]


class ProjectRequest(RequestModel):
    name: Name = Field(examples=["Annual reports"])
    description: Description = Field("", examples=["What the company told its investors"])


class ProjectPatch(PatchModel):
    name: Name | None = None
    description: Description | None = None


DocumentState = Literal[
    "uploading", "queued", "partitioning", "chunking", "summarising", "vectorization", "completed", "failed"
]


class ProjectResponse(ResponseModel):
    id: UUID
    name: str = Field(examples=["Annual reports"])
    description: str
    created_at: datetime
    updated_at: datetime
    document_count: int = Field(examples=[3])
    documents_by_status: dict[DocumentState, int] = Field(
        description="States that no document is in are left out.", examples=[{"completed": 2, "failed": 1}]
    )
    chat_count: int = Field(examples=[1])
    last_activity_at: datetime = Field(description="When the project, a document or a chat of it last changed.")
