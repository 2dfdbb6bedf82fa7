"""A chat model that sends a word at a fixed pace, behind the OpenAI wire format.

    python -m benchmarks.scripted_model PORT

It stands for a model server that is never the bottleneck: every answer has the same words, whoever asks, and a form is
filled with nothing found.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PAUSE_S = 0.02
WORDS = 100
ANSWER = [f"word{number} " for number in range(WORDS - 1)] + ["[1]."]


async def chat_completions(request: Request) -> Response:
    body: dict[str, Any] = await request.json()
    if not body.get("stream"):
        message = {"role": "assistant", "content": json.dumps(_filled(body))}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return JSONResponse({**_envelope("chat.completion", body), "choices": choices})
    return StreamingResponse(_chunks(body), media_type="text/event-stream")


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    """The form that is asked for, with nothing in it."""
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    empty: dict[str, Any] = {"boolean": False, "array": [], "integer": 0, "number": 0}
    return {name: empty.get(field.get("type"), "") for name, field in schema.get("properties", {}).items()}


async def _chunks(body: dict[str, Any]) -> AsyncIterator[str]:
    due = time.monotonic()
    for word in ANSWER:
        due += PAUSE_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield _event(body, {"role": "assistant", "content": word}, None)
    yield _event(body, {}, "stop")
    yield "data: [DONE]\n\n"


def _event(body: dict[str, Any], delta: dict[str, str], finish_reason: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return f"data: {json.dumps({**_envelope('chat.completion.chunk', body), 'choices': [choice]})}\n\n"


def _envelope(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": body.get("model", "scripted")}


async def models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "scripted", "object": "model"}]})


app = Starlette(routes=[Route("/v1/chat/completions", chat_completions, methods=["POST"]), Route("/v1/models", models)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
