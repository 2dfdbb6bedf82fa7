"""Server-sent events in the UI message stream protocol of the AI SDK (versions 5 and later).

Each event is one JSON object with a `type`; the stream ends with `[DONE]`.
"""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

PING_S = 15.0
MEDIA_TYPE = "text/event-stream"
HEADERS = {"x-vercel-ai-ui-message-stream": "v1", "cache-control": "no-cache", "x-accel-buffering": "no"}

# It writes whole events, and so what users and documents say, when debug lines are wanted.
logging.getLogger("sse_starlette.sse").setLevel(logging.INFO)

Part = Mapping[str, Any]


def ui_message_stream(parts: AsyncGenerator[Part]) -> EventSourceResponse:
    """Stream the parts. When the reader goes away or the server shuts down, `parts` is cancelled where it waits."""
    return EventSourceResponse(_events(parts), headers=HEADERS, ping=PING_S, sep="\n")


async def _events(parts: AsyncGenerator[Part]) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(parts):
        async for part in parts:
            yield ServerSentEvent(json.dumps(part, ensure_ascii=False, separators=(",", ":"), default=str), sep="\n")
    yield ServerSentEvent("[DONE]", sep="\n")
