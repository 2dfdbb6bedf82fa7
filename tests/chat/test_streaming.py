"""Answers as they are streamed, and what is kept of them."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.chat.conftest import Library, Streamed, messages_of, parts_of, stream
from tests.openai_server import Failure, OpenAiServer, Silence, Text, ToolCalls

QUESTION = "When was the lighthouse built?"


async def test_an_answer_follows_the_protocol(library: Library) -> None:
    chat_id = await library.new_chat()
    streamed = await stream(library.person.http, chat_id, QUESTION)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert streamed.headers["cache-control"] == "no-cache"
    assert streamed.headers["x-accel-buffering"] == "no"
    kinds = [part["type"] for part in streamed.parts]
    assert kinds[0] == "start"
    assert kinds[-1] == "finish"
    assert kinds.index("text-start") < kinds.index("text-delta") < kinds.index("text-end")
    assert kinds.count("text-start") == kinds.count("text-end") == 1
    statuses = streamed.of("data-status")
    assert [part["data"]["stage"] for part in statuses] == ["checking", "searching", "answering"]
    assert all(part["transient"] for part in statuses)
    assert {part["id"] for part in streamed.of("text-delta")} == {streamed.of("text-start")[0]["id"]}
    assert streamed.of("text-delta")
    assert streamed.parts[-1]["messageMetadata"]["status"] == "completed"


async def test_the_chunks_have_no_field_that_the_protocol_does_not_know(library: Library) -> None:
    known: dict[str, set[str]] = {
        "start": {"type", "messageId", "messageMetadata"},
        "text-start": {"type", "id"},
        "text-delta": {"type", "id", "delta"},
        "text-end": {"type", "id"},
        "finish": {"type", "messageMetadata"},
    }
    data = {"type", "id", "data", "transient"}
    streamed = await stream(library.person.http, await library.new_chat(), QUESTION)
    for part in streamed.parts:
        assert set(part) <= known.get(part["type"], data), part
        assert part["type"] in known or part["type"].startswith("data-")


async def test_what_is_streamed_is_what_is_stored(library: Library) -> None:
    chat_id = await library.new_chat()
    streamed = await stream(library.person.http, chat_id, QUESTION)
    user_message, message = await messages_of(library.person.http, chat_id)
    assert user_message["id"] == streamed.parts[0]["messageMetadata"]["user_message_id"]
    assert (user_message["role"], user_message["content"]) == ("user", QUESTION)
    assert message["id"] == streamed.message_id
    assert message["content"] == streamed.text
    assert message["citations"] == streamed.citations
    assert message["status"] == "completed"
    assert message["usage"]["model"] == "extractive"
    assert message["usage"]["first_token_ms"] > 0


async def test_a_citation_opens_the_passage(library: Library) -> None:
    streamed = await stream(library.person.http, await library.new_chat(), QUESTION)
    assert "It was built in 1874 by Ada Stern. [1]" in streamed.text
    citation = streamed.citations[0]
    assert set(citation) == {
        "number", "chunk_id", "document_id", "document_name", "page_number", "content", "score", "locations", "url",
    }  # fmt: skip
    assert citation["document_id"] == str(library.document_id)
    assert citation["document_name"] == "guide.pdf"
    assert citation["page_number"] == 1
    assert "1874" in citation["content"]
    assert {"page": 1, "x0": 0.1, "y0": 0.3, "x1": 0.9, "y1": 0.35} in citation["locations"]
    assert 0.3 < citation["score"] <= 1


async def test_a_model_over_the_wire_streams_the_same_way(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("It was built in 1874 [1][8].")]
    streamed = await stream(scripted, await library.new_chat(), QUESTION)
    assert streamed.text == "It was built in 1874 [1]."
    assert [citation["number"] for citation in streamed.citations] == [1]
    assert streamed.parts[-1]["messageMetadata"]["usage"]["input_tokens"] == 120


async def test_characters_that_cannot_be_stored_do_no_harm(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [
        ToolCalls(("rag_search", '{"query": "lighthouse \\u0000 \\ud800 built"}')),
        Text("Built\x00 in \ud83d 1874 \U0001f5fc [1]."),
    ]
    chat_id = await library.new_chat()
    streamed = await stream(scripted, chat_id, QUESTION)
    [_, message] = await messages_of(scripted, chat_id)
    assert message["status"] == "completed"
    assert message["content"] == streamed.text == "Built in \ufffd 1874 \U0001f5fc [1]."


async def test_a_follow_up_has_the_history(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [
        Text("In 1874 [1]."),
        Text("Ada Stern [1]."),
    ]
    harmless = {"is_toxic": False, "is_prompt_injection": False, "contains_pii": False, "reason": "A question."}
    openai_server.small_replies["InputGuardrailCheck"] = Text(json.dumps(harmless))
    openai_server.small_replies["StandaloneQuestion"] = Text('{"question": "Who built the lighthouse?"}')
    chat_id = await library.new_chat()
    await stream(scripted, chat_id, QUESTION)
    streamed = await stream(scripted, chat_id, "By whom?")
    searching = [part["data"]["query"] for part in streamed.of("data-status") if part["data"]["stage"] == "searching"]
    assert searching == ["Who built the lighthouse?"]
    said = [message["content"] for message in openai_server.requests[-1]["messages"]]
    assert QUESTION in said
    assert "In 1874." in said


async def test_a_refusal_is_a_stored_message(library: Library) -> None:
    chat_id = await library.new_chat()
    streamed = await stream(library.person.http, chat_id, "word " * 2500)
    [_, message] = await messages_of(library.person.http, chat_id)
    assert message["status"] == "refused"
    assert "too long" in message["content"]
    assert message["content"] == streamed.text
    assert streamed.parts[-1]["messageMetadata"]["status"] == "refused"


async def test_a_refused_question_is_no_history(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("In 1874 [1].")]
    chat_id = await library.new_chat()
    await stream(scripted, chat_id, "word " * 2500)
    await stream(scripted, chat_id, QUESTION)
    assert len(openai_server.requests) == 1


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure(401), "model_unauthorized"),
        (Failure(404), "model_not_found"),
        (Failure(429, headers={"retry-after": "60"}), "model_rate_limited"),
    ],
)
async def test_a_failing_model_is_told_and_stored(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer, failure: Failure, code: str
) -> None:
    openai_server.replies = [failure]
    chat_id = await library.new_chat()
    streamed = await stream(scripted, chat_id, QUESTION)
    [error] = streamed.of("error")
    [data] = streamed.of("data-error")
    assert data["data"]["code"] == code
    assert error["errorText"] == data["data"]["detail"]
    [_, message] = await messages_of(scripted, chat_id)
    assert message["status"] == "failed"
    assert message["content"] == error["errorText"]


async def test_a_cut_answer_keeps_what_came(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("It was built in 1874 [1].", cut_after=3)]
    chat_id = await library.new_chat()
    streamed = await stream(scripted, chat_id, QUESTION)
    assert [part["data"]["code"] for part in streamed.of("data-error")] == ["model_answer_cut"]
    [_, message] = await messages_of(scripted, chat_id)
    assert (message["status"], message["content"]) == ("failed", "It was built")


async def leave_after(http: httpx.AsyncClient, chat_id: str, words: int) -> str:
    """Ask, read a few words, go away; what was read."""
    text = ""
    body = {"content": QUESTION}
    headers = {"accept": "text/event-stream"}
    async with http.stream("POST", f"/api/chats/{chat_id}/messages", json=body, headers=headers) as response:
        async for part in parts_of(response):
            text += part.get("delta", "")
            if len(text.split()) >= words:
                break
        await response.aclose()
    return text


async def ended(http: httpx.AsyncClient, chat_id: str) -> dict[str, Any]:
    """The last message, once it is no longer being written."""
    async with asyncio.timeout(60):
        while True:
            message = (await messages_of(http, chat_id))[-1]
            if message["status"] != "streaming":
                return message
            await asyncio.sleep(0.05)


async def test_leaving_stops_the_model_and_keeps_the_text(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("It was built in 1874 [1] " + "and stands still " * 500, pause_s=0.02)]
    chat_id = await library.new_chat()
    read = await leave_after(scripted, chat_id, 8)
    message = await ended(scripted, chat_id)
    assert message["status"] == "stopped"
    assert message["content"].startswith(read.strip())
    assert len(message["content"]) < 1000
    assert [citation["number"] for citation in message["citations"]] == [1]
    await asyncio.wait_for(openai_server.seen_leaving.wait(), 60)


async def test_leaving_while_the_model_is_silent_stops_it(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Silence()]
    chat_id = await library.new_chat()
    body = {"content": QUESTION}
    headers = {"accept": "text/event-stream"}
    async with scripted.stream("POST", f"/api/chats/{chat_id}/messages", json=body, headers=headers) as response:
        parts = parts_of(response)  # kept: an iterator that nobody holds is closed, and with it the connection
        async for part in parts:
            if part["type"] == "data-status" and part["data"]["stage"] == "answering":
                break
        async with asyncio.timeout(60):
            while not openai_server.requests:  # noqa: ASYNC110 -- a condition with a deadline
                await asyncio.sleep(0.02)
        await response.aclose()
    message = await ended(scripted, chat_id)
    assert (message["status"], message["content"]) == ("stopped", "")
    await asyncio.wait_for(openai_server.seen_leaving.wait(), 60)


async def test_asking_again_right_after_stopping_works(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("slow words " * 500, pause_s=0.02), Text("In 1874 [1].")]
    chat_id = await library.new_chat()
    await leave_after(scripted, chat_id, 4)
    openai_server.replies = [ToolCalls(("rag_search", '{"query": "lighthouse"}')), Text("In 1874 [1].")]
    streamed: Streamed = await stream(scripted, chat_id, QUESTION)
    assert streamed.text == "In 1874 [1]."


async def test_a_deleted_chat_ends_its_answer(
    library: Library, scripted: httpx.AsyncClient, openai_server: OpenAiServer
) -> None:
    openai_server.replies = [Text("slow words " * 2000, pause_s=0.02)]
    chat_id = await library.new_chat()
    asking = asyncio.create_task(stream(scripted, chat_id, QUESTION))
    async with asyncio.timeout(20):
        while not openai_server.requests:  # noqa: ASYNC110 -- a condition with a deadline
            await asyncio.sleep(0.02)
        await scripted.delete(f"/api/chats/{chat_id}")
        streamed = await asking
    assert streamed.parts[-1]["messageMetadata"]["status"] == "stopped"
