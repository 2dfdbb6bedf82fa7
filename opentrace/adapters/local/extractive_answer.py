"""Picks the sentences of retrieved passages that answer a question, and puts them in a readable order."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log

import numpy as np

from opentrace.adapters.local.extractive_segments import Segment, split_segments
from opentrace.ports.chat_model import NumberedPassage
from opentrace.ports.embedder import Embedder, Vectors

MAX_EMBEDDED = 18
"""Segments that are embedded for one answer: a bound on the time to the first word."""
MAX_SEGMENTS = 5
MAX_CHARS = 900
EMBEDDED_CHARS = 320

COSINE_WEIGHT = 0.55
LEXICAL_WEIGHT = 0.35
RANK_WEIGHT = 0.05
VALUE_WEIGHT = 0.08
POINTER_PENALTY = 0.08
MISSED_NUMBERS_PENALTY = 0.25
"""Share of its score that a segment loses when neither it nor its context has the numbers of the question."""
CONTEXT_CREDIT = 0.6
"""What a word of the question counts that stands not in the segment but in its heading or its document's name."""
RELEVANT_SCORE = 0.36
RELEVANT_COSINE = 0.25
NEAR_BEST = 0.78
SAME_COSINE = 0.93
SAME_WORDS = 0.75

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[\w]+")
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_ASKS_VALUE = re.compile(
    r"\b(how (?:much|many|long|often|far|old|large|high|big)|what (?:percentage|share|number|amount|date|year|time)"
    r"|when|totals?|revenues?|sales|prices?|costs?|rates?|amounts?|wie (?:viele?|hoch|lange)|wann"
    r"|combien|quand|cuántos?|cuándo)\b",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\d")
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:as (?:discussed|described|set forth|defined) in|see (?:also )?(?:note|part|item|section|page)|refer to"
    r"|is described in|are described in|incorporated (?:herein )?by reference|as follows|following table)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUARTERS = {
    "q1": ("first", "quarter"),
    "q2": ("second", "quarter"),
    "q3": ("third", "quarter"),
    "q4": ("fourth", "quarter"),
}
_BRACKETED_NUMBER = re.compile(r"[\[【]([\s\d^,–-]*\d[\s\d,–-]*)[\]】]")
_FUNCTION_WORDS = """
    a about above after again all also am an and any are as at be because been before being below between both
    but by can could did do does doing down during each few for from further had has have having he her here
    hers him his how i if in into is it its itself just me more most my no nor not now of off on once only or
    other our out over own per please same she should so some such tell than that the their them then there
    these they this those through to too under until up us very was we were what when where which while who
    whom whose why will with would you your explain describe give list show according document documents file
    der die das und ist im den von zu mit was wie wer le la les de des du et est un une el los las y en que
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment that goes into the answer, with the number of its passage and the range it has there."""

    number: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: NumberedPassage
    rank: int
    segment: Segment
    words: frozenset[str]
    context_words: frozenset[str]


async def select_quotes(question: str, passages: Sequence[NumberedPassage], embedder: Embedder) -> list[Quote]:
    """At most MAX_SEGMENTS quotes in reading order; none where nothing in the passages answers the question.

    Raises EmbedderError.
    """
    candidates = [*_candidates(passages)]
    if not candidates:
        return []
    wanted = words_of(question)
    rarity = _rarity(wanted, candidates)
    lexical = [_lexical(candidate, rarity) for candidate in candidates]
    shortlist = _shortlist(candidates, lexical)
    texts = [question, *(candidates[index].segment.text[:EMBEDDED_CHARS] for index in shortlist)]
    vectors = await embedder.embed(texts, purpose="passage")
    cosines = np.maximum(vectors[1:] @ vectors[0], 0.0)
    asks_value = bool(_ASKS_VALUE.search(question))
    scored = [
        _Scored(
            candidate=candidates[index],
            row=row,
            score=_score(
                candidates[index], wanted, cosine=float(cosine), lexical=lexical[index], asks_value=asks_value
            ),
            cosine=float(cosine),
        )
        for row, (index, cosine) in enumerate(zip(shortlist, cosines, strict=True), start=1)
    ]
    return [Quote(s.candidate.passage.number, s.candidate.segment) for s in _in_reading_order(_chosen(scored, vectors))]


@dataclass(frozen=True, slots=True)
class _Scored:
    """`row` is the candidate's row among the embedded texts."""

    candidate: _Candidate
    row: int
    score: float
    cosine: float


def words_of(text: str) -> Counter[str]:
    """The words that carry meaning, in a form that forgives plurals and thousands separators.

    Scripts without spaces give pairs of characters.
    """
    words: Counter[str] = Counter()
    for match in _WORD.finditer(text.lower().replace("’", "'")):
        word = match.group()
        if _WITHOUT_SPACES.search(word):
            words.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        elif word[0].isdigit():
            words[word.replace(",", "")] += 1
        elif word in _QUARTERS:
            words.update(_QUARTERS[word])
        elif word not in _STOP_WORDS:
            words[_stem(word.removesuffix("'s"))] += 1
    return words


