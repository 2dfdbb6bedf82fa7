"""What every embedder keeps to. A test module inherits from the suite and gives it a fixture `embedder`."""

import asyncio

import numpy as np

from opentrace.ports.embedder import Embedder


class EmbedderContract:
    async def test_a_row_per_text_in_order_each_of_length_one(self, embedder: Embedder) -> None:
        texts = ["A short text.", "Another one, which is somewhat longer than the first. " * 20, "What is the revenue?"]

        vectors = await embedder.embed(texts, purpose="passage")

        assert vectors.shape == (3, embedder.dimensions)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        for row, text in enumerate(texts):
            alone = (await embedder.embed([text], purpose="passage"))[0]
            assert vectors[row] @ alone > 0.97

    async def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        vectors = await embedder.embed([], purpose="passage")

        assert vectors.shape == (0, embedder.dimensions)

    async def test_a_question_is_nearest_to_the_text_that_answers_it(self, embedder: Embedder) -> None:
        passages = await embedder.embed(
            ["The cat sleeps on the warm roof.", "Revenue grew by 12 percent in the third quarter."], purpose="passage"
        )
        query = await embedder.embed(["How much did sales increase?"], purpose="query")

        scores = passages @ query[0]

        assert scores[1] > scores[0] + 0.1

    async def test_odd_texts_have_vectors_too(self, embedder: Embedder) -> None:
        odd = ["", " \n\t ", "\x00", "👩‍👩‍👧‍👦", "ﷺ" * 400, "a" * 20_000, "Ω≈ç√∫˜µ≤≥÷", "\u202etxet"]

        vectors = await embedder.embed(odd, purpose="passage")

        assert np.isfinite(vectors).all()

    def test_token_offsets_delimit_the_words_of_a_long_text(self, embedder: Embedder) -> None:
        text = "Höhe über Normalnull 😀 " * 2000

        offsets = embedder.token_offsets(text)

        assert len(offsets) > embedder.max_tokens
        assert all(0 <= start < end <= len(text) for start, end in offsets)
        assert text[offsets[0][0] : offsets[0][1]][0] == "H"
        assert offsets[-1][1] >= len(text.rstrip()) - 2

    async def test_what_is_past_the_limit_is_not_read(self, embedder: Embedder) -> None:
        start = "word " * (embedder.max_tokens + 5)

        one, other = await embedder.embed([start, start + "something else entirely"], purpose="passage")

        assert one @ other > 0.999

    async def test_many_calls_at_once_get_their_own_vectors(self, embedder: Embedder) -> None:
        texts = [f"Sentence number {index} is about topic {index * 7}." for index in range(20)]
        together = await embedder.embed(texts, purpose="passage")

        apart = await asyncio.gather(*(embedder.embed([text], purpose="query") for text in texts))

        for row, vectors in enumerate(apart):
            assert together[row] @ vectors[0] > 0.97
