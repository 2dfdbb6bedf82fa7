"""An answer as parts of the AI SDK's UI message stream."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from opentrace.agents.events import Answered, Cited, Done, Grounded, Status, SuggestedNext, TextDelta
from opentrace.chat.answering import AnswerRun, Ended, RunEvent
from opentrace.chat.service import BegunAnswer

TEXT_ID = "answer"
CITATIONS_ID = "citations"
GROUNDING_ID = "grounding"
SUGGESTIONS_ID = "suggestions"

Part = dict[str, Any]


async def parts_of(run: AnswerRun) -> AsyncGenerator[Part]:
    """Parts in the order of the protocol. Closing it stops the run."""
    yield _start(run.begun)
    text_open = False
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not text_open:
                text_open = True
                yield {"type": "text-start", "id": TEXT_ID}
            if isinstance(event, Answered | Ended) and text_open:
                text_open = False
                yield {"type": "text-end", "id": TEXT_ID}
            for part in _parts(event):
                yield part


def _start(begun: BegunAnswer) -> Part:
    metadata = {
        "chat_id": str(begun.chat.id),
        "chat_title": begun.chat.title,
        "user_message_id": str(begun.question.id),
        "created_at": begun.answer.created_at.isoformat(),
    }
    return {"type": "start", "messageId": str(begun.answer.id), "messageMetadata": metadata}


def _parts(event: RunEvent) -> list[Part]:
    match event:
        case Status(stage, query):
            return [{"type": "data-status", "data": {"stage": stage, "query": query}, "transient": True}]
        case TextDelta(text):
            return [{"type": "text-delta", "id": TEXT_ID, "delta": text}]
        case Cited(citations):
            # The same id again replaces the part: a marker can be opened as soon as it is shown.
            data = {"citations": [citation.to_json() for citation in citations]}
            return [{"type": "data-citations", "id": CITATIONS_ID, "data": data}]
        case Grounded(sentences):
            data = {"grounding": [sentence.to_json() for sentence in sentences]}
            return [{"type": "data-grounding", "id": GROUNDING_ID, "data": data}]
        case SuggestedNext(questions, title):
            data = {"suggestions": list(questions), "chat_title": title}
            return [{"type": "data-suggestions", "id": SUGGESTIONS_ID, "data": data}]
        case Answered() | Done():
            return []
        case Ended():
            return _end(event)


def _end(ended: Ended) -> list[Part]:
    parts: list[Part] = []
    if failure := ended.failure:
        data = {"code": failure.code, "detail": failure.detail, "retry_after_s": failure.retry_after_s}
        parts.append({"type": "data-error", "data": data, "transient": True})
        parts.append({"type": "error", "errorText": failure.detail})
    return [*parts, {"type": "finish", "messageMetadata": {"status": ended.status, "usage": ended.usage}}]


async def drain(run: AnswerRun) -> None:
    """Let the run end without a reader of its events."""
    events: AsyncIterator[RunEvent]
    async with aclosing(run.events()) as events:
        async for _ in events:
            pass
