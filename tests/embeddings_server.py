"""Embeddings behind the OpenAI wire format on loopback: real vectors of the local model, in the shape OpenAI sends.

Rows come in another order than their texts, as the protocol allows; `index` says which is which.
"""

import asyncio
import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opentrace.ports.embedder import Embedder
from tests.openai_server import Failure, LoopbackServer, Silence


@dataclass
class EmbeddingsServer:
    """`failures` are answered first, one a request. `give_dimensions`: where none are asked for."""

    embedder: Embedder
    url: str = ""
    give_dimensions: int = 384
    failures: list[Failure | Silence] = field(default_factory=list[Failure | Silence])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    seen_leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def running(cls, embedder: Embedder) -> AsyncGenerator["EmbeddingsServer"]:
        script = cls(embedder)
        app = Starlette(routes=[Route("/v1/embeddings", script._embed, methods=["POST"])])
        async with LoopbackServer.serving(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")) as url:
            script.url = f"{url}/v1"
            yield script

    async def _embed(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Failure):
                error = {"message": "scripted", "type": "scripted", "code": None, **failure.error}
                return JSONResponse({"error": error}, status_code=failure.status, headers=dict(failure.headers))
            while not await request.is_disconnected():  # noqa: ASYNC110 -- it has to be asked
                await asyncio.sleep(0.01)
            self.seen_leaving.set()
        if not all(text.strip() for text in body["input"]):
            return JSONResponse({"error": {"message": "'$.input' is invalid.", "code": None}}, status_code=400)
        vectors = await self.embedder.embed(body["input"], purpose="passage")
        dimensions = body.get("dimensions", self.give_dimensions)
        wide = np.zeros((len(vectors), max(dimensions, 384)), np.float32)
        wide[:, :384] = vectors
        data = [
            {"object": "embedding", "index": index, "embedding": _sent(row, body.get("encoding_format"))}
            for index, row in enumerate(wide[:, :dimensions])
        ]
        usage = {"prompt_tokens": 8, "total_tokens": 8}
        return JSONResponse({"object": "list", "data": data[::-1], "model": body["model"], "usage": usage})


def _sent(row: Any, encoding_format: str | None) -> Any:
    return base64.b64encode(row.astype("<f4").tobytes()).decode() if encoding_format == "base64" else row.tolist()
