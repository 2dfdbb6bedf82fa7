"""What is left of an answer when its server ends in the middle of it. The server is a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import client_of
from tests.chat.conftest import Library, messages_of
from tests.openai_server import OpenAiServer, Text

ENDLESS = Text("The lighthouse [1] " + "stands still " * 5000, pause_s=0.02)


@dataclass(frozen=True, slots=True)
class Process:
    handle: asyncio.subprocess.Process
    http: httpx.AsyncClient


@asynccontextmanager
async def serving(settings: Settings, library: Library, model_url: str) -> AsyncGenerator[Process]:
    """`opentrace serve` on a port of its own, and the library's person as its client."""
    listener = socket.create_server(("127.0.0.1", 0))
    assert settings.database_url is not None
    assert settings.redis_url is not None
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENTRACE_", "OPENAI_"))}
    environment |= {
        "OPENTRACE_DATABASE_URL": settings.database_url.get_secret_value(),
        "OPENTRACE_REDIS_URL": settings.redis_url.get_secret_value(),
        "OPENTRACE_DATA_DIR": str(settings.data_dir),
        "OPENTRACE_OPENAI_BASE_URL": model_url,
    }
    arguments = ("-m", "opentrace.entrypoints.cli", "serve", "--socket-fd", str(listener.fileno()))
    handle = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, cwd=settings.data_dir, pass_fds=[listener.fileno()]
    )
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    try:
        async with client_of(url, authorization=f"Bearer {library.person.token}") as client:
            await _ready(client)
            yield Process(handle, client)
    finally:
        with suppress(ProcessLookupError):
            handle.kill()
        await handle.wait()


async def _ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def asking(process: Process, chat_id: str) -> None:
    """Read an answer until the stream ends, in order or not."""
    body = {"content": "When was the lighthouse built?"}
    headers = {"accept": "text/event-stream"}
    with suppress(httpx.TransportError):
        async with process.http.stream(
            "POST", f"/api/chats/{chat_id}/messages", json=body, headers=headers
        ) as response:
            async for _ in response.aiter_lines():
                pass


async def saved(http: httpx.AsyncClient, chat_id: str) -> dict[str, Any]:
    """The answer, once something of it is stored."""
    async with asyncio.timeout(60):
        while True:
            messages = await messages_of(http, chat_id)
            if messages and messages[-1]["content"]:
                return messages[-1]
            await asyncio.sleep(0.05)


@pytest.fixture
async def process(settings: Settings, library: Library, openai_server: OpenAiServer) -> AsyncGenerator[Process]:
    openai_server.replies = [ENDLESS]
    async with serving(settings, library, openai_server.url) as process:
        yield process


async def test_a_server_that_is_told_to_end_keeps_what_is_written(process: Process, library: Library) -> None:
    chat_id = await library.new_chat()
    reading = asyncio.create_task(asking(process, chat_id))
    await saved(library.person.http, chat_id)
    process.handle.send_signal(signal.SIGTERM)
    async with asyncio.timeout(8):
        await process.handle.wait()
        await reading
    [_, message] = await messages_of(library.person.http, chat_id)
    assert message["status"] == "stopped"
    assert message["content"].startswith("The lighthouse [1] stands still")
    assert len(message["citations"]) == 1
    assert message["usage"]["total_ms"] > 0


async def test_a_server_that_is_killed_has_saved_most_of_it(
    process: Process, library: Library, services: Services
) -> None:
    chat_id = await library.new_chat()
    reading = asyncio.create_task(asking(process, chat_id))
    before = await saved(library.person.http, chat_id)
    process.handle.kill()
    await reading
    async with services.database.system_transaction() as work:
        await work.session.execute(
            text("UPDATE messages SET lease_expires_at = clock_timestamp() WHERE id = :id"), {"id": before["id"]}
        )
    [_, message] = await messages_of(library.person.http, chat_id)
    assert message["status"] == "stopped"
    assert message["content"].startswith(before["content"])
