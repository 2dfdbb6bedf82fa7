"""Calls the search functions of `opentrace/db/sql/search.sql` and reads what they found, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector
from sqlalchemy import RowMapping, text

from opentrace.db.engine import UnitOfWork
from opentrace.knowledge.facets import Facets
from opentrace.projects.models import Fusion
from opentrace.retrieval.preference import DocumentMatch, Preference, preferred_documents

# The text of what the caller will drop (alias `c` alone, not `kept`) stays where it is: a trace only names it.
_FUSED = text("""
    SELECT f.chunk_id, f.document_id, f.rank, f.fused_score, f.vector_rank, f.vector_score, f.keyword_rank,
        f.keyword_score, f.preference, coalesce(f.char_start, 0) AS char_start,
        coalesce(f.char_end, c.char_count) AS char_end, d.file_name, d.title, d.url, c.page_number,
        kept.chunk_index, kept.content, kept.context, kept.original_content, kept.heading_path, kept.types,
        kept.locations
    FROM search_chunks_fused(
        :project_id, :model, CAST(:queries AS text[]), CAST(CAST(:vectors AS text[]) AS vector[]), :limit,
        :vector_weight, :keyword_weight, :threshold, :fusion, CAST(:query_weights AS double precision[]),
        CAST(:document_ids AS uuid[]), CAST(:preferred_ids AS uuid[]), :preference
    ) f
    JOIN document_chunks c ON c.project_id = :project_id AND c.id = f.chunk_id
    JOIN documents d ON d.id = f.document_id
    LEFT JOIN document_chunks kept
        ON kept.project_id = :project_id AND kept.id = f.chunk_id AND f.rank <= :wanted AND f.fused_score > 0
    ORDER BY f.rank
""")

_EXPLAIN = text("""
    SELECT * FROM explain_chunk(
        :project_id, :model, :query, CAST(:vector AS vector), CAST(:chunk_id AS uuid), CAST(:document_id AS uuid)
    )
""")
_BY_FACETS = text("SELECT * FROM documents_by_facets(:project_id, CAST(:facets AS text[]), :latest)")


@dataclass(frozen=True, slots=True)
class Query:
    """One variation of the question, and how much its ranks count."""

    text: str
    vector: NDArray[np.float32]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class FusedSearch:
    """What is searched, and how the lists are merged. The first `wanted` chunks come whole, of the rest only names."""

    model: str
    queries: Sequence[Query]
    limit: int
    wanted: int
    vector_weight: float
    keyword_weight: float
    threshold: float
    fusion: Fusion
    document_ids: Sequence[UUID] | None
    preferred_ids: Sequence[UUID]
    preference: float


class RetrievalRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._session = work.session

    async def search(self, project_id: UUID, search: FusedSearch) -> Sequence[RowMapping]:
        """The best chunks, best first. What reaches the threshold in no list has a `fused_score` of 0."""
        values = {
            "project_id": project_id,
            "model": search.model,
            "queries": [query.text for query in search.queries],
            "vectors": [Vector(query.vector).to_text() for query in search.queries],
            "query_weights": [query.weight for query in search.queries],
            "limit": search.limit,
            "wanted": search.wanted,
            "vector_weight": search.vector_weight,
            "keyword_weight": search.keyword_weight,
            "threshold": search.threshold,
            "fusion": search.fusion,
            "document_ids": None if search.document_ids is None else list(search.document_ids),
            "preferred_ids": list(search.preferred_ids) or None,
            "preference": search.preference,
        }
        return (await self._session.execute(_FUSED, values)).mappings().all()

    async def explain(
        self, project_id: UUID, query: Query, *, model: str, chunk_id: UUID | None, document_id: UUID | None
    ) -> RowMapping | None:
        """Ranks and words of the chunk, or of the nearest chunk of the document; None where there is none."""
        values = {
            "project_id": project_id,
            "model": model,
            "query": query.text,
            "vector": Vector(query.vector).to_text(),
            "chunk_id": chunk_id,
            "document_id": document_id,
        }
        return (await self._session.execute(_EXPLAIN, values)).mappings().one_or_none()

    async def preferred(self, project_id: UUID, asked: Facets) -> Preference:
        """The documents of the project that fit best what the question says of its document."""
        if not asked.values and not asked.latest:
            return Preference()
        values = {"project_id": project_id, "facets": list(asked.values), "latest": asked.latest}
        rows = (await self._session.execute(_BY_FACETS, values)).mappings().all()
        if not rows:
            return Preference()
        matches = [
            DocumentMatch(
                document_id=row["document_id"],
                document_name=row["document_name"],
                facets=tuple(row["facets"]),
                title_words=row["title_words"],
                period_end=row["period_end"],
            )
            for row in rows
        ]
        return preferred_documents(asked, matches, documents=rows[0]["documents"])
