"""Which documents a question asks for, by what it says of them: a preference of the search, no filter."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import log
from uuid import UUID

from opentrace.knowledge.facets import Facets

MOST_PREFERRED = 50
"""Documents. A question that fits more says too little of them to prefer any."""

_NEARLY_AS_WELL = 0.8
_TITLE_SHARE, _LEAST_TITLE_WORDS = 0.6, 2
_ALTERNATIVES = ("year", "quarter", "month", "date", "type")
"""Kinds of which a document has to share any one: a question about two years wants the documents of both."""


@dataclass(frozen=True, slots=True)
class DocumentMatch:
    """A document and the facets that it shares with the question. `title_words` is how many its names have."""

    document_id: UUID
    document_name: str
    facets: tuple[str, ...]
    title_words: int
    period_end: date


@dataclass(frozen=True, slots=True)
class Preference:
    """The documents that are preferred, and what of the question they share. `latest` if it asked for the newest."""

    documents: tuple[DocumentMatch, ...] = ()
    latest: bool = False


def preferred_documents(asked: Facets, matches: Sequence[DocumentMatch], *, documents: int) -> Preference:
    """Those that fit the question best, of a project of so many `documents`."""
    telling = [(match, _telling(match)) for match in matches]
    counts = Counter(facet for _, facets in telling for facet in facets)
    # What all documents share tells none of them apart.
    weights = {facet: log(1 + documents / count) for facet, count in counts.items() if count < documents}
    for kind in _ALTERNATIVES:
        same = [facet for facet in weights if facet.startswith(f"{kind}:")]
        least = min((weights[facet] for facet in same), default=0.0)
        weights.update(dict.fromkeys(same, least))
    scored = [(match, [facet for facet in facets if facet in weights]) for match, facets in telling]
    scores = {match.document_id: _score(facets, weights) for match, facets in scored}
    best = max(scores.values(), default=0.0)
    fitting = [(match, facets) for match, facets in scored if scores[match.document_id] >= _NEARLY_AS_WELL * best]
    if asked.latest:
        fitting = _latest(fitting)
    elif best == 0.0:
        return Preference()
    if not fitting or len(fitting) > MOST_PREFERRED or len(fitting) == documents:
        return Preference()
    return Preference(
        tuple(
            DocumentMatch(match.document_id, match.document_name, tuple(facets), match.title_words, match.period_end)
            for match, facets in fitting
        ),
        latest=asked.latest,
    )


def _telling(match: DocumentMatch) -> list[str]:
    """Without single words of a longer title: nearly every question has one of those."""
    words = [facet for facet in match.facets if facet.startswith("word:")]
    enough = len(words) >= max(_LEAST_TITLE_WORDS, _TITLE_SHARE * match.title_words)
    return [facet for facet in match.facets if enough or not facet.startswith("word:")]


def _score(facets: Sequence[str], weights: Mapping[str, float]) -> float:
    kinds = {facet.split(":", 1)[0] for facet in facets}
    once = sum(
        max(weights[facet] for facet in facets if facet.startswith(f"{kind}:"))
        for kind in kinds
        if kind in _ALTERNATIVES
    )
    return once + sum(weights[facet] for facet in facets if not facet.startswith(_ALTERNATIVES))


def _latest(fitting: Sequence[tuple[DocumentMatch, list[str]]]) -> list[tuple[DocumentMatch, list[str]]]:
    """Of those that share the same names, the ones whose period ends last."""

    def names(entry: tuple[DocumentMatch, list[str]]) -> list[str]:
        return sorted(facet for facet in entry[1] if facet.startswith("name:"))

    kept: list[tuple[DocumentMatch, list[str]]] = []
    for _, group in groupby(sorted(fitting, key=names), key=names):
        members = list(group)
        newest = max(match.period_end for match, _ in members)
        kept.extend(member for member in members if member[0].period_end == newest)
    return kept
