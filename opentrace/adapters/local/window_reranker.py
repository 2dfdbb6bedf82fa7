"""A second look without a model of its own: the nearest two sentences of each passage, beside the whole and its words.

A vector of a whole passage is a mean of all that it says; the two sentences that answer are nearer to the question.
"""

import re
from collections.abc import Sequence

import numpy as np

from opentrace.ports.embedder import Embedder, EmbedderError
from opentrace.ports.reranker import RerankerError, RerankPassage, RerankQuestion

MAX_WINDOWS = 12
"""Of one passage; a longer one is cut into as many larger ones."""

SENTENCES, WHOLE, WORDS = 0.75, 0.25, 0.3
"""What the nearest sentences, the whole and the words count. Measured on SciFact: docs/benchmarks.md."""

_BORDER = re.compile(r"""(?<=[.!?…])["'”’)\]]*\s+(?=[^a-z\s])|(?<=[。！？])|\n+""")
_LEAST_CHARS = 20
"""Of a sentence; what is shorter (an abbreviation, a heading) goes with the next."""


class WindowReranker:
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return "sentences"

    async def rerank(self, question: RerankQuestion, passages: Sequence[RerankPassage]) -> list[float]:
        windows = [sentence_windows(passage.text) for passage in passages]
        texts = [text for own in windows for text in own]
        if not texts:
            return [0.0] * len(passages)
        # Texts of like length share a batch, which then has next to no padding.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        try:
            vectors = await self._embedder.embed([texts[index] for index in order], purpose="passage")
        except EmbedderError as error:
            raise RerankerError("embedder_failed") from error
        cosines = np.empty(len(texts), np.float32)
        cosines[order] = vectors @ question.vector
        most = max((passage.keyword_score for passage in passages), default=0.0) or 1.0
        scores: list[float] = []
        first = 0
        for passage, own in zip(passages, windows, strict=True):
            nearest = float(cosines[first : first + len(own)].max()) if own else passage.vector_score
            first += len(own)
            words = passage.keyword_score / most
            scores.append(SENTENCES * nearest + WHOLE * passage.vector_score + WORDS * words)
        return scores

    async def close(self) -> None:
        """Keeps no connection; the embedder is not its own."""


def sentence_windows(text: str) -> list[str]:
    """Every two sentences that follow one another; a text of two or fewer is one window, a blank one none."""
    sentences: list[str] = []
    for piece in _BORDER.split(text):
        if not piece.strip():
            continue
        if sentences and len(sentences[-1]) < _LEAST_CHARS:
            sentences[-1] = f"{sentences[-1]} {piece.strip()}"
        else:
            sentences.append(piece.strip())
    if len(sentences) <= 2:
        return [" ".join(sentences)] if sentences else []
    size = max(2, -(-2 * len(sentences) // MAX_WINDOWS))
    step = max(1, size // 2)
    return [" ".join(sentences[start : start + size]) for start in range(0, len(sentences) - step, step)]
