"""The account of a search: what was asked, what was found, how it was ranked, what was kept, and why."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from opentrace.projects.models import RagStrategy

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CandidateTrace:
    """A chunk that was found. Ranks count from 1; a list that does not hold the chunk has None.

    `dropped_because` is None for what was kept. `preference` is what of the fused score comes from the search in
    preferred documents.
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
    preference: float | None = None
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
            "preference": self.preference,
            "rerank_score": self.rerank_score,
            "kept": self.dropped_because is None,
            "dropped_because": self.dropped_because,
        }


@dataclass(frozen=True, slots=True)
class PreferredDocument:
    """`matched` are the facets that it shares with the question, as `kind:value`."""

    document_id: UUID
    document_name: str
    matched: tuple[str, ...]

    def to_json(self) -> JsonObject:
        return {
            "document_id": str(self.document_id),
            "document_name": self.document_name,
            "matched": list(self.matched),
        }


@dataclass(frozen=True, slots=True)
class SearchTrace:
    """`settings` are those that decided; `milliseconds` has one entry a stage, and `total`.

    `queries` begins with the question itself. `query_source` says who made the others ("model", "rules"); `reranker`
    who ranked anew. `failures` names what did not answer, by stage, and was done without.
    """

    strategy: RagStrategy
    embedding_model: str
    queries: tuple[str, ...]
    settings: JsonObject
    document_ids: tuple[UUID, ...] | None
    candidates: tuple[CandidateTrace, ...]
    milliseconds: dict[str, float]
    query_weights: tuple[float, ...] = (1.0,)
    query_source: str | None = None
    preferred: tuple[PreferredDocument, ...] = ()
    latest: bool = False
    reranker: str | None = None
    failures: dict[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> JsonObject:
        return {
            "strategy": self.strategy,
            "embedding_model": self.embedding_model,
            "queries": list(self.queries),
            "query_weights": list(self.query_weights),
            "query_source": self.query_source,
            "settings": self.settings,
            "document_ids": None if self.document_ids is None else [str(id_) for id_ in self.document_ids],
            "preferred_documents": [document.to_json() for document in self.preferred],
            "latest": self.latest,
            "reranker": self.reranker,
            "failures": self.failures,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "milliseconds": {stage: round(value, 2) for stage, value in self.milliseconds.items()},
        }
