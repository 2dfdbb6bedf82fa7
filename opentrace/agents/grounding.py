"""Compares every sentence of an answer with what it cites. Similarity, not proof: a close sentence can still be wrong.

Numbers and names must stand in the cited passages as they are; the rest is the share of words and the cosine to the
nearest sentences of the passages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opentrace.agents.passages import FoundPassage, JsonObject
from opentrace.agents.sentences import AnswerSentence, answer_sentences, split_sentences
from opentrace.ports.embedder import Embedder

SUPPORTED_SCORE = 0.5
COMPARED = 4
"""Sentences of the passages that are embedded for one of the answer: those that share most words with it."""
MAX_SENTENCES = 40
MAX_CHARS = 400

_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[\w,;’'\"”)] )[A-Z][\w&-]{2,}")
_ABSENCE = re.compile(
    r"\b(?:do|does|did|is|are|was|were)(?: not|n't) (?:say|state|mention|specify|give|contain|provide|include|found"
    r"|clear|stated|mentioned|specified|seem to say)\b|\bno (?:information|mention|passage|document)\b",
    re.IGNORECASE,
)
_FUNCTION_WORDS = """
    the and for are was were has have had with from that this these those which who what when where its their there
    than not but also all any can may will would been into over under about after before between per
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class GroundedSentence:
    sentence: str
    supported: bool
    score: float
    citation_numbers: Sequence[int]

    def to_json(self) -> JsonObject:
        return {
            "sentence": self.sentence,
            "supported": self.supported,
            "score": self.score,
            "citation_numbers": list(self.citation_numbers),
        }


async def ground(
    answer: str, cited: Mapping[int, FoundPassage], *, question: str, embedder: Embedder
) -> list[GroundedSentence]:
    """`cited` are the passages by the numbers of the answer. Nothing cited, nothing compared. Raises EmbedderError.

    A sentence that says what the documents do not say is left out: there is nothing that it could be like.
    """
    if not cited:
        return []
    sentences = [one for one in answer_sentences(answer) if not _ABSENCE.search(one.text)][:MAX_SENTENCES]
    sources = {number: _source(passage) for number, passage in cited.items()}
    own = [_sources_of(sentence, sources) for sentence in sentences]
    compared = {
        index: [sentence.text[:MAX_CHARS], *_nearest(sentence, of)]
        for index, (sentence, of) in enumerate(zip(sentences, own, strict=True))
        if not _is_quoted(sentence, of)
    }
    cosines = await _cosines(compared, embedder)
    return [
        _judge(sentence, of, cosines.get(index), question)
        for index, (sentence, of) in enumerate(zip(sentences, own, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Source:
    """What is asked of a cited passage again and again."""

    plain: str
    words: frozenset[str]
    numbers: frozenset[str]
    pieces: Sequence[tuple[str, frozenset[str]]]


def _source(passage: FoundPassage) -> _Source:
    text = f"{passage.document_name}\n{passage.context}\n{passage.content}"
    pieces = [(piece, _words(piece)) for piece in split_sentences(passage.content)]
    return _Source(_plain(text), _words(text), _numbers(text), pieces)


def _sources_of(sentence: AnswerSentence, sources: Mapping[int, _Source]) -> list[_Source]:
    """What it cites; without a marker, all that the answer cites."""
    own = [sources[number] for number in sentence.numbers if number in sources]
    return own or list(sources.values())


def _is_quoted(sentence: AnswerSentence, sources: Sequence[_Source]) -> bool:
    plain = _plain(sentence.text)
    return any(plain in source.plain for source in sources)


def _nearest(sentence: AnswerSentence, sources: Sequence[_Source]) -> list[str]:
    wanted = _words(sentence.text)
    pieces = [piece for source in sources for piece in source.pieces]
    pieces.sort(key=lambda piece: -len(wanted & piece[1]))
    return [text[:MAX_CHARS] for text, _ in pieces[:COMPARED]]


async def _cosines(compared: Mapping[int, Sequence[str]], embedder: Embedder) -> dict[int, float]:
    """The largest cosine of each first text to those behind it. Each text is embedded once."""
    texts = list(dict.fromkeys(text for group in compared.values() for text in group))
    if not texts:
        return {}
    vector_of = dict(zip(texts, await embedder.embed(texts, purpose="passage"), strict=True))
    return {
        index: max((float(vector_of[other] @ vector_of[own]) for other in others), default=0.0)
        for index, (own, *others) in compared.items()
    }


def _judge(
    sentence: AnswerSentence, sources: Sequence[_Source], cosine: float | None, question: str
) -> GroundedSentence:
    """A quotation, which has no `cosine`, is as near as can be."""
    wanted, asked = _words(sentence.text), _words(question)
    held = frozenset[str]().union(*(source.words for source in sources))
    numbers = _numbers(question).union(*(source.numbers for source in sources))
    lexical = len(wanted & held) / len(wanted) if wanted else 1.0
    score = 1.0 if cosine is None else round(0.5 * lexical + 0.5 * max(cosine, 0.0), 3)
    exact = _numbers(sentence.text) <= numbers and _names(sentence.text) <= held | asked
    return GroundedSentence(sentence.text, exact and score >= SUPPORTED_SCORE, score, sentence.numbers)


def _words(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.lower())) - _STOP_WORDS


def _stem(word: str) -> str:
    for suffix in ("ing", "ed", "es", "s"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word.removesuffix(suffix)
    return word


def _numbers(text: str) -> frozenset[str]:
    """Without separators of thousands; what follows a decimal point counts."""
    return frozenset(re.sub(r"[,.](?=\d{3}\b)", "", number) for number in _NUMBER.findall(text))


def _names(text: str) -> frozenset[str]:
    """Words with a capital inside a sentence; none where most have one, as in a heading or in German."""
    names = _NAME.findall(text)
    return _words(" ".join(names)) if len(names) <= 0.4 * len(text.split()) else frozenset()


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w%.,]+", " ", text.lower()).split()).rstrip(".")
