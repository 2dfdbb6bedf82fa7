"""The memory of questions' vectors, over an embedder that counts what it is asked."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from opentrace.adapters import query_memory
from opentrace.adapters.query_memory import QueryMemory
from opentrace.ports.embedder import Vectors


class CountingEmbedder:
    """A text's vector is its length."""

    model = "lengths"
    dimensions = 1
    max_tokens = 100
    batch_texts = 10

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.closed = False

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        self.asked.append(tuple(texts))
        return np.array([[len(text)] for text in texts], np.float32).reshape(len(texts), 1)

    async def close(self) -> None:
        self.closed = True


async def test_a_question_is_embedded_once_and_rows_keep_their_order() -> None:
    embedder = CountingEmbedder()
    memory = QueryMemory(embedder)
    assert (await memory.embed(["four"], purpose="query")).tolist() == [[4]]
    rows = await memory.embed(["seventh", "four", "seventh", "six"], purpose="query")
    assert rows.tolist() == [[7], [4], [7], [3]]
    assert embedder.asked == [("four",), ("seventh", "six")]


async def test_what_a_caller_does_to_a_vector_is_not_remembered() -> None:
    memory = QueryMemory(CountingEmbedder())
    rows = await memory.embed(["four"], purpose="query")
    rows[:] = 0
    assert (await memory.embed(["four"], purpose="query")).tolist() == [[4]]


async def test_passages_are_not_remembered() -> None:
    embedder = CountingEmbedder()
    memory = QueryMemory(embedder)
    for _ in range(2):
        await memory.embed(["four"], purpose="passage")
    await memory.embed(["four"], purpose="query")
    assert embedder.asked == [("four",)] * 3


async def test_the_question_that_was_asked_longest_ago_is_forgotten_first() -> None:
    embedder = CountingEmbedder()
    memory = QueryMemory(embedder)
    questions = [f"question {number}" for number in range(query_memory.REMEMBERED)]
    await memory.embed(questions, purpose="query")
    await memory.embed(questions[:1], purpose="query")
    await memory.embed(["one more"], purpose="query")
    embedder.asked.clear()
    await memory.embed([questions[0], questions[1]], purpose="query")
    assert embedder.asked == [(questions[1],)]


async def test_no_texts_are_no_rows_and_the_rest_is_the_embedders() -> None:
    embedder = CountingEmbedder()
    memory = QueryMemory(embedder)
    assert (await memory.embed([], purpose="query")).shape == (0, 1)
    assert (memory.model, memory.dimensions, memory.max_tokens, memory.batch_texts) == ("lengths", 1, 100, 10)
    assert memory.token_offsets("abc") == [(0, 3)]
    await memory.close()
    assert embedder.closed
