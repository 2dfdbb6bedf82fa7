"""A project with a searchable document, and ways to ask it."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from opentrace.knowledge.models import ChunkEmbedding, Document, DocumentChunk
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Person, Serve, SignUp, client_of
from tests.openai_server import OpenAiServer

LIGHTHOUSE = [
    "The lighthouse stands on a rock off the northern coast. It was built in 1874 by Ada Stern.",
    "Visitors may climb the tower of the lighthouse from May to September. A ticket costs 7 euros.",
]


@dataclass(frozen=True, slots=True)
class Library:
    """A person's project with one document in it."""

    person: Person
    project_id: UUID
    document_id: UUID

    async def new_chat(self, http: httpx.AsyncClient | None = None) -> str:
        response = await (http or self.person.http).post(f"/api/projects/{self.project_id}/chats", json={})
        assert response.status_code == 201, response.text
        return cast("str", response.json()["id"])


NewLibrary = Callable[[], Awaitable[Library]]


async def store_document(services: Services, person: Person, project_id: UUID, texts: Sequence[str]) -> UUID:
    """A document of one page per text, as ingestion leaves it."""
    vectors = await services.embedder.embed(list(texts), purpose="passage")
    document = Document(
        id=uuid4(),
        project_id=project_id,
        source="file",
        file_name="guide.pdf",
        content_type="application/pdf",
        size_bytes=1,
        storage_key=uuid4().hex,
        status="completed",
    )
    async with services.database.transaction(person.principal) as work:
        work.session.add(document)
        await work.session.flush()
        for index, text in enumerate(texts):
            box = {"page": index + 1, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.25}
            first, end = text.index(".") + 1, len(text)
            chunk = DocumentChunk(
                id=uuid4(),
                document_id=document.id,
                project_id=project_id,
                chunk_index=index,
                content=text,
                context="guide",
                original_content={"text": text, "tables": [], "images": []},
                types=["NarrativeText"],
                heading_path=[],
                page_number=index + 1,
                locations=[
                    {**box, "start": 0, "end": first},
                    {**box, "y0": 0.3, "y1": 0.35, "start": first, "end": end},
                ],
                char_count=len(text),
            )
            work.session.add(chunk)
            await work.session.flush()
            work.session.add(
                ChunkEmbedding(
                    project_id=project_id,
                    model=services.embedder.model,
                    chunk_id=chunk.id,
                    window_index=0,
                    char_start=0,
                    char_end=len(text),
                    embedding=vectors[index],
                )
            )
    return document.id


@pytest.fixture
async def new_library(services: Services, sign_up: SignUp) -> NewLibrary:
    async def create() -> Library:
        person = await sign_up()
        response = await person.http.post("/api/projects", json={"name": "Lighthouses"})
        project_id = UUID(response.json()["id"])
        return Library(person, project_id, await store_document(services, person, project_id, LIGHTHOUSE))

    return create


@pytest.fixture
async def library(new_library: NewLibrary) -> Library:
    return await new_library()


@pytest.fixture
async def scripted(
    serve: Serve, settings: Settings, openai_server: OpenAiServer, library: Library
) -> AsyncGenerator[httpx.AsyncClient]:
    """The library's person on one more server, whose answers `openai_server` scripts."""
    values: dict[str, Any] = {
        **settings.model_dump(),
        "_env_file": None,
        "openai_base_url": openai_server.url,
        "chat_model": "scripted",
    }
    anonymous = await serve(Settings(**values))
    async with client_of(str(anonymous.base_url), authorization=f"Bearer {library.person.token}") as client:
        yield client


Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Streamed:
    """A stream that was read to its end."""

    headers: httpx.Headers
    parts: list[Part]

    def of(self, kind: str) -> list[Part]:
        return [part for part in self.parts if part["type"] == kind]

    @property
    def text(self) -> str:
        return "".join(part["delta"] for part in self.of("text-delta"))

    @property
    def citations(self) -> list[Part]:
        found = self.of("data-citations")
        return found[-1]["data"]["citations"] if found else []

    @property
    def message_id(self) -> str:
        return cast("str", self.parts[0]["messageId"])


async def parts_of(response: httpx.Response) -> AsyncGenerator[Part]:
    """The parts as they come. Fails where the stream does not end with `[DONE]`."""
    done = False
    async for line in response.aiter_lines():
        assert not done or not line
        assert line == "" or line.startswith((":", "data: ")), line
        if line == "data: [DONE]":
            done = True
        elif line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
    assert done


async def stream(http: httpx.AsyncClient, chat_id: str, content: str, **more: Any) -> Streamed:
    body = {"content": content, **more}
    headers = {"accept": "text/event-stream"}
    async with http.stream("POST", f"/api/chats/{chat_id}/messages", json=body, headers=headers) as response:
        if response.status_code != 200:
            await response.aread()
        assert response.status_code == 200, response.text
        return Streamed(response.headers, [part async for part in parts_of(response)])


async def messages_of(http: httpx.AsyncClient, chat_id: str) -> list[Part]:
    response = await http.get(f"/api/chats/{chat_id}")
    assert response.status_code == 200, response.text
    return response.json()["messages"]
