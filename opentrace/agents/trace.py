"""The account of one answer: its stages with their times, its searches, its tokens."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from opentrace.agents.passages import JsonObject


@dataclass(slots=True)
class Trace:
    """Filled while the agent runs, so that it can be read however the run ends. Times are in milliseconds.

    `origin` is the `perf_counter()` value that offsets count from. Tokens are None where no model reported them.
    """

    model: str
    question: str
    origin: float = field(default_factory=perf_counter)
    stages: list[JsonObject] = field(default_factory=list[JsonObject])
    searches: list[JsonObject] = field(default_factory=list[JsonObject])
    input_tokens: int | None = None
    output_tokens: int | None = None
    first_token_ms: float | None = None
    error: JsonObject | None = None

    def elapsed_ms(self) -> float:
        return round((perf_counter() - self.origin) * 1000, 1)

    @contextmanager
    def stage(self, name: str, **details: Any) -> Generator[JsonObject]:
        """Record a stage; more details may be put into the yielded object. A stage that fails is marked."""
        entry: JsonObject = {"name": name, "start_ms": self.elapsed_ms(), "duration_ms": None, **details}
        self.stages.append(entry)
        try:
            yield entry
        except BaseException as error:
            entry["error"] = type(error).__name__
            raise
        finally:
            entry["duration_ms"] = round(self.elapsed_ms() - entry["start_ms"], 1)

    def add_tokens(self, *, input_tokens: int, output_tokens: int) -> None:
        self.input_tokens = (self.input_tokens or 0) + input_tokens
        self.output_tokens = (self.output_tokens or 0) + output_tokens

    def note_first_token(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = self.elapsed_ms()

    def to_json(self) -> JsonObject:
        return {
            "model": self.model,
            "question": self.question,
            "stages": self.stages,
            "searches": self.searches,
            "error": self.error,
        }

    def usage(self) -> JsonObject:
        return {
            "model": self.model,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "first_token_ms": self.first_token_ms,
            "total_ms": self.elapsed_ms(),
        }
