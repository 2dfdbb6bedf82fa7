"""Other ways to ask a question: from the small model, or by rule where there is none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from opentrace.knowledge.facets import STOP_WORDS, folded
from opentrace.ports.chat_model import ModelError
from opentrace.ports.structured_answer import structured_answer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MODEL_TIMEOUT_S = 10.0
MAX_VARIATION_CHARS = 500
MODEL_WEIGHT = 0.5
PART_WEIGHT = 0.5
FORM_WEIGHT = 0.1
"""Beside 1 of the question itself. Forms made by rule make a search worse at equal weight (docs/benchmarks.md)."""

_WORD = re.compile(r"[^\W_]+(?:[-.'’/][^\W_]+)*")
_BORDER = re.compile(
    r"[?;]\s+"
    r"|,?\s+(?:and|or|but)\s+(?=(?:how|what|which|who|whom|whose|when|where|why|did|does|do|is|are|was|were|has|have|had"
    r"|can|could)\b)"
    r"|,\s+(?=(?:how|what|which|who|when|where|why)\b)",
    re.IGNORECASE,
)
_LEAST_WORDS = 3
_LEAST_WORDS_OF_PART = 2

_TASK = (
    "Write search queries for a library of documents. Given a question, write {count} other queries that would find "
    "passages which answer it: other words for the same thing, the terms a document would use, and the parts of a "
    "question that asks several things. Keep names, numbers, dates and codes as they are. Write in the language of the "
    "question. Do not answer it."
)


class QueryVariations(BaseModel):
    """The form of the model's answer."""

    queries: list[str] = Field(description="Search queries, each complete in itself.")


@dataclass(frozen=True, slots=True)
class Variation:
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Variations:
    """`source` says who made them; `failure` is the code of what went wrong, in which case there are none."""

    items: tuple[Variation, ...] = ()
    source: str | None = None
    failure: str | None = None


async def variations_of(question: str, count: int, *, model: BaseChatModel | None) -> Variations:
    """At most `count`. Where the model fails, the question stands alone."""
    if model is None:
        return Variations(tuple(variations_by_rule(question)[:count]), source="rules")
    try:
        async with asyncio.timeout(MODEL_TIMEOUT_S):
            answer = await structured_answer(model, QueryVariations, task=_TASK.format(count=count), text=question)
    except ModelError as error:
        return Variations(source="model", failure=error.model_code)
    except TimeoutError:
        return Variations(source="model", failure="model_timeout")
    # Half a character or U+0000 cannot be searched.
    texts = [text.encode(errors="ignore").decode().replace("\0", "") for text in answer.value.queries]
    kept = _distinct(question, [Variation(text[:MAX_VARIATION_CHARS], MODEL_WEIGHT) for text in texts])
    return Variations(tuple(kept[:count]), source="model")


def variations_by_rule(question: str) -> list[Variation]:
    """The most useful first; fewer where a rule has nothing to add.

    The parts of a compound question, since one vector of two questions lies between them. What it names, where that
    is most of it. Its words without what only makes it a question.
    """
    parts = [part.strip(" ?.;,") for part in _BORDER.split(question)]
    parts = [part for part in parts if len(_content_words(part)) >= _LEAST_WORDS_OF_PART]
    options = [Variation(part, PART_WEIGHT) for part in parts] if len(parts) > 1 else []
    words = _content_words(question)
    named = [word for word in words if not word.islower()]
    if _LEAST_WORDS <= len(named) < len(words) <= 2 * len(named):
        options.append(Variation(" ".join(named), FORM_WEIGHT))
    if _LEAST_WORDS <= len(words) < len(_WORD.findall(question)):
        options.append(Variation(" ".join(words), FORM_WEIGHT))
    return _distinct(question, options)


def _distinct(question: str, options: Sequence[Variation]) -> list[Variation]:
    """On one line each, without those that repeat the question or one another."""
    seen = {_form(question), ""}
    kept: list[Variation] = []
    for option in options:
        if _form(option.text) not in seen:
            seen.add(_form(option.text))
            kept.append(Variation(" ".join(option.text.split()), option.weight))
    return kept


def _content_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if folded(word) not in STOP_WORDS]


def _form(text: str) -> str:
    return " ".join(word.casefold() for word in _WORD.findall(text))
