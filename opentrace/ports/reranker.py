"""Orders the passages that a search found by a closer look at each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class RerankerError(Exception):
    """The reranker did not answer. `code` names the failure for a trace; the vendor's error is the cause."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RerankQuestion:
    text: str
    vector: NDArray[np.float32]
    """Of the installation's embedder, of length 1."""


@dataclass(frozen=True, slots=True)
class RerankPassage:
    """`context` is what it stands under. The scores are those of the search before."""

    text: str
    context: str
    vector_score: float
    keyword_score: float


class Reranker(Protocol):
    """Safe to use from many tasks of one event loop."""

    @property
    def name(self) -> str:
        """For people, in the trace."""
        ...

    async def rerank(self, question: RerankQuestion, passages: Sequence[RerankPassage]) -> list[float]:
        """One score a passage, in their order; a higher one is better. Raises RerankerError."""
        ...

    async def close(self) -> None: ...
