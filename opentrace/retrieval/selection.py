"""Chooses what is kept of the ranked chunks: nothing twice, and every document that the question asks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

NEAR_DUPLICATE = 0.9
"""Share of words that two chunks have in common, of all of either, from which the second says nothing new."""

_LEAST_WORDS = 20
"""Of a near duplicate: short chunks (a heading, a row) differ in the one word that matters."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chunk at its place in the ranking; `content` is None where it is too far down to be kept."""

    chunk_id: UUID
    document_id: UUID
    content: str | None


def duplicates(ranked: Sequence[Ranked]) -> dict[UUID, UUID]:
    """Chunks that repeat one before them, each with that one. Where a number differs, nothing is repeated."""
    seen: list[tuple[UUID, str, frozenset[str]]] = []
    repeats: dict[UUID, UUID] = {}
    for chunk in ranked:
        if chunk.content is None:
            continue
        found = _WORD.findall(chunk.content.casefold())
        text, words = " ".join(found), frozenset(found)
        for chunk_id, other_text, other_words in seen:
            if text == other_text or _alike(words, other_words):
                repeats[chunk.chunk_id] = chunk_id
                break
        else:
            seen.append((chunk.chunk_id, text, words))
    return repeats


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < _LEAST_WORDS:
        return False
    if {word for word in one ^ other if any(sign.isdigit() for sign in word)}:
        return False
    return len(one & other) >= NEAR_DUPLICATE * len(one | other)


def spread(ranked: Sequence[Ranked], *, places: int, preferred: Mapping[UUID, Sequence[str]]) -> list[Ranked]:
    """The same chunks, the first `places` of them from every group of documents that the question asks for.

    Two documents are of one group where they share the same of the question ("Apple" and "2023"). A question that asks
    for one group, or for none, keeps its ranking. Else each group gets its share of the places, if it has chunks, and
    the best take the rest.
    """
    groups = {tuple(facets) for facets in preferred.values()}
    if len(groups) < 2 or places < len(groups):
        return list(ranked)
    share = places // len(groups)
    taken: list[Ranked] = []
    for group in groups:
        own = [chunk for chunk in ranked if tuple(preferred.get(chunk.document_id, ())) == group]
        taken.extend(own[:share])
    kept = {chunk.chunk_id for chunk in taken}
    rest = [chunk for chunk in ranked if chunk.chunk_id not in kept]
    kept |= {chunk.chunk_id for chunk in rest[: places - len(taken)]}
    first = [chunk for chunk in ranked if chunk.chunk_id in kept]
    return [*first, *(chunk for chunk in ranked if chunk.chunk_id not in kept)]
