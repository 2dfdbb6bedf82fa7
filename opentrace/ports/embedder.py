"""Turns text into vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimensions), each row of length 1, so that a dot product is the cosine."""


class EmbedderError(Exception):
    """The model could not be loaded, or refused what it was asked; the message says what to do."""


class EmbedderAway(EmbedderError):
    """The model does not answer now, after the retries too: unreachable, silent, failing or too busy.

    The same request may work later.
    """


class Embedder(Protocol):
    """One embedding model. Safe to use from many tasks of one event loop."""

    @property
    def model(self) -> str:
        """The name under which its vectors are stored. Vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Known once a text has been embedded. Raises EmbedderError before."""
        ...

    @property
    def max_tokens(self) -> int:
        """How much of a text the model reads; what is past it is invisible to search."""
        ...

    @property
    def batch_texts(self) -> int:
        """How many texts are best given at once, where progress is to be seen."""
        ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """The character range of each token of `text`, without special tokens, not cut at `max_tokens`."""
        ...

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        """One row per text, in order. Raises EmbedderError."""
        ...

    async def close(self) -> None:
        """End connections and give back memory."""
        ...


@dataclass(frozen=True, slots=True)
class Embedders:
    """The embedding models of an installation, by the names that projects know them by.

    `chosen` is the name of the one that new projects begin with.
    """

    chosen: str
    by_name: Mapping[str, Embedder]

    @property
    def default(self) -> Embedder:
        return self.by_name[self.chosen]

    def name_in_use(self, name: str) -> str:
        """By what a project that names `name` is embedded: the chosen model, where the installation lost that one."""
        return name if name in self.by_name else self.chosen

    def in_use(self, name: str) -> Embedder:
        return self.by_name[self.name_in_use(name)]

    async def close(self) -> None:
        for embedder in self.by_name.values():
            await embedder.close()
