"""Turns what the database found into results: ranked anew if asked, nothing twice, and the reason of every drop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from opentrace.retrieval.preference import Preference
from opentrace.retrieval.selection import Ranked, duplicates, spread
from opentrace.retrieval.trace import CandidateTrace

RERANKED = 20
"""Candidates that a reranker looks at: each takes time, and what is further down is hardly ever lifted to the top."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A chunk that was found, and the passage (its best window) in it.

    `score` is the cosine of passage and query. `chunk_locations` are `{page, x0, y0, x1, y1, start, end}`, one a line,
    with offsets into `content`; `locations` are those of the passage. `page_number` is the passage's first. `context`
    is what the chunk was indexed with. `tables` are HTML.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    document_title: str | None
    url: str | None
    chunk_index: int
    page_number: int | None
    content: str
    context: str
    score: float
    char_start: int
    char_end: int
    locations: Sequence[Mapping[str, Any]]
    chunk_locations: Sequence[Mapping[str, Any]]
    heading_path: Sequence[str]
    types: Sequence[str]
    tables: Sequence[str]


def ranked_again(rows: Sequence[RowMapping], scores: Mapping[UUID, float]) -> list[RowMapping]:
    """Those that have a score of the reranker first, by it."""
    return sorted(rows, key=lambda row: (row["chunk_id"] not in scores, -scores.get(row["chunk_id"], 0.0), row["rank"]))


def select(
    rows: Sequence[RowMapping], settings: Mapping[str, Any], *, preference: Preference, scores: Mapping[UUID, float]
) -> tuple[tuple[SearchResult, ...], tuple[CandidateTrace, ...]]:
    """Results, and the account of all candidates: what is kept first, then the others by their rank."""
    keep = min(settings["num_chunks"], settings["final_context_size"])
    found = [Ranked(row["chunk_id"], row["document_id"], row["content"]) for row in rows if row["fused_score"] > 0]
    repeats = duplicates(found)
    preferred = {document.document_id: document.facets for document in preference.documents}
    order = spread([chunk for chunk in found if chunk.chunk_id not in repeats], places=keep, preferred=preferred)
    places = {chunk.chunk_id: place for place, chunk in enumerate(order, 1)}
    by_id = {row["chunk_id"]: row for row in rows}
    kept = [by_id[chunk.chunk_id] for chunk in order[:keep] if chunk.content is not None]
    kept_ids = {row["chunk_id"] for row in kept}

    def reason_to_drop(chunk_id: UUID) -> str | None:
        if chunk_id in kept_ids:
            return None
        if chunk_id in repeats:
            return "repeats another chunk"
        if chunk_id not in places:
            return "below similarity_threshold"
        return "beyond num_chunks" if places[chunk_id] > settings["num_chunks"] else "beyond final_context_size"

    fused = settings["rag_strategy"] != "basic" or bool(preferred)
    others = [row for row in rows if row["chunk_id"] not in kept_ids]
    candidates = [
        CandidateTrace(
            chunk_id=row["chunk_id"],
            document_id=row["document_id"],
            document_name=row["file_name"],
            page_number=row["page_number"],
            vector_rank=row["vector_rank"],
            vector_score=row["vector_score"],
            keyword_rank=row["keyword_rank"],
            keyword_score=row["keyword_score"],
            fused_score=row["fused_score"] if fused else None,
            preference=row["preference"] if preferred else None,
            rerank_score=scores.get(row["chunk_id"]),
            dropped_because=reason_to_drop(row["chunk_id"]),
        )
        for row in [*kept, *others]
    ]
    return tuple(result_of(row) for row in kept), tuple(candidates)


def result_of(row: RowMapping) -> SearchResult:
    locations = [
        location
        for location in row["locations"]
        if location["start"] < row["char_end"] and location["end"] > row["char_start"]
    ]
    return SearchResult(
        chunk_id=row["chunk_id"],
        document_id=row["document_id"],
        document_name=row["file_name"],
        document_title=row["title"],
        url=row["url"],
        chunk_index=row["chunk_index"],
        page_number=locations[0]["page"] if locations else row["page_number"],
        content=row["content"],
        context=row["context"],
        score=row["vector_score"],
        char_start=row["char_start"],
        char_end=row["char_end"],
        locations=locations,
        chunk_locations=row["locations"],
        heading_path=row["heading_path"],
        types=row["types"],
        tables=row["original_content"].get("tables", []),
    )
