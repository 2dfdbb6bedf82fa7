"""Other ways to ask a question, by rule and by a model."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from opentrace.adapters.openai import openai_chat_models
from opentrace.retrieval.variations import Variation, variations_by_rule, variations_of
from opentrace.settings import Settings
from tests.openai_server import Failure, OpenAiServer, Text

FORM = "QueryVariations"
QUESTION = "How did the gross margin of services change?"


def texts(question: str) -> list[str]:
    return [variation.text for variation in variations_by_rule(question)]


def test_a_compound_question_is_taken_apart() -> None:
    parts = texts("What was the gross margin of Acme, and how much was spent on research?")

    assert parts[:2] == ["What was the gross margin of Acme", "how much was spent on research"]


def test_words_that_only_make_it_a_question_are_left_out() -> None:
    assert texts(QUESTION) == ["gross margin services change"]


def test_names_stand_alone_only_where_they_are_most_of_the_question() -> None:
    assert "Acme Zephyr XR-7 Peru" in texts("Does Acme sell Zephyr XR-7 pumps in Peru?")
    assert "Acme" not in texts("How did the gross margin of Acme change over the year?")


@pytest.mark.parametrize("question", ["", "?", "margin", "gross margin", "日本語", "and and and or?"])
def test_nothing_is_added_where_there_is_nothing_to_add(question: str) -> None:
    assert texts(question) == []


@pytest.fixture
async def model(openai_server: OpenAiServer) -> AsyncGenerator[Any]:
    values: dict[str, Any] = {"_env_file": None, "openai_base_url": openai_server.url, "chat_model": "scripted"}
    models = openai_chat_models(Settings(**values))
    yield models.small
    await models.close()


async def test_a_model_varies_the_question(openai_server: OpenAiServer, model: Any) -> None:
    queries = [
        "services margin trend",
        QUESTION.upper(),
        "services  margin trend",
        "profitability of services",
        "x y z",
    ]
    openai_server.small_replies[FORM] = Text(json.dumps({"queries": queries}))

    found = await variations_of(QUESTION, 2, model=model)

    assert [item.text for item in found.items] == ["services margin trend", "profitability of services"]
    assert (found.source, found.failure) == ("model", None)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [(Failure(401), "model_unauthorized"), (Text("I would rather not."), "model_answer_unreadable")],
)
async def test_where_the_model_fails_the_question_stands_alone(
    openai_server: OpenAiServer, model: Any, reply: Failure | Text, failure: str
) -> None:
    openai_server.small_replies[FORM] = reply

    found = await variations_of(QUESTION, 3, model=model)

    assert found.items == ()
    assert (found.source, found.failure) == ("model", failure)


async def test_without_a_model_the_rules_do_it() -> None:
    found = await variations_of(QUESTION, 3, model=None)

    assert found.items == (Variation("gross margin services change", found.items[0].weight),)
    assert (found.source, found.failure) == ("rules", None)
