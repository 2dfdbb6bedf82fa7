"""What tokens cost, as an estimate: prices change, and what an endpoint really bills is its own affair."""

import re
from collections.abc import Mapping

Prices = Mapping[str, tuple[float, float]]
"""US dollars for a million input and output tokens, by model."""

LIST_PRICES: Prices = {
    "gpt-4o": (2.5, 10.0),
    "gpt-4o-mini": (0.15, 0.6),
    "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4),
}
"""OpenAI's list prices as of 2025; `OPENTRACE_MODEL_PRICES` adds to them and overrides them."""

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def cost_usd(prices: Prices, model: str, input_tokens: int, output_tokens: int) -> float | None:
    """None where the price is not known. A dated version costs what its model costs."""
    price = prices.get(model) or prices.get(_DATED.sub("", model))
    if price is None:
        return None
    return (input_tokens * price[0] + output_tokens * price[1]) / 1_000_000
