"""How fast documents become searchable, from their confirmation on, in an installation of its own.

    python -m benchmarks.ingest --data FOLDER [--json FILE]

Every file of the folder is added alone, one after another, and then all of them at once to another project. Seconds of
stages are what the worker wrote down; with several documents in hand the stages of each include waiting for the others.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.instance import Instance, MemoryPeak, memory_bytes, own_instance
from benchmarks.machine import machine, save
from opentrace.entrypoints.api_client import ApiClient, ApiError

STAGES = ("partitioning", "chunking", "summarising", "vectorization")
POLL_S = 0.2
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ingested:
    """One document. `searchable_s` counts from its confirmation, `stages_s` has the seconds of each stage."""

    file_name: str
    size_bytes: int
    pages: int | None
    chunks: int
    vectors: int
    outcome: str
    searchable_s: float
    stages_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """Some documents, added together. `peak_mb` is of the worker with its parser processes."""

    documents: Sequence[Ingested]
    seconds: float
    peak_mb: float

    @property
    def pages(self) -> int:
        return sum(document.pages or 0 for document in self.documents)

    @property
    def size_mib(self) -> float:
        return sum(document.size_bytes for document in self.documents) / MIB

    def stage_s(self, stage: str) -> float:
        return sum(document.stages_s.get(stage, 0.0) for document in self.documents)


def files_of(folder: Path, *, endings: Sequence[str]) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in endings)


def upload(client: ApiClient, project_id: str, path: Path) -> str:
    """The id of a document whose bytes have arrived and which is not confirmed yet."""
    body = {"file_name": path.name, "size_bytes": path.stat().st_size}
    created = client.post(f"/api/projects/{project_id}/documents", body)
    target = created["upload"]
    sent = httpx.request(
        target["method"], target["url"], headers=target["headers"], content=path.read_bytes(), trust_env=False
    )
    sent.raise_for_status()
    return created["document"]["id"]


def ingest(client: ApiClient, project_id: str, paths: Sequence[Path], memory: MemoryPeak) -> Run:
    """Upload all, then confirm all, then wait for all."""
    waiting = {upload(client, project_id, path): path for path in paths}
    memory.peak_bytes = 0
    began = time.perf_counter()
    confirmed: dict[str, float] = {}
    for document_id in waiting:
        confirmed[document_id] = time.perf_counter()
        client.post(f"/api/documents/{document_id}/confirm")
    done: list[Ingested] = []
    while waiting:
        time.sleep(POLL_S)
        memory.sample()
        # One request for all: asking for each would take time from the worker.
        for document in client.list_all(f"/api/projects/{project_id}/documents"):
            if document["id"] in waiting and document["status"] in ("completed", "failed"):
                done.append(_ingested(document, seconds=time.perf_counter() - confirmed[document["id"]]))
                del waiting[document["id"]]
    return Run(done, time.perf_counter() - began, memory.peak_bytes / MIB)


def _ingested(document: dict[str, Any], *, seconds: float) -> Ingested:
    details = document["stage_details"]
    return Ingested(
        file_name=document["file_name"],
        size_bytes=document["size_bytes"],
        pages=document["page_count"],
        chunks=details.get("chunking", {}).get("chunks", 0),
        vectors=details.get("vectorization", {}).get("vectors", 0),
        outcome=document["error_code"] or document["status"],
        searchable_s=seconds,
        stages_s={stage: details.get(stage, {}).get("seconds", 0.0) for stage in STAGES},
    )


def new_project(client: ApiClient, name: str) -> str:
    return client.post("/api/projects", {"name": name})["id"]


def measure(instance: Instance, paths: Sequence[Path], console: Console) -> dict[str, Any]:
    client, processes = instance.client, instance.processes
    memory = MemoryPeak(processes["worker"])
    idle_mb = memory_bytes(processes["supervisor"]) / MIB
    console.print(
        f"ready in {instance.start_s:.1f} s; all processes together {idle_mb:.0f} MB before the first document"
    )
    # The first document also loads the model, which stays loaded while there is work.
    first = ingest(client, new_project(client, "First"), paths[:1], memory)
    alone_project = new_project(client, "One by one")
    alone = [ingest(client, alone_project, [path], memory) for path in paths]
    together_project = new_project(client, "All at once")
    together = ingest(client, together_project, paths, memory)
    found = client.post(f"/api/projects/{together_project}/search", {"query": "revenue", "similarity_threshold": 0})
    if not found["results"]:
        raise ApiError("The documents are completed, but a search finds none of them.")
    print_runs(console, first, alone, together)
    return {
        "machine": machine(),
        "start_s": round(instance.start_s, 2),
        "idle_mb": round(idle_mb),
        "first": _figures(first),
        "one_by_one": [_figures(run) for run in alone],
        "all_at_once": _figures(together),
    }


def _figures(run: Run) -> dict[str, Any]:
    return {
        "seconds": round(run.seconds, 2),
        "peak_mb": round(run.peak_mb),
        "per_stage": {
            stage: {
                "seconds": round(run.stage_s(stage), 3),
                "pages_per_s": _rate(run.pages, run.stage_s(stage)),
                "mib_per_s": _rate(run.size_mib, run.stage_s(stage)),
            }
            for stage in STAGES
        },
        "documents": [asdict(document) for document in run.documents],
    }


def _rate(amount: float, seconds: float) -> float | None:
    return round(amount / seconds, 2) if seconds else None


def print_runs(console: Console, first: Run, alone: Sequence[Run], together: Run) -> None:
    table = Table(title="Confirmed to searchable", title_justify="left")
    columns = ("file", "pages", "MiB", "chunks", "vectors", *(f"{stage} s" for stage in STAGES), "alone s", "peak MB")
    for column in columns:
        table.add_column(column, justify="left" if column == "file" else "right")
    for cells in _rows(alone):
        table.add_row(*cells)
    console.print(table)
    table = Table(title="Speed of each stage, one document at a time", title_justify="left")
    for column in ("stage", "pages/s", "MiB/s"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage in STAGES:
        seconds = sum(run.stage_s(stage) for run in alone)
        pages, size_mib = sum(run.pages for run in alone), sum(run.size_mib for run in alone)
        table.add_row(
            stage, f"{pages / seconds:,.0f}" if seconds else "", f"{size_mib / seconds:,.2f}" if seconds else ""
        )
    console.print(table)
    console.print(f"the very first document, which loads the model: {first.seconds:.2f} s")
    console.print(
        f"all {len(together.documents)} at once: {together.seconds:.1f} s, {together.pages / together.seconds:.1f} "
        f"pages/s, the first after {min(one.searchable_s for one in together.documents):.1f} s, "
        f"peak {together.peak_mb:.0f} MB"
    )


def _rows(alone: Sequence[Run]) -> Iterator[tuple[str, ...]]:
    for run in alone:
        (one,) = run.documents
        yield (
            one.file_name if one.outcome == "completed" else f"{one.file_name} ({one.outcome})",
            str(one.pages or ""),
            f"{one.size_bytes / MIB:.2f}",
            str(one.chunks),
            str(one.vectors),
            *(f"{one.stages_s[stage]:.2f}" for stage in STAGES),
            f"{one.searchable_s:.2f}",
            f"{run.peak_mb:.0f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of documents")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    with own_instance() as instance:
        taken = instance.client.get("/api/config")["uploads"]["extensions"]
        paths = files_of(arguments.data, endings=taken)
        if not paths:
            parser.error(f"{str(arguments.data)!r} has no file that ends in {', '.join(taken)}")
        result = measure(instance, paths, Console(width=140))
    save(result, arguments.json)


if __name__ == "__main__":
    main()
