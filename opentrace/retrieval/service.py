"""Finds the passages of a project that answer a question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import RowMapping

from opentrace.db.engine import Database
from opentrace.errors import Invalid, NotFound
from opentrace.knowledge.facets import question_facets
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.ports.reranker import Reranker, RerankerError, RerankPassage, RerankQuestion
from opentrace.projects.repository import ProjectRepository
from opentrace.retrieval.explanation import Explanation, explanation_of
from opentrace.retrieval.preference import Preference
from opentrace.retrieval.ranking import RERANKED, SearchResult, ranked_again, select
from opentrace.retrieval.repository import FusedSearch, Query, RetrievalRepository
from opentrace.retrieval.trace import PreferredDocument, SearchTrace
from opentrace.retrieval.variations import Variations, variations_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from opentrace.services import Services

TRACED_BEYOND = 10
"""Candidates past `num_chunks` that are searched only to be shown in the trace."""

PREFERENCE_WEIGHT = 0.3
"""Of the lists within preferred documents, beside 1 of those of all: docs/decisions/preferred-documents.md."""

_DECIDING = (
    "rag_strategy",
    "num_chunks",
    "final_context_size",
    "similarity_threshold",
    "vector_weight",
    "keyword_weight",
    "fusion",
    "use_reranking",
    "multi_query_count",
)


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    results: tuple[SearchResult, ...]
    trace: SearchTrace
    explanation: Explanation | None = None


Value = TypeVar("Value")


async def timed(work: Awaitable[Value]) -> tuple[Value, float]:
    """What `work` comes to, and its milliseconds."""
    started = perf_counter()
    return await work, 1000 * (perf_counter() - started)


class RetrievalService:
    """Opens transactions of its own, since none may be open while a model embeds."""

    def __init__(
        self,
        database: Database,
        embedders: Embedders,
        *,
        small_model: Callable[[], BaseChatModel | None] = lambda: None,
        reranker: Reranker | None = None,
    ) -> None:
        """`small_model` varies questions; it is a function because a search without variations need not load it."""
        self._database = database
        self._embedders = embedders
        self._small_model = small_model
        self._reranker = reranker

    @classmethod
    def of(cls, services: Services) -> RetrievalService:
        return cls(
            services.database,
            services.embedders,
            small_model=lambda: services.chat_models().small,
            reranker=services.reranker,
        )

    async def search(
        self,
        principal: Principal,
        project_id: UUID,
        query: str,
        *,
        overrides: Mapping[str, Any] | None = None,
        document_ids: Sequence[UUID] | None = None,
        explain_chunk_id: UUID | None = None,
        explain_document_id: UUID | None = None,
    ) -> SearchOutcome:
        """The best passages, best first, by the project's settings and what `overrides` says instead of them by name.

        `document_ids` restricts the search to these documents. A chunk, or the nearest chunk of a document, can be
        explained: why it was found, or was not. Raises NotFound where the project, the chunk or the document is not the
        principal's, Invalid for settings that this installation cannot follow, EmbedderError.
        """
        changed = dict(overrides or {})
        started = perf_counter()
        # The database and the model work side by side.
        ((settings, preference, embedding_model), settings_ms), (vectors, embed_ms) = await asyncio.gather(
            timed(self._prepare(principal, project_id, query, changed, pinned=document_ids is not None)),
            timed(self._embedders.default.embed([query], purpose="query")),
        )
        milliseconds = {"settings": settings_ms, "embed_query": embed_ms}
        question = RerankQuestion(query, vectors[0])
        embedder = self._embedders.in_use(embedding_model)
        if embedder is not self._embedders.default:
            vectors, more_ms = await timed(embedder.embed([query], purpose="query"))
            milliseconds["embed_query"] += more_ms
        queries = [Query(query, vectors[0])]
        variations = Variations()
        if settings["rag_strategy"].startswith("multi_query"):
            variations, milliseconds["variations"] = await timed(
                variations_of(query, settings["multi_query_count"], model=self._small_model())
            )
            more, milliseconds["embed_variations"] = await timed(_queries(variations, embedder))
            queries.extend(more)
        rows, milliseconds["search"] = await timed(
            self._rows(principal, project_id, _fused(settings, queries, preference, document_ids, model=embedder.model))
        )
        if not any(row["vector_score"] is not None for row in rows) and await self._switched(
            principal, project_id, embedding_model
        ):
            return await self.search(
                principal,
                project_id,
                query,
                overrides=overrides,
                document_ids=document_ids,
                explain_chunk_id=explain_chunk_id,
                explain_document_id=explain_document_id,
            )
        failures = {} if variations.failure is None else {"variations": variations.failure}
        scores: dict[UUID, float] = {}
        if settings["use_reranking"] and self._reranker is not None:
            try:
                scores, milliseconds["rerank"] = await timed(rerank_scores(self._reranker, question, rows))
            except RerankerError as error:
                failures["rerank"] = error.code
        results, candidates = select(ranked_again(rows, scores), settings, preference=preference, scores=scores)
        milliseconds["total"] = 1000 * (perf_counter() - started)
        trace = SearchTrace(
            strategy=settings["rag_strategy"],
            embedding_model=embedder.model,
            queries=tuple(query.text for query in queries),
            query_weights=tuple(query.weight for query in queries),
            query_source=variations.source,
            settings=settings,
            document_ids=None if document_ids is None else tuple(document_ids),
            preferred=tuple(
                PreferredDocument(document.document_id, document.document_name, document.facets)
                for document in preference.documents
            ),
            latest=preference.latest,
            reranker=self._reranker.name if scores and self._reranker is not None else None,
            failures=failures,
            candidates=candidates,
            milliseconds=milliseconds,
        )
        explanation = None
        if explain_chunk_id is not None or explain_document_id is not None:
            async with self._database.transaction(principal) as work:
                row = await RetrievalRepository(work).explain(
                    project_id,
                    queries[0],
                    model=embedder.model,
                    chunk_id=explain_chunk_id,
                    document_id=explain_document_id,
                )
            if row is None:
                raise NotFound("chunk" if explain_chunk_id is not None else "document")
            explanation = explanation_of(row, candidates=candidates, settings=settings, document_ids=document_ids)
        return SearchOutcome(results, trace, explanation)

    async def _prepare(
        self, principal: Principal, project_id: UUID, query: str, changed: Mapping[str, Any], *, pinned: bool
    ) -> tuple[dict[str, Any], Preference, str]:
        """The settings, the documents that the question asks for, unless they are pinned already, and the name of the
        model whose vectors serve."""
        asked = question_facets(query)
        async with self._database.transaction(principal) as work:
            stored = await ProjectRepository(work).settings(project_id)
            if stored is None:
                raise NotFound("project")
            settings = {name: changed.get(name, getattr(stored, name)) for name in _DECIDING}
            preference = Preference() if pinned else await RetrievalRepository(work).preferred(project_id, asked)
        if settings["use_reranking"] and self._reranker is None:
            raise Invalid("This installation has no reranker; set use_reranking to false.", code="reranker_unavailable")
        if settings["rag_strategy"].endswith("hybrid") and settings["vector_weight"] == settings["keyword_weight"] == 0:
            raise Invalid("vector_weight and keyword_weight cannot both be 0; raise one of them.")
        if changed.get("embedding_model", stored.embedding_model) != stored.embedding_model:
            raise Invalid(
                f"The project's vectors are of {stored.embedding_model!r}. To search with another model, change the "
                "project's settings, which embeds its documents anew.",
                code="embedding_model_unavailable",
            )
        return settings, preference, stored.embedding_model

    async def _switched(self, principal: Principal, project_id: UUID, embedding_model: str) -> bool:
        """Whether another model serves since the settings were read, so that the vectors of this one are gone."""
        async with self._database.transaction(principal) as work:
            stored = await ProjectRepository(work).settings(project_id)
        return stored is not None and stored.embedding_model != embedding_model

    async def _rows(self, principal: Principal, project_id: UUID, search: FusedSearch) -> Sequence[RowMapping]:
        async with self._database.transaction(principal) as work:
            return await RetrievalRepository(work).search(project_id, search)


async def _queries(variations: Variations, embedder: Embedder) -> list[Query]:
    """All in one batch of the embedder."""
    if not variations.items:
        return []
    vectors = await embedder.embed([variation.text for variation in variations.items], purpose="query")
    return [
        Query(variation.text, vector, variation.weight)
        for variation, vector in zip(variations.items, vectors, strict=True)
    ]


def _fused(
    settings: Mapping[str, Any],
    queries: Sequence[Query],
    preference: Preference,
    document_ids: Sequence[UUID] | None,
    *,
    model: str,
) -> FusedSearch:
    by_keyword = settings["rag_strategy"].endswith("hybrid")
    keep = min(settings["num_chunks"], settings["final_context_size"])
    looked_at = RERANKED if settings["use_reranking"] else 2 * keep
    return FusedSearch(
        model=model,
        queries=queries,
        limit=max(settings["num_chunks"] + TRACED_BEYOND, looked_at),
        wanted=max(2 * keep, looked_at),
        vector_weight=settings["vector_weight"] if by_keyword else 1.0,
        keyword_weight=settings["keyword_weight"] if by_keyword else 0.0,
        threshold=settings["similarity_threshold"],
        fusion=settings["fusion"],
        document_ids=document_ids,
        preferred_ids=[document.document_id for document in preference.documents],
        preference=PREFERENCE_WEIGHT,
    )


async def rerank_scores(reranker: Reranker, question: RerankQuestion, rows: Sequence[RowMapping]) -> dict[UUID, float]:
    """Of the best candidates, by chunk. Raises RerankerError."""
    looked_at = [row for row in rows if row["content"] is not None][:RERANKED]
    if not looked_at:
        return {}
    passages = [
        RerankPassage(row["content"], row["context"], row["vector_score"] or 0.0, row["keyword_score"] or 0.0)
        for row in looked_at
    ]
    scores = await reranker.rerank(question, passages)
    return {row["chunk_id"]: score for row, score in zip(looked_at, scores, strict=True)}
