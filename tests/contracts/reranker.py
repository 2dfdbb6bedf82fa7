"""What every reranker keeps to. A test module inherits from the suite and gives it fixtures `reranker` and `minilm`."""

from opentrace.ports.embedder import Embedder
from opentrace.ports.reranker import Reranker, RerankPassage, RerankQuestion

QUESTION = "How did the gross margin change?"
PASSAGES = [
    "Knead the dough for ten minutes. Let it rise in a warm place. Bake it until it is brown.",
    "The office moved. The lease ends in May. The gross margin rose to 44.5 percent. Rain fell on Tuesday.",
    "Net sales of services grew by eight percent in the quarter.",
]


async def question_of(minilm: Embedder, text: str) -> RerankQuestion:
    return RerankQuestion(text, (await minilm.embed([text], purpose="query"))[0])


class RerankerContract:
    async def test_what_answers_the_question_is_above_the_rest(self, reranker: Reranker, minilm: Embedder) -> None:
        passages = [RerankPassage(text, "", 0.3, 0.0) for text in PASSAGES]

        scores = await reranker.rerank(await question_of(minilm, QUESTION), passages)

        assert len(scores) == 3
        assert scores[1] == max(scores)

    async def test_no_passages_have_no_scores(self, reranker: Reranker, minilm: Embedder) -> None:
        assert await reranker.rerank(await question_of(minilm, QUESTION), []) == []

    async def test_odd_passages_have_scores_too(self, reranker: Reranker, minilm: Embedder) -> None:
        odd = ["", " \n ", "日本語。テキスト。", "x" * 20_000, "a.\n" * 500, "👩‍👩‍👧‍👦"]

        scores = await reranker.rerank(
            await question_of(minilm, QUESTION), [RerankPassage(text, "", 0.1, 0.0) for text in odd]
        )

        assert len(scores) == len(odd)
        assert all(score == score for score in scores)

    def test_it_has_a_name(self, reranker: Reranker) -> None:
        assert reranker.name
