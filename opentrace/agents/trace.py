"""The account of one answer: its stages with their times, its searches, its tokens."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from opentrace.agents.passages import JsonObject
from opentrace.agents.prices import Prices, cost_usd


@dataclass(slots=True)
class ModelTokens:
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(slots=True)
class Trace:
    """Filled while the agent runs, so that it can be read however the run ends. Times are in milliseconds.

    `model` is the name of the chat model, None before there is one. `origin` is the `perf_counter()` value that offsets
    count from. `tokens` are by model, only of models that reported them.
    """

    question: str
    model: str | None = None
    prices: Prices = field(default_factory=dict[str, tuple[float, float]])
    origin: float = field(default_factory=perf_counter)
    stages: list[JsonObject] = field(default_factory=list[JsonObject])
    searches: list[JsonObject] = field(default_factory=list[JsonObject])
    web_searches: list[JsonObject] = field(default_factory=list[JsonObject])
    flagged_passages: list[JsonObject] = field(default_factory=list[JsonObject])
    tokens: dict[str, ModelTokens] = field(default_factory=dict[str, ModelTokens])
    notes: JsonObject = field(default_factory=dict[str, Any])
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

    def add_tokens(self, model: str | None, *, input_tokens: int, output_tokens: int) -> None:
        counted = self.tokens.setdefault(model or "unknown", ModelTokens())
        counted.input_tokens += input_tokens
        counted.output_tokens += output_tokens

    def note_first_token(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = self.elapsed_ms()

    def to_json(self) -> JsonObject:
        return {
            "model": self.model,
            "question": self.question,
            "stages": self.stages,
            "searches": self.searches,
            "web_searches": self.web_searches,
            "flagged_passages": self.flagged_passages,
            **self.notes,
            "error": self.error,
        }

    def usage(self) -> JsonObject:
        """Tokens and cost are null where no model reported tokens; cost also where a model's price is not known."""
        models = [
            {
                "model": model,
                "input_tokens": counted.input_tokens,
                "output_tokens": counted.output_tokens,
                "cost_usd": cost_usd(self.prices, model, counted.input_tokens, counted.output_tokens),
            }
            for model, counted in self.tokens.items()
        ]
        costs = [model["cost_usd"] for model in models]
        known = [cost for cost in costs if isinstance(cost, float)]
        return {
            "model": self.model,
            "input_tokens": sum(counted.input_tokens for counted in self.tokens.values()) if models else None,
            "output_tokens": sum(counted.output_tokens for counted in self.tokens.values()) if models else None,
            "cost_usd": round(sum(known), 8) if models and len(known) == len(costs) else None,
            "models": models,
            "stage_ms": self._stage_ms(),
            "first_token_ms": self.first_token_ms,
            "total_ms": self.elapsed_ms(),
        }

    def _stage_ms(self) -> dict[str, float]:
        """Stages of one name together; those that ran at the same time are counted one by one."""
        spent: dict[str, float] = {}
        for stage in self.stages:
            if stage["duration_ms"] is not None:
                spent[stage["name"]] = round(spent.get(stage["name"], 0.0) + stage["duration_ms"], 1)
        return spent
