"""Answers while the database is away for a moment."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import httpx
import psycopg
from psycopg import sql
from structlog.testing import capture_logs

from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Person, client_of, member_headers, running_server
from tests.chat.conftest import LIGHTHOUSE, Part, messages_of, parts_of, store_document
from tests.openai_server import OpenAiServer, Text
from tests.waiting import until


class Door:
    """Lets nobody into a database, and sends out who is there, until it is opened again."""

    def __init__(self, postgres_url: str, database_url: str) -> None:
        self._connection = psycopg.connect(postgres_url, autocommit=True)
        self._name = database_url.rsplit("/", 1)[1]

    def close(self) -> None:
        self._allow(allowed=False)
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name]
        )

    def open(self) -> None:
        self._allow(allowed=True)

    def end(self) -> None:
        self._connection.close()

    def _allow(self, *, allowed: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self._connection.execute(statement.format(sql.Identifier(self._name), sql.Literal(allowed)))


async def test_the_end_of_an_answer_waits_for_its_database(
    settings: Settings, create_database: Callable[[], str], postgres_url: str, openai_server: OpenAiServer
) -> None:
    database_url = create_database()
    values: dict[str, Any] = {
        **settings.model_dump(),
        "_env_file": None,
        "database_url": database_url,
        "openai_base_url": openai_server.url,
        "chat_model": "scripted",
    }
    openai_server.replies = [Text("The lighthouse was built in 1874 [1]. " + "It stands. " * 20, pause_s=0.02)]
    door = Door(postgres_url, database_url)
    with capture_logs() as logs:
        async with running_server(Settings(**values)) as (url, app), client_of(url) as anonymous:
            headers = await member_headers(anonymous)
            async with client_of(url, **headers) as http:
                chat_id = await chat_about_a_lighthouse(http, cast("Services", app.state.services))
                async with http.stream(
                    "POST",
                    f"/api/chats/{chat_id}/messages",
                    json={"content": "When was the lighthouse built?"},
                    headers={"accept": "text/event-stream"},
                ) as response:
                    parts: list[Part] = []
                    opening: list[asyncio.Task[None]] = []
                    async for part in parts_of(response):
                        parts.append(part)
                        if part["type"] == "text-start":
                            door.close()
                            opening.append(asyncio.create_task(open_when(door, "answer_not_stored", logs)))
                await asyncio.gather(*opening)
                [_, answer] = await messages_of(http, chat_id)
    assert parts[-1]["messageMetadata"]["status"] == "completed"
    assert answer["status"] == "completed"
    assert answer["content"].startswith("The lighthouse was built in 1874 [1].")


async def open_when(door: Door, event: str, logs: Sequence[Mapping[str, Any]]) -> None:
    async def logged() -> bool:
        return any(entry["event"] == event for entry in logs)

    await until(logged)
    door.open()
    door.end()


async def chat_about_a_lighthouse(http: httpx.AsyncClient, services: Services) -> str:
    """A new chat of a project with one document."""
    me = (await http.get("/api/me")).json()
    user_id = UUID(me["id"])
    project_id = UUID((await http.post("/api/projects", json={"name": "Lighthouses"})).json()["id"])
    token = http.headers["authorization"].removeprefix("Bearer ")
    await store_document(services, Person(http, user_id, me["email"], token), project_id, LIGHTHOUSE)
    return (await http.post(f"/api/projects/{project_id}/chats", json={})).json()["id"]
