"""Requests and responses of search."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from opentrace.http.schemas import ResponseModel, SheetPlace, storable
from opentrace.projects.models import RagStrategy
from opentrace.projects.schemas import SearchSettingsPatch
from opentrace.retrieval.ranking import SearchResult
from opentrace.retrieval.service import SearchOutcome

MAX_QUERY_CHARS = 8000
MAX_DOCUMENT_IDS = 1000

Query = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY_CHARS),
    AfterValidator(storable),
]


class SearchRequest(SearchSettingsPatch):
    """A question, and any of the project's settings by its name, for this search alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"query": "How did the gross margin change?", "num_chunks": 8, "similarity_threshold": 0.25}
        }
    )

    query: Query
    document_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_DOCUMENT_IDS)] | None = Field(
        None, description="Search only these documents."
    )

    explain_chunk_id: UUID | None = Field(None, description="Say why this chunk was found, or was not.")
    explain_document_id: UUID | None = Field(
        None, description="Say it of the chunk of this document that is nearest to the question."
    )

    @model_validator(mode="after")
    def _one_to_explain(self) -> Self:
        if self.explain_chunk_id is not None and self.explain_document_id is not None:
            raise ValueError("Send explain_chunk_id or explain_document_id, not both")
        return self

    def overrides(self) -> dict[str, Any]:
        return {name: value for name, value in self.changes().items() if name in SearchSettingsPatch.model_fields}


class Box(SheetPlace):
    """A line of the passage: a box in 0..1 of its page, and the characters of `content` that it holds."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    start: int
    end: int


class Passage(ResponseModel):
    """The part of `content` that matched best."""

    char_start: int
    char_end: int


class SearchResultResponse(ResponseModel):
    chunk_id: UUID
    document_id: UUID
    document_name: str = Field(examples=["2023 Q3 report.pdf"])
    url: str | None
    chunk_index: int
    page_number: int | None = Field(description="Of the passage; null in formats without pages.", examples=[12])
    content: str = Field(examples=["Gross margin was 44.5 percent of net sales, up from 43.3 percent a year before."])
    score: float = Field(description="Cosine of the passage and the question.", examples=[0.71])
    locations: list[Box] = Field(description="Of the passage, one a line.")
    heading_path: list[str] = Field(examples=[["Results of operations", "Gross margin"]])
    types: list[str] = Field(examples=[["NarrativeText"]])
    tables: list[str] = Field(description="The tables of the chunk as HTML.")
    passage: Passage


class CandidateResponse(ResponseModel):
    chunk_id: UUID
    document_id: UUID
    document_name: str
    page_number: int | None
    vector_rank: int | None
    vector_score: float | None
    keyword_rank: int | None
    keyword_score: float | None
    fused_score: float | None
    preference: float | None = Field(
        None, description="What of the fused score comes from the search in preferred documents."
    )
    rerank_score: float | None
    kept: bool
    dropped_because: str | None = Field(examples=["below similarity_threshold"])


class PreferredDocumentResponse(ResponseModel):
    document_id: UUID
    document_name: str
    matched: list[str] = Field(
        description="What it shares with the question.", examples=[["name:apple", "year:2023", "quarter:3"]]
    )


class TraceResponse(ResponseModel):
    strategy: RagStrategy
    embedding_model: str = Field(description="The vectors that were searched.")
    queries: list[str] = Field(description="The question, then its variations.")
    query_weights: list[float] = Field(description="How much the ranks of each query count.")
    query_source: Literal["model", "rules"] | None = Field(description="Who made the variations.")
    preferred_documents: list[PreferredDocumentResponse] = Field(
        description="What the question says about its document fits these best; they are preferred, not required. "
        "Send their ids as `document_ids` to search nothing else."
    )
    latest: bool = Field(description="The question asks for the newest of the documents that fit.")
    reranker: str | None
    failures: dict[str, str] = Field(
        description="What did not answer, by stage, and was done without.", examples=[{"variations": "model_timeout"}]
    )
    settings: dict[str, Any] = Field(description="Those that decided, after overrides.")
    document_ids: list[UUID] | None
    candidates: list[CandidateResponse]
    milliseconds: dict[str, float] = Field(description="Of each stage.")


class ExplainedWordResponse(ResponseModel):
    word: str = Field(description="A word of the question, in the form that it is searched in.", examples=["margin"])
    in_chunk: bool
    chunks: int = Field(description="Of the project that hold it.", examples=[12])
    closest: str | None = Field(description="Where the chunk lacks it, its word that is most like it.")


class ExplanationResponse(ResponseModel):
    chunk_id: UUID
    document_id: UUID
    document_name: str
    chunk_index: int
    page_number: int | None
    vector_rank: int | None = Field(description="Among all chunks of the project, however far down.")
    vector_score: float | None
    keyword_rank: int | None = Field(description="Null where the chunk is not found by words.")
    keyword_score: float | None
    candidate_rank: int | None = Field(description="Its place in the trace.")
    kept: bool
    reason: str = Field(examples=["below similarity_threshold"])
    words: list[ExplainedWordResponse]
    closest_word: str | None = Field(
        description="The rarest word that question and chunk share, else the one of the chunk that is most alike."
    )


class SearchResponse(ResponseModel):
    results: list[SearchResultResponse]
    trace: TraceResponse
    explanation: ExplanationResponse | None


def search_response(outcome: SearchOutcome) -> SearchResponse:
    return SearchResponse(
        results=_results(outcome.results),
        trace=TraceResponse.model_validate(outcome.trace.to_json()),
        explanation=None if outcome.explanation is None else ExplanationResponse.model_validate(outcome.explanation),
    )


def _results(results: Sequence[SearchResult]) -> list[SearchResultResponse]:
    return [
        SearchResultResponse(
            chunk_id=result.chunk_id,
            document_id=result.document_id,
            document_name=result.document_name,
            url=result.url,
            chunk_index=result.chunk_index,
            page_number=result.page_number,
            content=result.content,
            score=result.score,
            locations=[Box.model_validate(location) for location in result.locations],
            heading_path=list(result.heading_path),
            types=list(result.types),
            tables=list(result.tables),
            passage=Passage(char_start=result.char_start, char_end=result.char_end),
        )
        for result in results
    ]
