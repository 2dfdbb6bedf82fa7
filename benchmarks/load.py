"""Many people at once: chats that stream, questions in the same instant, uploads side by side.

    python -m benchmarks.load [--chats 100] [--over 10] [--instant 50] [--uploads 50] [--json FILE]

Server, worker, database, queue, the scripted model and the people all run on this machine. The model sends a word every
20 ms, so that what is above that is Opentrace's own. Each person has a chat of their own in one project.
"""

import argparse
import asyncio
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.ingest import MIB
from benchmarks.instance import Instance, memory_bytes, own_instance
from benchmarks.machine import machine, save
from benchmarks.scripted_model import PAUSE_S, WORDS

UPLOAD_BYTES = 10 * MIB
QUESTION = "When does ferry {number} to Lund leave?"
DOCUMENT = "The ferry to Lund leaves at 9:40 from pier 3. It carries 120 passengers and twelve cars.\n" * 40
READY_WITHIN_S = 120.0
NO_LIMITS = {f"OPENTRACE_RATE_LIMIT_{kind}": "" for kind in ("SIGN_IN", "UPLOAD", "SEARCH", "CHAT")}


@dataclass(slots=True)
class Heard:
    """What one person heard: seconds to the first word, and between words; `error` where it ended otherwise."""

    first_s: float | None = None
    gaps_s: list[float] = field(default_factory=list[float])
    words: int = 0
    error: str | None = None


