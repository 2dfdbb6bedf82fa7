"""How long a person waits: the first word of an answer by the extractive model, and a search, over HTTP.

    python -m benchmarks.answers --data FOLDER [--json FILE]

The documents of the folder go into an installation of its own. The questions are sentences of the documents, drawn
evenly over all chunks: each has an answer. One at a time, on one connection.
"""

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ingest import MIB, files_of, ingest, new_project
from benchmarks.instance import Instance, MemoryPeak, memory_bytes, own_instance
from benchmarks.machine import machine, save
from opentrace.entrypoints.api_client import ApiClient

QUESTIONS = 60
MAX_QUESTION_CHARS = 200
_SENTENCE = re.compile(r"[A-Z][^.!?\n|]{30,}[.!?]")


def questions_of(client: ApiClient, project_id: str) -> list[str]:
    """A sentence of every n-th chunk that has one."""
    found: list[str] = []
    for document in client.list_all(f"/api/projects/{project_id}/documents"):
        for chunk in client.list_all(f"/api/documents/{document['id']}/chunks"):
            sentence = _SENTENCE.search(chunk["content"])
            if sentence:
                found.append(sentence.group()[:MAX_QUESTION_CHARS])
    return found[:: max(1, len(found) // QUESTIONS)][:QUESTIONS]


def search_ms(client: ApiClient, project_id: str, question: str) -> float:
    began = time.perf_counter()
    client.post(f"/api/projects/{project_id}/search", {"query": question})
    return 1000 * (time.perf_counter() - began)


def first_word_ms(client: ApiClient, project_id: str, question: str) -> float:
    """From the request to the first piece of text. The answer is read to its end."""
    chat_id = str(client.post(f"/api/projects/{project_id}/chats", {})["id"])
    began = time.perf_counter()
    first: float | None = None
    for part in client.ask(chat_id, question):
        if part.kind == "text" and first is None:
            first = 1000 * (time.perf_counter() - began)
    assert first is not None, "An answer without text."
    return first


def measure(instance: Instance, paths: Sequence[Path]) -> dict[str, Any]:
    client = instance.client
    supervisor = instance.processes["supervisor"]
    project_id = new_project(client, "Answers")
    ingest(client, project_id, paths, MemoryPeak(supervisor))
    questions = questions_of(client, project_id)
    warm = questions[0]
    first_ever_ms = first_word_ms(client, project_id, warm)
    search_ms(client, project_id, warm)
    return {
        "machine": machine(),
        "questions": len(questions),
        "first_answer_ever_ms": round(first_ever_ms, 1),
        "first_word_ms": _spread([first_word_ms(client, project_id, question) for question in questions]),
        "search_ms": _spread([search_ms(client, project_id, question) for question in questions]),
        "all_processes_mb": round(memory_bytes(supervisor) / MIB),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"p50": round(median(values), 1), "p95": round(quantiles(values, n=20)[18], 1), "max": round(max(values), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of documents")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    with own_instance() as instance:
        taken = instance.client.get("/api/config")["uploads"]["extensions"]
        result = measure(instance, files_of(arguments.data, endings=taken))
    table = Table(title=f"{result['questions']} questions, one at a time", title_justify="left")
    for column in ("", "p50 ms", "p95 ms", "max ms"):
        table.add_column(column, justify="right" if column else "left")
    for name, label in (("first_word_ms", "first word of an answer"), ("search_ms", "search")):
        table.add_row(label, *(f"{result[name][key]:.0f}" for key in ("p50", "p95", "max")))
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(f"the very first answer after the start: {result['first_answer_ever_ms']:.0f} ms")
    console.print(f"all processes together afterwards: {result['all_processes_mb']} MB")
    save(result, arguments.json)


if __name__ == "__main__":
    main()
