"""Sentences of an answer beside what they cite."""

import pytest

from opentrace.agents.grounding import ground
from opentrace.agents.sentences import AnswerSentence, answer_sentences
from opentrace.ports.embedder import Embedder
from tests.agents.asking import passage

SALES = passage("Net sales were $1,204 million in 2022, up 4.5% from 2021. Maria Lopez leads the company since 2019.")
RULES = passage("Employees may work from home on two days of each week, if their manager agrees.", name="rules.pdf")
CITED = {1: SALES, 2: RULES}


@pytest.mark.parametrize(
    ("supported", "sentence"),
    [
        (True, "Net sales were $1,204 million in 2022, up 4.5% from 2021. [1]"),
        (True, "In 2022 the net sales were 1204 million dollars [1]."),
        (True, "The company has been led by Maria Lopez since 2019 [1]."),
        (True, "With the agreement of the manager, employees may work two days a week from home [2]."),
        (False, "Net sales were $1,240 million in 2022 [1]."),
        (False, "The company has been led by Maria Gomez since 2019 [1]."),
        (False, "Net sales were $1,204 million in 2022 [2]."),
        (False, "The office kitchen offers free fruit and a coffee machine [2]."),
    ],
)
async def test_numbers_names_and_meaning_must_be_those_of_what_is_cited(
    minilm: Embedder, supported: bool, sentence: str
) -> None:
    [grounded] = await ground(sentence, CITED, question="", embedder=minilm)
    assert grounded.supported is supported, grounded


async def test_a_quotation_has_the_full_score(minilm: Embedder) -> None:
    [grounded] = await ground("Maria Lopez leads the company since 2019. [1]", CITED, question="", embedder=minilm)
    assert (grounded.score, list(grounded.citation_numbers)) == (1.0, [1])


async def test_what_the_documents_do_not_say_is_no_claim(minilm: Embedder) -> None:
    answer = "The documents do not say who founded the company. Maria Lopez leads the company since 2019 [1]."
    assert [one.sentence for one in await ground(answer, CITED, question="", embedder=minilm)] == [
        "Maria Lopez leads the company since 2019."
    ]


async def test_an_answer_without_citations_is_not_compared(minilm: Embedder) -> None:
    assert await ground("Hello there.", {}, question="", embedder=minilm) == []


def test_an_answer_is_cut_into_sentences_with_their_markers() -> None:
    answer = (
        "## Sales\n\nThey rose by 4.5 % to 1.2 bn., says Dr. Ito [1][2]. They fell before. They will rise. [3]\n\n"
        "What matters:\n- one thing [2]\n- another thing\n\n```\ncode [1].\n```"
    )
    assert answer_sentences(answer) == [
        AnswerSentence("They rose by 4.5 % to 1.2 bn., says Dr. Ito.", (1, 2)),
        AnswerSentence("They fell before.", (3,)),
        AnswerSentence("They will rise.", (3,)),
        AnswerSentence("one thing", (2,)),
        AnswerSentence("another thing", ()),
    ]
