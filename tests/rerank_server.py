"""A rerank API on loopback: it counts the words that question and document share, and can be told to fail.

`server.replies` are taken one a request, before it answers properly; `server.requests` are what came.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class RerankServer:
    url: str = ""
    replies: list[Reply] = field(default_factory=list[Reply])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    authorizations: list[str | None] = field(default_factory=list[str | None])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["RerankServer"]:
        double = cls()
        app = Starlette(routes=[Route("/v1/rerank", double._rerank, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        double.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
        try:
            yield double
        finally:
            server.should_exit = True
            await serving

    async def _rerank(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.authorizations.append(request.headers.get("authorization"))
        if self.replies:
            reply = self.replies.pop(0)
            return JSONResponse(reply.body, status_code=reply.status, headers=reply.headers)
        asked = _words(body["query"])
        results = [
            {"index": index, "relevance_score": len(asked & _words(document)) / (1 + len(asked))}
            for index, document in enumerate(body["documents"])
        ]
        # As the APIs do: the best first, at most `top_n`.
        results.sort(key=lambda result: -float(result["relevance_score"]))
        return JSONResponse({"model": body["model"], "results": results[: body["top_n"]]})


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
