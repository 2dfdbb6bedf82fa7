"""The model of an installation without a language model: it searches, then quotes what answers."""

import re
from collections.abc import Sequence

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from opentrace.adapters.local.extractive_answer import MAX_CHARS, MAX_EMBEDDED
from opentrace.adapters.local.extractive_chat_model import NOTHING_FOUND, NOTHING_RELEVANT, ExtractiveChatModel
from opentrace.agents.simple import TOOLS
from opentrace.ports.chat_model import CITED_RANGES, ChatModels, NumberedPassage
from opentrace.ports.embedder import Embedder, Vectors
from tests.agents.asking import Library, ask, passage

LIGHTHOUSE = (
    "The lighthouse\n\nThe lighthouse stands on a rock off the northern coast. It was built in 1874 by Ada Stern. "
    "Its lamp can be seen from 38 kilometres away. The keeper's house has three rooms, and a garden.\n\n"
    "Visits\n\nVisitors may climb the tower from May to September. A ticket costs 7 euros for adults."
)
FERRY = "The ferry to the island leaves every hour. A return ticket for the ferry costs 12 euros. Dogs travel free."


@pytest.fixture
def model(minilm: Embedder) -> ExtractiveChatModel:
    return ExtractiveChatModel(embedder=minilm)


def asked(question: str, *passages: str, source: str = "guide.pdf") -> list[BaseMessage]:
    """The messages of a question whose search found these passages."""
    numbered = [NumberedPassage(number=n, text=text, source=source) for n, text in enumerate(passages, start=1)]
    call = {"name": "rag_search", "args": {"query": question}, "id": "call_1"}
    return [
        HumanMessage(question),
        AIMessage("", tool_calls=[call]),
        ToolMessage("…", tool_call_id="call_1", name="rag_search", artifact=numbered),
    ]


async def answer(model: ExtractiveChatModel, messages: Sequence[BaseMessage]) -> str:
    return (await model.ainvoke(list(messages))).text


async def test_a_question_becomes_a_search(model: ExtractiveChatModel) -> None:
    reply = await model.bind_tools(TOOLS).ainvoke("When was it built?")
    [call] = reply.tool_calls
    assert (call["name"], call["args"]) == ("rag_search", {"query": "When was it built?"})
    assert reply.text == ""


async def test_a_new_question_is_searched_anew(model: ExtractiveChatModel) -> None:
    messages = [*asked("When was it built?", LIGHTHOUSE), AIMessage("In 1874 [1]."), HumanMessage("And by whom?")]
    reply = await model.bind_tools(TOOLS).ainvoke(messages)
    assert reply.tool_calls[0]["args"] == {"query": "And by whom?"}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("When was the lighthouse built?", "It was built in 1874 by Ada Stern. [1]"),
        ("How far away can the lamp be seen?", "Its lamp can be seen from 38 kilometres away. [1]"),
        ("What does a ticket for the ferry cost?", "A return ticket for the ferry costs 12 euros. [2]"),
        ("When can visitors climb the tower?", "Visitors may climb the tower from May to September. [1]"),
    ],
)
async def test_the_sentence_that_answers_is_quoted_with_its_number(
    model: ExtractiveChatModel, question: str, says: str
) -> None:
    assert says in await answer(model, asked(question, LIGHTHOUSE, FERRY))


async def test_an_answer_is_short(model: ExtractiveChatModel) -> None:
    passages = [f"Lighthouse number {n} was built in 18{n:02}. It has a lamp of {n} kilometres." * 3 for n in range(10)]
    text = await answer(model, asked("When were the lighthouses built?", *passages))
    assert 1 <= len(re.findall(r"\[\d+\]", text)) <= 5
    assert len(text) <= MAX_CHARS + 100


async def test_the_same_sentence_is_said_once(model: ExtractiveChatModel) -> None:
    text = await answer(model, asked("When was the lighthouse built?", LIGHTHOUSE, LIGHTHOUSE))
    assert text.count("1874") == 1


async def test_a_row_is_quoted_with_its_headers(model: ExtractiveChatModel) -> None:
    table = "Season | Adults | Children\nSpring | 7 euros | 3 euros\nSummer | 9 euros | 4 euros"
    text = await answer(model, asked("What do children pay in summer?", table))
    assert "Summer – Adults: 9 euros; Children: 4 euros [1]" in text


