"""A question that leans on the chat is completed by rule; one that stands alone is left as it is."""

import pytest

from opentrace.agents.follow_up import carry_over


@pytest.mark.parametrize(
    ("questions", "standalone"),
    [
        (["How tall is the tower?", "And when was it built?"], "And when was the tower built?"),
        (["What were total sales in 2021?", "And in 2022?"], "What were total sales in 2022?"),
        (["What were total sales in 2021?", "What about 2022?", "and 2023?"], "What were total sales in 2023?"),
        (["What was the margin in Q1?", "and in Q2?"], "What was the margin in Q2?"),
        (["How many people work for Acme?", "What about Globex?"], "How many people work for Globex?"),
        (["Who leads the board?", "How are its members chosen?"], "How are the board's members chosen?"),
        (["What is the notice period?", "And for managers?"], "What is the notice period for managers?"),
    ],
)
def test_what_is_missing_is_carried_over(questions: list[str], standalone: str) -> None:
    assert carry_over(questions) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "What is the notice period?",
        "And what is the notice period of managers?",
        "In which year was the company founded?",
        "Is it possible to cancel the contract early?",
    ],
)
def test_a_question_that_stands_alone_is_left(question: str) -> None:
    assert carry_over(["How tall is the tower?", question]) == question
