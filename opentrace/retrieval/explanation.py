"""Why a chunk was found, or was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from opentrace.retrieval.trace import CandidateTrace

_ALIKE = 0.75
"""Least likeness (difflib's ratio) of a word of the chunk that is shown beside one of the question that it lacks."""


@dataclass(frozen=True, slots=True)
class ExplainedWord:
    """A word of the question as it is searched. `closest` is the chunk's most like it, where the chunk lacks it."""

    word: str
    in_chunk: bool
    chunks: int
    closest: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of one chunk. Ranks are exact, however far down; None where a list does not hold the chunk. `closest_word` is the
    rarest word that question and chunk share, else the most alike that the chunk has."""

    chunk_id: UUID
    document_id: UUID
    document_name: str
    chunk_index: int
    page_number: int | None
    vector_rank: int | None
    vector_score: float | None
    keyword_rank: int | None
    keyword_score: float | None
    candidate_rank: int | None
    kept: bool
    reason: str
    words: tuple[ExplainedWord, ...]
    closest_word: str | None


def explanation_of(
    row: RowMapping,
    *,
    candidates: Sequence[CandidateTrace],
    settings: Mapping[str, Any],
    document_ids: Sequence[UUID] | None,
) -> Explanation:
    words = tuple(
        ExplainedWord(word, held, count, None if held else _closest(word, row["chunk_words"]))
        for word, held, count in zip(row["words"] or (), row["held"] or (), row["counts"] or (), strict=True)
    )
    place = next(
        (place for place, candidate in enumerate(candidates, 1) if candidate.chunk_id == row["chunk_id"]), None
    )
    found = None if place is None else candidates[place - 1]
    shared = sorted((word.chunks, word.word) for word in words if word.in_chunk)
    alike = next((word.closest for word in words if word.closest), None)
    return Explanation(
        chunk_id=row["chunk_id"],
        document_id=row["document_id"],
        document_name=row["document_name"],
        chunk_index=row["chunk_index"],
        page_number=row["page_number"],
        vector_rank=None if row["vector_score"] is None else row["vector_rank"],
        vector_score=row["vector_score"],
        keyword_rank=row["keyword_rank"],
        keyword_score=row["keyword_score"],
        candidate_rank=place,
        kept=found is not None and found.dropped_because is None,
        reason=_reason(row, found, settings, document_ids),
        words=words,
        closest_word=shared[0][1] if shared else alike,
    )


def _reason(
    row: RowMapping,
    found: CandidateTrace | None,
    settings: Mapping[str, Any],
    document_ids: Sequence[UUID] | None,
) -> str:
    if document_ids is not None and row["document_id"] not in document_ids:
        return "not among document_ids"
    if found is not None:
        return found.dropped_because or "kept"
    if row["vector_score"] is None:
        return "no vector of the embedding model that is searched"
    by_keyword = settings["rag_strategy"].endswith("hybrid") and row["keyword_rank"] is not None
    if row["vector_score"] < settings["similarity_threshold"] and not by_keyword:
        return "below similarity_threshold"
    return "beyond the candidates"


def _closest(word: str, others: Sequence[str]) -> str | None:
    return next(iter(get_close_matches(word, others, n=1, cutoff=_ALIKE)), None)
