"""The account of a search: what was asked, what was found, how it was ranked, what was kept, and why."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentrace.projects.models import RagStrategy

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CandidateTrace:
    """A chunk that was found. Ranks count from 1; a list that does not hold the chunk has None.

    `dropped_because` is None for what was kept.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    page_number: int | None
    vector_rank: int | None = None
    vector_score: float | None = None
    keyword_rank: int | None = None
    keyword_score: float | None = None
    fused_score: float | None = None
    rerank_score: float | None = None
    dropped_because: str | None = None

    def to_json(self) -> JsonObject:
        return {
            "chunk_id": str(self.chunk_id),
            "document_id": str(self.document_id),
            "document_name": self.document_name,
            "page_number": self.page_number,
            "vector_rank": self.vector_rank,
            "vector_score": self.vector_score,
            "keyword_rank": self.keyword_rank,
            "keyword_score": self.keyword_score,
            "fused_score": self.fused_score,
            "rerank_score": self.rerank_score,
            "kept": self.dropped_because is None,
            "dropped_because": self.dropped_because,
        }


@dataclass(frozen=True, slots=True)
class SearchTrace:
    """`settings` are those that decided; `milliseconds` has one entry a stage, and `total`."""

    strategy: RagStrategy
    embedding_model: str
    queries: tuple[str, ...]
    settings: JsonObject
    document_ids: tuple[UUID, ...] | None
    candidates: tuple[CandidateTrace, ...]
    milliseconds: dict[str, float]

    def to_json(self) -> JsonObject:
        return {
            "strategy": self.strategy,
            "embedding_model": self.embedding_model,
            "queries": list(self.queries),
            "settings": self.settings,
            "document_ids": None if self.document_ids is None else [str(id_) for id_ in self.document_ids],
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "milliseconds": {stage: round(value, 2) for stage, value in self.milliseconds.items()},
        }
