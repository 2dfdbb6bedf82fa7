"""What a running agent tells, in order: stages, text, citations, and at last what it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
class Done:
    """`refused` where the guardrail stopped the question; the text then says why."""

    status: Literal["completed", "refused"]


AgentEvent = Status | TextDelta | Cited | Done
