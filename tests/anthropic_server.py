"""A chat model behind Anthropic's wire format on loopback, which answers by a script, one reply a request."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.openai_server import Failure, LoopbackServer, Text, ToolCalls

USAGE = {"input_tokens": 11, "output_tokens": 7}


@dataclass
class AnthropicServer:
    """`requests` are the bodies that came, `keys` the API keys."""

    url: str = ""
    replies: list[Text | ToolCalls | Failure] = field(default_factory=list[Text | ToolCalls | Failure])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str | None] = field(default_factory=list[str | None])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["AnthropicServer"]:
        script = cls()
        app = Starlette(routes=[Route("/v1/messages", script._answer, methods=["POST"])])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
        async with LoopbackServer.serving(config) as url:
            script.url = url
            yield script

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(_key(request))
        reply = self.replies.pop(0)
        if isinstance(reply, Failure):
            error = {"type": "error", "error": {"type": "scripted", "message": "scripted", **reply.error}}
            return JSONResponse(error, status_code=reply.status, headers=dict(reply.headers))
        if body.get("stream"):
            return StreamingResponse(_events(reply), media_type="text/event-stream")
        return JSONResponse({**_envelope(), "content": _blocks(reply), "stop_reason": _stop(reply), "usage": USAGE})


def _key(request: Request) -> str | None:
    """Either header is Anthropic's."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key") or bearer or None


def _envelope() -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-scripted", "stop_sequence": None}


def _stop(reply: Text | ToolCalls) -> str:
    return "end_turn" if isinstance(reply, Text) else "tool_use"


def _blocks(reply: Text | ToolCalls) -> list[dict[str, Any]]:
    if isinstance(reply, Text):
        return [{"type": "text", "text": reply.text}]
    return [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": json.loads(arguments)}
        for number, (name, arguments) in enumerate(reply.calls)
    ]


async def _events(reply: Text | ToolCalls) -> AsyncIterator[str]:
    start: dict[str, Any] = {**_envelope(), "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 0}}
    yield _event("message_start", message=start)
    for index, block in enumerate(_blocks(reply)):
        if block["type"] == "text":
            yield _event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            for word in block["text"].split(" "):
                yield _event("content_block_delta", index=index, delta={"type": "text_delta", "text": f"{word} "})
        else:
            yield _event("content_block_start", index=index, content_block={**block, "input": {}})
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    stop = {"stop_reason": _stop(reply), "stop_sequence": None}
    yield _event("message_delta", delta=stop, usage=USAGE)
    yield _event("message_stop")


def _event(kind: str, **values: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"
