"""Calls the search functions of `opentrace/db/sql/search.sql` and reads what they found, in one round trip."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector.sqlalchemy import VECTOR
from sqlalchemy import RowMapping, bindparam, text

from opentrace.db.engine import UnitOfWork

# The text of what the caller will drop (alias `c` alone, not `kept`) stays where it is: a trace only names it.
_NEAREST = text("""
    SELECT f.chunk_id, f.document_id, f.rank, f.score, f.char_start, f.char_end,
        d.file_name, d.title, d.url, c.page_number,
        kept.chunk_index, kept.content, kept.context, kept.original_content, kept.heading_path, kept.types,
        kept.locations
    FROM search_chunks_vector(:project_id, :model, :query, :limit, -1, CAST(:document_ids AS uuid[])) f
    JOIN document_chunks c ON c.id = f.chunk_id
    JOIN documents d ON d.id = f.document_id
    LEFT JOIN document_chunks kept ON kept.id = f.chunk_id AND f.rank <= :wanted AND f.score >= :threshold
    ORDER BY f.rank
""").bindparams(bindparam("query", type_=VECTOR()))


class RetrievalRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._session = work.session

    async def nearest(
        self,
        project_id: UUID,
        query: NDArray[np.float32],
        *,
        model: str,
        limit: int,
        wanted: int,
        threshold: float,
        document_ids: Sequence[UUID] | None,
    ) -> Sequence[RowMapping]:
        """The `limit` chunks nearest to the query; the first `wanted` come whole if they reach the threshold."""
        values: dict[str, Any] = {
            "project_id": project_id,
            "model": model,
            "query": query,
            "limit": limit,
            "wanted": wanted,
            "threshold": threshold,
            "document_ids": None if document_ids is None else list(document_ids),
        }
        return (await self._session.execute(_NEAREST, values)).mappings().all()
