"""Requests and responses of search."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from opentrace.http.schemas import CleanText, ResponseModel
from opentrace.projects.models import RagStrategy
from opentrace.projects.schemas import SettingsPatch
from opentrace.retrieval.service import SearchOutcome, SearchResult

MAX_QUERY_CHARS = 8000
MAX_DOCUMENT_IDS = 1000

Query = Annotated[CleanText, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY_CHARS)]


class SearchRequest(SettingsPatch):
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

    def overrides(self) -> dict[str, Any]:
        return {name: value for name, value in self.changes().items() if name in SettingsPatch.model_fields}


class Box(ResponseModel):
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
    rerank_score: float | None
    kept: bool
    dropped_because: str | None = Field(examples=["below similarity_threshold"])


class TraceResponse(ResponseModel):
    strategy: RagStrategy
    embedding_model: str = Field(description="The vectors that were searched.")
    queries: list[str]
    settings: dict[str, Any] = Field(description="Those that decided, after overrides.")
    document_ids: list[UUID] | None
    candidates: list[CandidateResponse]
    milliseconds: dict[str, float] = Field(description="Of each stage.")


class SearchResponse(ResponseModel):
    results: list[SearchResultResponse]
    trace: TraceResponse


def search_response(outcome: SearchOutcome) -> SearchResponse:
    return SearchResponse(
        results=_results(outcome.results), trace=TraceResponse.model_validate(outcome.trace.to_json())
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