def _stem(word: str) -> str:
    """Harman's S-stemmer, and -ed and -ing of longer words."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        if len(word) > len(suffix) + 3 and word.endswith(suffix):
            word = word.removesuffix(suffix)
            break
    return word.removesuffix("e") if len(word) > 4 else word


def _candidates(passages: Sequence[NumberedPassage]) -> Iterator[_Candidate]:
    for rank, passage in enumerate(passages):
        context = f"{passage.source} {passage.context}"
        for segment in split_segments(passage.text, tables=passage.tables):
            words = frozenset(words_of(segment.text))
            if len(words) >= 2 or _WITHOUT_SPACES.search(segment.text):
                yield _Candidate(passage, rank, segment, words, frozenset(words_of(f"{context} {segment.heading}")))


def _rarity(wanted: Mapping[str, int], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse document frequency of each word of the question, with the candidates as the collection (BM25's form)."""
    total = len(candidates)
    found = Counter(word for candidate in candidates for word in candidate.words if word in wanted)
    return {word: log(1 + (total - found[word] + 0.5) / (found[word] + 0.5)) for word in wanted}


def _lexical(candidate: _Candidate, rarity: Mapping[str, float]) -> float:
    """The share of the question, weighted by rarity, that the segment or its context holds: 0 to 1."""
    whole = sum(rarity.values())
    held = sum(
        weight if word in candidate.words else weight * CONTEXT_CREDIT
        for word, weight in rarity.items()
        if word in candidate.words or word in candidate.context_words
    )
    return held / whole if whole else 0.0


def _shortlist(candidates: Sequence[_Candidate], lexical: Sequence[float]) -> list[int]:
    """Mostly by words; the rest from the best passages, for sentences that answer in other words."""
    order = sorted(range(len(candidates)), key=lambda i: (-lexical[i], candidates[i].rank, i))
    by_words = order[: MAX_EMBEDDED * 2 // 3]
    taken = set(by_words)
    rest = [i for i in sorted(range(len(candidates)), key=lambda i: (candidates[i].rank, i)) if i not in taken]
    return by_words + rest[: MAX_EMBEDDED - len(by_words)]


def _score(
    candidate: _Candidate, wanted: Mapping[str, int], *, cosine: float, lexical: float, asks_value: bool
) -> float:
    score = COSINE_WEIGHT * cosine + LEXICAL_WEIGHT * lexical + RANK_WEIGHT / (1 + candidate.rank)
    if asks_value and _states_value(candidate, wanted):
        score += VALUE_WEIGHT
    if _POINTS_ELSEWHERE.search(candidate.segment.text):
        score -= POINTER_PENALTY
    numbers = [word for word in wanted if word[0].isdigit()]
    if numbers:
        held = sum(word in candidate.words or word in candidate.context_words for word in numbers)
        score *= 1 - MISSED_NUMBERS_PENALTY * (1 - held / len(numbers))
    return score


def _states_value(candidate: _Candidate, wanted: Mapping[str, int]) -> bool:
    """Whether it gives a number that the question does not give itself."""
    return any(_VALUE.match(word) and word not in wanted for word in candidate.words)


def _chosen(scored: Sequence[_Scored], vectors: Vectors) -> list[_Scored]:
    ranked = sorted(scored, key=lambda s: -s.score)
    best = ranked[0]
    if best.score < RELEVANT_SCORE or max(s.cosine for s in ranked[:3]) < RELEVANT_COSINE:
        return []
    chosen: list[_Scored] = []
    chars = 0
    for item in ranked:
        length = len(item.candidate.segment.text)
        if item.score < max(NEAR_BEST * best.score, RELEVANT_SCORE) or len(chosen) == MAX_SEGMENTS:
            break
        if chosen and (chars + length > MAX_CHARS or any(_same(item, other, vectors) for other in chosen)):
            continue
        chosen.append(item)
        chars += length
    return chosen


def _same(one: _Scored, other: _Scored, vectors: Vectors) -> bool:
    """Near-duplicates. Segments with different figures are never the same; of sentences, years alone tell none."""
    a, b = one.candidate.words, other.candidate.words
    figures = {word for word in a ^ b if word[0].isdigit()}
    if figures:
        prose = one.candidate.segment.kind != "row" and other.candidate.segment.kind != "row"
        return prose and all(map(_YEAR.fullmatch, figures)) and a - figures == b - figures
    return len(a & b) >= SAME_WORDS * len(a | b) or float(vectors[one.row] @ vectors[other.row]) > SAME_COSINE


def _in_reading_order(chosen: Sequence[_Scored]) -> list[_Scored]:
    """Documents by their best quote, and so the passages of a document; a passage as it reads."""
    best_of_source: dict[str, float] = {}
    best_of_passage: dict[int, float] = {}
    for item in chosen:
        passage = item.candidate.passage
        best_of_source[passage.source] = max(best_of_source.get(passage.source, 0.0), item.score)
        best_of_passage[passage.number] = max(best_of_passage.get(passage.number, 0.0), item.score)
    return sorted(
        chosen,
        key=lambda s: (
            -best_of_source[s.candidate.passage.source],
            -best_of_passage[s.candidate.passage.number],
            s.candidate.segment.start,
        ),
    )


def compose(quotes: Sequence[Quote]) -> str:
    """Sentences as a paragraph, list items and rows as a list, each with its `[n]`. Plain Markdown."""
    blocks: list[str] = []
    for is_prose, group in groupby(quotes, key=lambda quote: quote.segment.kind == "sentence"):
        texts = [f"{_unmarked(quote.segment.text)} [{quote.number}]" for quote in group]
        blocks.append(" ".join(texts) if is_prose else "\n".join(f"- {text}" for text in texts))
    return "\n\n".join(blocks)


def _unmarked(text: str) -> str:
    """A bracketed number in a quotation is no marker of ours: `[7]` becomes `(7)`."""
    return _BRACKETED_NUMBER.sub(r"(\1)", text)
