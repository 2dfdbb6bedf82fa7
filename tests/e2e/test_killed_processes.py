"""Any process may be killed while people work: what they were promised is there afterwards, and all goes on."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.api_fixtures import PASSWORD, client_of
from tests.e2e.load import Load
from tests.entrypoints.running import Up
from tests.openai_server import OpenAiServer, Text
from tests.s3_server import S3Server
from tests.waiting import until

ROUNDS = int(os.environ.get("OPENTRACE_TEST_KILL_ROUNDS", "1"))
"""How often each is killed."""

ANSWER = "The plant made very many engines [1], " + "as its books say in detail. " * 6

SENTENCES = {
    "valkey": ("broker", "The job queue does not answer."),
    "postgres": ("database", "The database does not answer."),
    "storage": ("storage", "does not answer"),
}
"""What `/ready` says, under which name, while a service is away."""

EXPECTED_FAILURES = {
    "database_unavailable",
    "queue_unavailable",
    "storage_unavailable",
    "answer_not_stored",
}
"""Each is a sentence that says what is away. Not among them: an unexpected failure, or a sign-in that is forgotten."""


@pytest.fixture
def storage(tmp_path: Path) -> Generator[S3Server]:
    folder = tmp_path / "s3"
    folder.mkdir()
    server = S3Server(folder)
    server.start()
    yield server
    server.end()


@pytest.fixture
def up(storage: S3Server, openai_server: OpenAiServer, tmp_path: Path) -> Generator[Up]:
    openai_server.otherwise = Text(ANSWER, pause_s=0.01)
    bucket = storage.bucket
    assert bucket.endpoint_url
    assert bucket.access_key_id
    assert bucket.secret_access_key
    up = Up(
        tmp_path / "data",
        OPENTRACE_STORAGE="s3",
        OPENTRACE_S3_BUCKET=bucket.name,
        OPENTRACE_S3_ENDPOINT_URL=bucket.endpoint_url,
        OPENTRACE_S3_ACCESS_KEY_ID=bucket.access_key_id,
        OPENTRACE_S3_SECRET_ACCESS_KEY=bucket.secret_access_key,
        OPENTRACE_OPENAI_BASE_URL=openai_server.url,
        OPENTRACE_JOB_LEASE_S="3",
        OPENTRACE_JOB_ATTEMPTS="20",
        OPENTRACE_SWEEP_INTERVAL_S="0.5",
        OPENTRACE_RATE_LIMIT_CHAT="",
        OPENTRACE_RATE_LIMIT_UPLOAD="",
    )
    yield up
    up.end(signal.SIGTERM)


@pytest.fixture
async def load(up: Up) -> AsyncGenerator[Load]:
    await asyncio.to_thread(up.wait_ready)
    async with client_of(up.url) as anonymous:
        account = {"email": "ada@example.org", "password": PASSWORD}
        token = (await anonymous.post("/api/auth/sign-up", json=account)).json()["token"]
    async with client_of(up.url, authorization=f"Bearer {token}") as http:
        project = (await http.post("/api/projects", json={"name": "Plants"})).json()["id"]
    load = Load(up.url, token, project)
    async with load.running(writers=1, readers=2):
        yield load


@pytest.mark.timeout(600)
async def test_whatever_is_killed_under_load_nothing_acknowledged_is_lost(
    load: Load, up: Up, storage: S3Server
) -> None:
    for victim in ("worker", "postgres", "valkey", "server", "storage") * ROUNDS:
        await load.works()
        if victim == "storage":
            storage.kill()
            await sentence_is_told(up, victim)
            await asyncio.to_thread(storage.start)
        else:
            await kill_child(up, victim)
    await load.works()
    documents, questions = list(load.documents), list(load.questions)

    for document_id in documents:
        await is_read(load, document_id)
    for asked in questions:
        messages = await ended(load, asked.chat_id)
        assert {asked.question_id, asked.answer_id} <= messages.keys()
        if asked.answer is not None:
            assert messages[asked.answer_id]["content"] == asked.answer
    assert len(documents) > ROUNDS * 5
    assert load.failures <= EXPECTED_FAILURES


async def kill_child(up: Up, name: str) -> None:
    """Kill it while the supervisor sleeps, so that it stays away until its sentence is told."""
    killed = up.instance.children[name].pid
    with asleep(up.pid):
        os.kill(killed, signal.SIGKILL)
        if name in SENTENCES:
            await sentence_is_told(up, name)

    async def replaced() -> bool:
        return up.instance.children[name].pid != killed

    await until(replaced)
    assert f"{name} was ended by SIGKILL; starting it again in " in up.output


@contextmanager
def asleep(pid: int) -> Generator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def sentence_is_told(up: Up, name: str) -> None:
    check, sentence = SENTENCES[name]

    async def told() -> bool:
        async with client_of(up.url) as http:
            response = await http.get("/ready")
        return response.status_code == 503 and sentence in response.json()["checks"][check]["detail"]

    await until(told)


async def is_read(load: Load, document_id: str) -> None:
    async def completed() -> bool:
        document = await load.document(document_id)
        assert document["status"] != "failed", document
        return document["status"] == "completed"

    await until(completed)


async def ended(load: Load, chat_id: str) -> dict[str, dict[str, object]]:
    """The messages of a chat, none of which is being written any more."""

    async def messages() -> dict[str, dict[str, object]] | None:
        try:
            found = await load.chat(chat_id)
        except httpx.TransportError:
            return None
        return found if all(message["status"] != "streaming" for message in found.values()) else None

    return await until(messages)
