"""Finds the passages of a project that answer a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from opentrace.db.engine import Database
from opentrace.errors import Invalid
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedder
from opentrace.projects.models import ProjectSettings
from opentrace.projects.service import ProjectService
from opentrace.retrieval.repository import RetrievalRepository
from opentrace.retrieval.trace import CandidateTrace, SearchTrace

TRACED_BEYOND = 10
"""Candidates past `num_chunks` that are searched only to be shown in the trace."""

_DECIDING = ("num_chunks", "final_context_size", "similarity_threshold")


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


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    results: tuple[SearchResult, ...]
    trace: SearchTrace


class RetrievalService:
    """Opens transactions of its own, since none may be open while a model embeds."""

    def __init__(self, database: Database, embedder: Embedder, *, embedding_model: str) -> None:
        """`embedding_model` is the name that projects know the installation's model by."""
        self._database = database
        self._embedder = embedder
        self._embedding_model = embedding_model

    async def search(
        self,
        principal: Principal,
        project_id: UUID,
        query: str,
        *,
        overrides: Mapping[str, Any] | None = None,
        document_ids: Sequence[UUID] | None = None,
    ) -> SearchOutcome:
        """The best passages, best first, by the project's settings and what `overrides` says instead of them by name.

        `document_ids` restricts the search to these documents. Raises NotFound where the project is not the
        principal's, Invalid for settings that this installation cannot follow, EmbedderError.
        """
        changed = dict(overrides or {})
        if changed.get("embedding_model", self._embedding_model) != self._embedding_model:
            raise Invalid(
                f"This installation has no embedding model {changed['embedding_model']!r}; "
                f"the one it has is {self._embedding_model!r}.",
                code="embedding_model_unavailable",
            )
        started = perf_counter()
        vector = (await self._embedder.embed([query], purpose="query"))[0]
        embedded = perf_counter()
        async with self._database.transaction(principal) as work:
            stored = await ProjectService(work, embedding_model=self._embedding_model).settings(project_id)
            settings = _settings(stored, changed)
            settled = perf_counter()
            rows = await RetrievalRepository(work).nearest(
                project_id,
                vector,
                model=self._embedder.model,
                limit=settings["num_chunks"] + TRACED_BEYOND,
                wanted=min(settings["num_chunks"], settings["final_context_size"]),
                threshold=settings["similarity_threshold"],
                document_ids=document_ids,
            )
            searched = perf_counter()
        trace = SearchTrace(
            strategy="basic",
            embedding_model=self._embedder.model,
            queries=(query,),
            settings=settings,
            document_ids=None if document_ids is None else tuple(document_ids),
            candidates=tuple(_candidate(row, settings) for row in rows),
            milliseconds={
                "embed_query": 1000 * (embedded - started),
                "settings": 1000 * (settled - embedded),
                "search": 1000 * (searched - settled),
                "total": 1000 * (perf_counter() - started),
            },
        )
        return SearchOutcome(tuple(_result(row) for row in rows if row["content"] is not None), trace)


def _settings(stored: ProjectSettings, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: changed.get(name, getattr(stored, name)) for name in _DECIDING}


def _candidate(row: RowMapping, settings: Mapping[str, Any]) -> CandidateTrace:
    return CandidateTrace(
        chunk_id=row["chunk_id"],
        document_id=row["document_id"],
        document_name=row["file_name"],
        page_number=row["page_number"],
        vector_rank=row["rank"],
        vector_score=row["score"],
        dropped_because=_reason_to_drop(row["rank"], row["score"], settings),
    )


def _reason_to_drop(rank: int, score: float, settings: Mapping[str, Any]) -> str | None:
    if score < settings["similarity_threshold"]:
        return "below similarity_threshold"
    if rank > settings["num_chunks"]:
        return "beyond num_chunks"
    return "beyond final_context_size" if rank > settings["final_context_size"] else None


def _result(row: RowMapping) -> SearchResult:
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
        score=row["score"],
        char_start=row["char_start"],
        char_end=row["char_end"],
        locations=locations,
        chunk_locations=row["locations"],
        heading_path=row["heading_path"],
        types=row["types"],
        tables=row["original_content"].get("tables", []),
    )