@contextmanager
def scripted_model() -> Generator[str]:
    """Its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.scripted_model", str(port)])
    url = f"http://127.0.0.1:{port}/v1"
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                httpx.get(f"{url}/models", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


async def listen(client: httpx.AsyncClient, chat_id: str, question: str) -> Heard:
    heard = Heard()
    began = last = time.perf_counter()
    headers = {"accept": "text/event-stream"}
    try:
        async with client.stream(
            "POST", f"/api/chats/{chat_id}/messages", json={"content": question}, headers=headers
        ) as response:
            if response.is_error:
                heard.error = f"status {response.status_code}"
                return heard
            async for line in response.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                part: dict[str, Any] = json.loads(line[6:])
                if part["type"] == "error":
                    heard.error = str(part["errorText"])
                if part["type"] != "text-delta":
                    continue
                now = time.perf_counter()
                if heard.first_s is None:
                    heard.first_s = now - began
                else:
                    heard.gaps_s.append(now - last)
                last = now
                heard.words += len(str(part["delta"]).split())
    except httpx.HTTPError as error:
        heard.error = type(error).__name__
    if heard.error is None and heard.words < WORDS:
        heard.error = f"{heard.words} of {WORDS} words"
    return heard


async def chats(instance: Instance, project_id: str, *, count: int, over_s: float) -> list[Heard]:
    """`count` chats, begun evenly over `over_s` seconds."""
    async with _people(instance) as client:
        made = [await client.post(f"/api/projects/{project_id}/chats", json={}) for _ in range(count)]
        chat_ids = [str(response.json()["id"]) for response in made]

        async def one(place: int) -> Heard:
            await asyncio.sleep(over_s * place / count)
            return await listen(client, chat_ids[place], QUESTION.format(number=place))

        return list(await asyncio.gather(*(one(place) for place in range(count))))


async def uploads(instance: Instance, project_id: str, *, count: int) -> tuple[float, int]:
    """Seconds for all, from the first request to the last confirmation, and how many failed."""
    content = secrets.token_hex(UPLOAD_BYTES // 2).encode()

    async def one(client: httpx.AsyncClient, place: int) -> bool:
        body = {"file_name": f"{place}.txt", "content_type": "text/plain", "size_bytes": len(content)}
        created = (await client.post(f"/api/projects/{project_id}/documents", json=body)).json()
        target = created["upload"]
        sent = await client.request(target["method"], target["url"], headers=target["headers"], content=content)
        confirmed = await client.post(f"/api/documents/{created['document']['id']}/confirm")
        return sent.is_success and confirmed.is_success

    began = time.perf_counter()
    async with _people(instance) as client:
        results = await asyncio.gather(*(one(client, place) for place in range(count)), return_exceptions=True)
        seconds = time.perf_counter() - began
        # What was uploaded is only weight: the worker need not read it all.
        await client.delete(f"/api/projects/{project_id}")
    return seconds, sum(result is not True for result in results)


def _people(instance: Instance) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=instance.running.url,
        headers={"authorization": f"Bearer {instance.token}"},
        limits=httpx.Limits(max_connections=None),
        timeout=120,
        trust_env=False,
    )


def new_project(instance: Instance) -> str:
    """With one short document that has been read."""
    client = instance.client
    project_id = str(client.post("/api/projects", {"name": "Load"})["id"])
    body = {"file_name": "ferry.txt", "content_type": "text/plain", "size_bytes": len(DOCUMENT)}
    created = client.post(f"/api/projects/{project_id}/documents", body)
    target, document_id = created["upload"], created["document"]["id"]
    httpx.request(
        target["method"], target["url"], headers=target["headers"], content=DOCUMENT.encode(), trust_env=False
    )
    client.post(f"/api/documents/{document_id}/confirm")
    deadline = time.monotonic() + READY_WITHIN_S
    while client.get(f"/api/documents/{document_id}")["status"] != "completed":
        if time.monotonic() > deadline:
            raise RuntimeError("The document was not read in time.")
        time.sleep(0.1)
    return project_id


def measure(instance: Instance, arguments: argparse.Namespace) -> dict[str, Any]:
    server = instance.processes["server"]
    project_id = new_project(instance)
    asyncio.run(chats(instance, project_id, count=3, over_s=0))
    memory_mb = [memory_bytes(server) / MIB]
    streaming = asyncio.run(chats(instance, project_id, count=arguments.chats, over_s=arguments.over))
    memory_mb.append(memory_bytes(server) / MIB)
    instant = asyncio.run(chats(instance, project_id, count=arguments.instant, over_s=0))
    memory_mb.append(memory_bytes(server) / MIB)
    upload_project = str(instance.client.post("/api/projects", {"name": "Uploads"})["id"])
    seconds, failed = asyncio.run(uploads(instance, upload_project, count=arguments.uploads))
    memory_mb.append(memory_bytes(server) / MIB)
    return {
        "machine": machine(),
        "streaming": _summary(streaming),
        "instant": _summary(instant),
        "uploads": {"count": arguments.uploads, "seconds": round(seconds, 1), "failed": failed},
        "server_mb": [round(one) for one in memory_mb],
    }


def _summary(heard: Sequence[Heard]) -> dict[str, Any]:
    firsts = [1000 * (one.first_s - PAUSE_S) for one in heard if one.first_s is not None]
    gaps = [1000 * gap for one in heard for gap in one.gaps_s]
    return {
        "chats": len(heard),
        "errors": sorted({one.error for one in heard if one.error}),
        "failed": sum(one.error is not None for one in heard),
        "first_word_above_model_ms": _spread(firsts, 20),
        "gap_ms": _spread(gaps, 100),
    }


def _spread(values: Sequence[float], parts: int) -> dict[str, float]:
    """Median, the last of `parts` quantiles, and the largest."""
    return {
        "p50": round(median(values), 1),
        f"p{100 - 100 // parts}": round(quantiles(values, n=parts)[-1], 1),
        "max": round(max(values), 1),
    }


def print_result(result: dict[str, Any], console: Console) -> None:
    table = Table(title="Chats against a model of a word every 20 ms", title_justify="left")
    for column in ("", "failed", "first word above the model's, p50 ms", "p95 ms", "gap p50 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    for name, label in (("streaming", "begun one after the other"), ("instant", "in the same instant")):
        one = result[name]
        first, gap = one["first_word_above_model_ms"], one["gap_ms"]
        cells = (one["failed"], first["p50"], first["p95"], gap["p50"], gap["p99"])
        table.add_row(f"{one['chats']} {label}", *map(str, cells))
    console.print(table)
    console.print(
        f"{result['uploads']['count']} uploads of 10 MB at once: {result['uploads']['seconds']} s, "
        f"{result['uploads']['failed']} failed; memory of the server before, after chats, after the instant, "
        f"after uploads: {result['server_mb']} MB"
    )
    for name in ("streaming", "instant"):
        for error in result[name]["errors"]:
            console.print(f"{name}: {error}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--over", type=float, default=10.0, help="seconds over which the chats begin")
    parser.add_argument("--instant", type=int, default=50)
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    with scripted_model() as model_url:
        endpoint = {"OPENTRACE_OPENAI_BASE_URL": model_url, "OPENTRACE_CHAT_MODEL": "scripted"}
        with own_instance(environment=endpoint | NO_LIMITS) as instance:
            result = measure(instance, arguments)
    print_result(result, Console(soft_wrap=True))
    save(result, arguments.json)


if __name__ == "__main__":
    main()
