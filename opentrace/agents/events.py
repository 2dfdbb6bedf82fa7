"""What a running agent tells, in order: stages, text, citations, and at last what it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from opentrace.agents.grounding import GroundedSentence
from opentrace.agents.passages import Citation

Stage = Literal["checking", "planning", "searching", "answering"]


@dataclass(frozen=True, slots=True)
class Status:
    """`query` is what is searched for, in the stage `searching`."""

    stage: Stage
    query: str | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer. All deltas together are the text that is stored."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of all markers so far, by number."""

    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Answered:
    """The text is whole; what comes now is about it."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """How each sentence compares with what it cites."""

    sentences: Sequence[GroundedSentence]


@dataclass(frozen=True, slots=True)
class SuggestedNext:
    """Questions to ask next, and a name for the chat where there is one."""

    questions: Sequence[str]
    title: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """`refused` where the guardrail stopped the question; the text then says why."""

    status: Literal["completed", "refused"]


AgentEvent = Status | TextDelta | Cited | Answered | Grounded | SuggestedNext | Done