@pytest.mark.parametrize("question", ["What is the capital of Mongolia?", "Who sings the best opera?", "asdf qwer"])
async def test_nothing_relevant_is_said_plainly(model: ExtractiveChatModel, question: str) -> None:
    assert await answer(model, asked(question, FERRY)) == NOTHING_RELEVANT


async def test_nothing_found_is_said_plainly(model: ExtractiveChatModel) -> None:
    assert await answer(model, asked("When was it built?")) == NOTHING_FOUND


async def test_the_quoted_characters_are_told(model: ExtractiveChatModel) -> None:
    reply = await model.ainvoke(asked("When was the lighthouse built?", LIGHTHOUSE))
    quoted = [LIGHTHOUSE[start:end] for number, start, end in reply.response_metadata[CITED_RANGES] if number == 1]
    assert "It was built in 1874 by Ada Stern." in quoted


async def test_words_stream_and_make_the_same_answer(model: ExtractiveChatModel) -> None:
    messages = asked("When was the lighthouse built?", LIGHTHOUSE)
    words = [chunk.text async for chunk in model.astream(messages)]
    assert "".join(words) == await answer(model, messages)
    assert len([word for word in words if word]) > 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "…",
        "a" * 5000,
        "🙂" * 300,
        "\u200b\u200f",
        "| | |\n|---|",
        "1 2 3 4 5\n6 7 8 9",
        "<table></table>",
        "[1] [2]",
    ],
)
async def test_any_passage_is_taken(model: ExtractiveChatModel, text: str) -> None:
    assert await answer(model, asked("What is this about?", text, FERRY))


@pytest.mark.parametrize("question", ["?", "the of and", "🙂", "x" * 5000, "最も高い山は何ですか"])
async def test_any_question_is_taken(model: ExtractiveChatModel, question: str) -> None:
    assert await answer(model, asked(question, LIGHTHOUSE))


async def test_a_bracketed_number_of_a_document_is_no_marker(model: ExtractiveChatModel) -> None:
    text = await answer(model, asked("When was the lighthouse built?", "The lighthouse was built in 1874 [12]."))
    assert text == "The lighthouse was built in 1874 (12). [1]"


class Counting:
    """The model it wraps, and how many texts it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model, self.dimensions, self.max_tokens = embedder.model, embedder.dimensions, embedder.max_tokens
        self.token_offsets, self.batch_texts, self.close = embedder.token_offsets, embedder.batch_texts, embedder.close
        self.texts = 0

    async def embed(self, texts: Sequence[str], *, purpose: str) -> Vectors:
        self.texts += len(texts)
        return await self._embedder.embed(texts, purpose="passage")


async def test_few_sentences_are_embedded_however_long_the_passages_are(minilm: Embedder) -> None:
    counting = Counting(minilm)
    passages = [" ".join(f"Lighthouse {n} of part {part} is old." for n in range(80)) for part in range(5)]
    await answer(ExtractiveChatModel(embedder=counting), asked("Which lighthouse is old?", *passages))
    assert counting.texts <= MAX_EMBEDDED + 1


async def test_the_agent_cites_the_quoted_lines_only(minilm: Embedder, model: ExtractiveChatModel) -> None:
    models = ChatModels(main=model, name="extractive", extractive=True)
    found = passage("The lighthouse stands on a rock.\nIt was built in 1874.\nIts keeper has a garden.", page=5)
    asked = await ask("When was the lighthouse built?", models=models, embedder=minilm, library=Library([found]))
    [citation] = asked.citations
    assert "It was built in 1874. [1]" in asked.text
    assert citation.content == found.content
    lines = [round(box["y0"] * 100) for box in citation.locations]
    assert 1 in lines
    assert 2 not in lines


async def test_the_agent_says_once_that_nothing_was_found(minilm: Embedder, model: ExtractiveChatModel) -> None:
    models = ChatModels(main=model, name="extractive", extractive=True)
    asked = await ask("Who won?", models=models, embedder=minilm, library=Library([]))
    assert asked.text == NOTHING_FOUND
    assert asked.citations == []
