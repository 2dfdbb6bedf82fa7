"""Requests and responses about projects, and what their settings may be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from opentrace.http.schemas import CleanText, Name, PatchModel, RequestModel, ResponseModel
from opentrace.projects.models import AgentType, Fusion, RagStrategy, TextConfiguration

MAX_DESCRIPTION_CHARS = 2000


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
    fusion: Fusion = "rrf"
    text_configuration: TextConfiguration = "english"
    check_toxicity: bool = True
    check_prompt_injection: bool = True
    check_personal_data: bool = True


NumChunks = Annotated[int, Field(ge=1, le=100, description="Chunks that a search returns.")]
FinalContextSize = Annotated[int, Field(ge=1, le=50, description="Chunks that the model reads.")]
MultiQueryCount = Annotated[int, Field(ge=1, le=10, description="Variations of the question that are searched.")]
Weight = Annotated[float, Field(ge=0, le=1)]
SimilarityThreshold = Annotated[float, Field(ge=0, le=1, description="Least cosine of a chunk that is found.")]


FusionSetting = Annotated[
    Fusion,
    Field(
        description="How vector and keyword search are merged: by their ranks (`rrf`), or by their scores, "
        "each scaled to 0..1."
    ),
]
Configuration = Annotated[
    TextConfiguration,
    Field(
        description="How words are formed for keyword search. `english` joins the forms of English words and takes "
        "those of other languages as they stand; `simple` takes all as they stand."
    ),
]


class SearchSettingsPatch(PatchModel):
    """Any of a project's settings by its name; what is left out stays as it is."""

    rag_strategy: RagStrategy | None = None
    agent_type: AgentType | None = None
    embedding_model: Annotated[CleanText, Field(max_length=200)] | None = None
    num_chunks: NumChunks | None = None
    final_context_size: FinalContextSize | None = None
    use_reranking: bool | None = None
    multi_query_count: MultiQueryCount | None = None
    vector_weight: Weight | None = None
    keyword_weight: Weight | None = None
    similarity_threshold: SimilarityThreshold | None = None
    fusion: FusionSetting | None = None


class SettingsPatch(SearchSettingsPatch):
    """Settings of a project that no single search can change."""

    text_configuration: Configuration | None = None
    check_toxicity: bool | None = Field(None, description="Refuse questions that are abusive or ask for harm.")
    check_prompt_injection: bool | None = Field(None, description="Refuse questions that attack the assistant's rules.")
    check_personal_data: bool | None = Field(None, description="Refuse questions with numbers of persons or accounts.")


class EmbeddingChange(ResponseModel):
    """A project on its way to another embedding model. Searches use the one of before until all chunks have vectors."""

    model: str = Field(examples=["text-embedding-3-large"])
    chunks_done: int = Field(examples=[120])
    chunks: int = Field(examples=[360])
    problem: str | None = Field(None, description="Why it does not go on at present; it is tried again.")


class SettingsResponse(ResponseModel):
    project_id: UUID
    rag_strategy: RagStrategy
    agent_type: AgentType
    embedding_model: str = Field(
        description="What the project's vectors are made with. A change embeds all its chunks anew in the background.",
        examples=["all-MiniLM-L6-v2"],
    )
    embedding_change: EmbeddingChange | None = Field(None, description="Where another model is being changed to.")
    num_chunks: int = Field(examples=[5])
    final_context_size: int = Field(examples=[5])
    use_reranking: bool
    multi_query_count: int = Field(examples=[3])
    vector_weight: float = Field(examples=[0.7])
    keyword_weight: float = Field(examples=[0.3])
    similarity_threshold: float = Field(examples=[0.3])
    fusion: Fusion = Field(examples=["rrf"])
    text_configuration: TextConfiguration = Field(examples=["english"])
    check_toxicity: bool
    check_prompt_injection: bool
    check_personal_data: bool
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
