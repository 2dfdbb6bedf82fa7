"""An embedder that remembers the vectors of the last questions."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from opentrace.ports.embedder import Embedder, Vectors

REMEMBERED = 256


class QueryMemory:
    """A question is embedded once, though the guardrail, the search and its next try each ask for its vector.

    Passages pass through. Implements `ports.embedder.Embedder`.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def model(self) -> str:
        return self._embedder.model

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    @property
    def batch_texts(self) -> int:
        return self._embedder.batch_texts

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.token_offsets(text)

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        if purpose == "passage" or not texts:
            return await self._embedder.embed(texts, purpose=purpose)
        known = {text: self._vectors[text] for text in texts if text in self._vectors}
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        if unknown:
            known.update(zip(unknown, await self._embedder.embed(unknown, purpose=purpose), strict=True))
        self._remember(known)
        return np.stack([known[text] for text in texts])

    async def close(self) -> None:
        self._vectors.clear()
        await self._embedder.close()

    def _remember(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        self._vectors.update(vectors)
        for text in vectors:
            self._vectors.move_to_end(text)
        while len(self._vectors) > REMEMBERED:
            self._vectors.popitem(last=False)
