"""A chat model behind the OpenAI wire format on loopback, which answers by a script.

    async with OpenAiServer.running() as server:
        server.replies += [ToolCalls(("rag_search", '{"query": "net sales"}')), Text("They fell [1].")]

One reply is taken per request; `server.requests` are the bodies that came, `server.headers` the headers of all.
Without a reply left, `otherwise` comes.

Requests for an answer of a given form (`response_format`) are those of small tasks: their replies are in
`small_replies` by the name of the form, they come to `small_requests`, and without a reply they are answered 404.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive


@dataclass(frozen=True)
class Text:
    """Words of an answer, `pause_s` apart. `cut_after` words the connection breaks; with `clean_cut` it ends in order,
    but before the end of the answer."""

    text: str
    pause_s: float = 0.0
    cut_after: int | None = None
    clean_cut: bool = False
    finish_reason: str = "stop"


@dataclass(frozen=True)
class ToolCalls:
    """Calls as (name, arguments as JSON text); `text` is said before them."""

    calls: tuple[tuple[str, str], ...]
    text: str = ""

    def __init__(self, *calls: tuple[str, str], text: str = "") -> None:
        object.__setattr__(self, "calls", calls)
        object.__setattr__(self, "text", text)


@dataclass(frozen=True)
class Failure:
    status: int
    error: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Silence:
    """No word comes until the client goes away; then `seen_leaving` of the server is set. With `comments`, the stream
    is kept alive by comments."""

    comments: bool = False


Reply = Text | ToolCalls | Failure | Silence


class _Cut(Exception):
    """Ends a response in the middle."""


class LoopbackServer(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield

    @classmethod
    @asynccontextmanager
    async def serving(cls, config: uvicorn.Config) -> AsyncGenerator[str]:
        """The URL of a server that runs for the length of the context."""
        server = cls(config)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


class _Streamed(StreamingResponse):
    """Sets `left` when its reader goes away before the end."""

    def __init__(self, content: AsyncIterator[str], *, left: asyncio.Event) -> None:
        super().__init__(content, media_type="text/event-stream")
        self.left = left

    async def listen_for_disconnect(self, receive: Receive) -> None:
        await super().listen_for_disconnect(receive)
        self.left.set()


@dataclass
class OpenAiServer:
    url: str = ""
    replies: list[Reply] = field(default_factory=list[Reply])
    otherwise: "Reply" = field(default_factory=lambda: Failure(500))
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    small_replies: dict[str, Reply] = field(default_factory=dict[str, "Reply"])
    small_requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    seen_leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["OpenAiServer"]:
        script = cls()
        app = Starlette(routes=[Route("/v1/chat/completions", script._complete, methods=["POST"])])
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
        async with LoopbackServer.serving(config) as url:
            script.url = f"{url}/v1"
            yield script

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.headers.append(dict(request.headers))
        if "response_format" in body:
            self.small_requests.append(body)
            reply = self.small_replies.get(body["response_format"]["json_schema"]["name"], Failure(404))
        else:
            self.requests.append(body)
            reply = self.replies.pop(0) if self.replies else self.otherwise
        if isinstance(reply, Failure):
            error = {"message": "scripted", "type": "scripted", "code": None, **reply.error}
            return JSONResponse({"error": error}, status_code=reply.status, headers=dict(reply.headers))
        if isinstance(reply, Silence) and not body.get("stream"):
            await self._wait_for_leaving(request)
        if body.get("stream"):
            return _Streamed(self._stream(reply, body), left=self.seen_leaving)
        assert not isinstance(reply, Silence)
        return JSONResponse(_whole(reply))

    async def _wait_for_leaving(self, request: Request) -> None:
        while not await request.is_disconnected():  # noqa: ASYNC110 -- it has to be asked
            await asyncio.sleep(0.01)
        self.seen_leaving.set()

    async def _stream(self, reply: Reply, body: dict[str, Any]) -> AsyncIterator[str]:
        async for chunk in self._chunks(reply):
            yield f"data: {json.dumps(chunk)}\n\n"
        while isinstance(reply, Silence):
            await asyncio.sleep(0.02 if reply.comments else 3600)
            yield ": keep-alive\n\n"
        if isinstance(reply, Text) and reply.clean_cut:
            return
        if body.get("stream_options", {}).get("include_usage"):
            yield f"data: {json.dumps({**_chunk({}), 'choices': [], 'usage': USAGE})}\n\n"
        yield "data: [DONE]\n\n"

    async def _chunks(self, reply: Reply) -> AsyncIterator[dict[str, Any]]:
        yield _chunk({"role": "assistant", "content": ""})
        match reply:
            case Silence():
                pass
            case Text():
                for index, word in enumerate(reply.text.split(" ")):
                    if index == reply.cut_after:
                        if reply.clean_cut:
                            return
                        raise _Cut
                    await asyncio.sleep(reply.pause_s)
                    yield _chunk({"content": word if index == 0 else f" {word}"})
                yield _chunk({}, finish_reason=reply.finish_reason)
            case ToolCalls():
                if reply.text:
                    yield _chunk({"content": reply.text})
                for index, (name, arguments) in enumerate(reply.calls):
                    call = {"index": index, "id": f"call_{index}", "type": "function"}
                    yield _chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": ""}}]})
                    yield _chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})
                yield _chunk({}, finish_reason="tool_calls")
            case Failure():
                raise AssertionError("A failure is no stream.")


USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


def _chunk(delta: dict[str, Any], *, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}


def _whole(reply: Text | ToolCalls) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    finish_reason = "stop"
    if isinstance(reply, ToolCalls):
        finish_reason = "tool_calls"
        message["tool_calls"] = [
            {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for index, (name, arguments) in enumerate(reply.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
        "usage": USAGE,
    }
