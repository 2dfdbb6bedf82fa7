"""People who add documents and ask questions without a pause, and remember what they were promised."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api_fixtures import client_of
from tests.waiting import until

QUESTION = "How many engines did the plant make?"
RETRY_PAUSE_S = 0.2


@dataclass(slots=True)
class Asked:
    """A question whose answer has begun to stream. `answer` is there once the stream has said that it is complete."""

    chat_id: str
    question_id: str
    answer_id: str
    answer: str | None = None


class _NotDone(Exception):
    """A request failed with a problem document, or the storage with a failure of its own."""


@dataclass(slots=True)
class Load:
    """`documents` and `questions` were acknowledged by the server. `failures` are the codes of problem documents."""

    url: str
    token: str
    project_id: str
    documents: list[str] = field(default_factory=list[str])
    questions: list[Asked] = field(default_factory=list[Asked])
    failures: set[str] = field(default_factory=set[str])
    _last_read: float = 0.0
    _last_answered: float = 0.0

    @asynccontextmanager
    async def running(self, *, writers: int, readers: int) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self._repeat(self._add)) for _ in range(writers)]
        tasks += [asyncio.create_task(self._repeat(self._ask)) for _ in range(readers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def works(self) -> None:
        """Returns once a document that is added from now on is read, and a question answered."""
        now = time.monotonic()

        async def both() -> bool:
            return min(self._last_read, self._last_answered) > now

        await until(both, within_s=180)

    async def document(self, document_id: str) -> dict[str, Any]:
        async with self._client() as http:
            return (await http.get(f"/api/documents/{document_id}")).raise_for_status().json()

    async def chat(self, chat_id: str) -> dict[str, dict[str, Any]]:
        """Its messages by id."""
        async with self._client() as http:
            chat = (await http.get(f"/api/chats/{chat_id}")).raise_for_status().json()
        return {message["id"]: message for message in chat["messages"]}

    def _client(self) -> httpx.AsyncClient:
        return client_of(self.url, authorization=f"Bearer {self.token}")

    async def _repeat(self, once: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
        while True:
            try:
                async with self._client() as http:
                    await once(http)
            except (httpx.TransportError, _NotDone):
                await asyncio.sleep(RETRY_PAUSE_S)

    async def _add(self, http: httpx.AsyncClient) -> None:
        began = time.monotonic()
        number = time.monotonic_ns()
        data = f"# Plant {number}\n\n{f'The plant {number} made {number} engines. ' * 60}".encode()
        body = {"file_name": f"{number}.md", "content_type": "text/markdown", "size_bytes": len(data)}
        created = self._good(await http.post(f"/api/projects/{self.project_id}/documents", json=body))
        upload = created["upload"]
        async with httpx.AsyncClient(trust_env=False, timeout=60) as storage:
            sent = await storage.request(upload["method"], upload["url"], headers=upload["headers"], content=data)
        if sent.is_error:
            raise _NotDone
        document_id = created["document"]["id"]
        self._good(await http.post(f"/api/documents/{document_id}/confirm"))
        self.documents.append(document_id)

        async def read() -> bool:
            return self._good(await http.get(f"/api/documents/{document_id}"))["status"] == "completed"

        await until(read, within_s=180, every_s=RETRY_PAUSE_S)
        self._last_read = began

    async def _ask(self, http: httpx.AsyncClient) -> None:
        began = time.monotonic()
        chat_id = self._good(await http.post(f"/api/projects/{self.project_id}/chats", json={}))["id"]
        accept = {"accept": "text/event-stream"}
        async with http.stream(
            "POST", f"/api/chats/{chat_id}/messages", json={"content": QUESTION}, headers=accept
        ) as response:
            if response.is_error:
                await response.aread()
                self._good(response)
            if await self._follow(chat_id, _parts(response)):
                self._last_answered = began

    async def _follow(self, chat_id: str, parts: AsyncIterator[dict[str, Any]]) -> bool:
        """Whether the answer came to its end, whole."""
        start = await anext(parts)
        asked = Asked(chat_id, start["messageMetadata"]["user_message_id"], start["messageId"])
        self.questions.append(asked)
        text = ""
        async for part in parts:
            match part["type"]:
                case "text-delta":
                    text += part["delta"]
                case "data-error":
                    self.failures.add(part["data"]["code"])
                case "finish" if part["messageMetadata"]["status"] == "completed":
                    asked.answer = text
                case _:
                    pass
        return asked.answer is not None

    def _good(self, response: httpx.Response) -> Any:
        if response.is_error:
            assert response.headers["content-type"] == "application/problem+json", response.text
            self.failures.add(response.json()["code"])
            raise _NotDone
        return response.json()


async def _parts(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))
