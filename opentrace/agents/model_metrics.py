"""What Prometheus is told of models: calls with their outcomes, tokens, and an estimate of what they cost."""

from prometheus_client import CollectorRegistry, Counter

from opentrace.agents.prices import LIST_PRICES, Prices, cost_usd


class ModelMetrics:
    """Implements `ports.chat_model.ModelCalls`. The counts of one process, in its registry."""

    def __init__(self, registry: CollectorRegistry, *, prices: Prices) -> None:
        """`prices` add to the list prices and override them."""
        self._prices = {**LIST_PRICES, **prices}
        self._calls = Counter(
            "opentrace_model_calls",
            "Calls of models by how they ended: answered, or the code of the failure.",
            ("model", "outcome"),
            registry=registry,
        )
        self._tokens = Counter(
            "opentrace_model_tokens",
            "Tokens that models reported, read (input) and written (output).",
            ("model", "direction"),
            registry=registry,
        )
        self._cost = Counter(
            "opentrace_model_cost_usd",
            "US dollars that the tokens cost by list prices or OPENTRACE_MODEL_PRICES; an estimate, of models with a "
            "known price.",
            ("model",),
            registry=registry,
        )

    def answered(self, model: str, *, input_tokens: int, output_tokens: int) -> None:
        self._calls.labels(model, "answered").inc()
        self._tokens.labels(model, "input").inc(input_tokens)
        self._tokens.labels(model, "output").inc(output_tokens)
        cost = cost_usd(self._prices, model, input_tokens, output_tokens)
        if cost is not None:
            self._cost.labels(model).inc(cost)

    def failed(self, model: str, code: str) -> None:
        self._calls.labels(model, code).inc()
