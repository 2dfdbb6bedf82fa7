"""A large installation on one machine: as many projects as a team's, of a thousand chunks each, in one database.

    python -m benchmarks.many_projects --data FOLDER [--projects 1000] [--chunks 1000] [--json FILE]

Chunks are pairs of sentences of a BEIR-form corpus with vectors grown from the corpus's own (`retrieval_data.Growth`).
The same questions are searched, by the path of the server, in projects drawn by lot: first where there is one project,
then where there are all.
"""

import argparse
import asyncio
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from benchmarks.retrieval import EMBEDDING_MODEL, SETTINGS, embed_document, new_database, percentiles, postgres
from benchmarks.retrieval_data import (
    DOCUMENT_CHUNKS,
    Array,
    CorpusDocument,
    Growth,
    ProjectWriter,
    StoredChunk,
    read_corpus,
    read_questions,
)
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.db.engine import Database
from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedders
from opentrace.retrieval.service import RetrievalService

SEED_DOCUMENTS = 500
SEARCHES = 300
_TABLES = ("document_chunks", "chunk_lexemes", "chunk_embeddings")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def passages(sentences: Sequence[str], lot: random.Random) -> Iterator[str]:
    while True:
        yield " ".join(lot.sample(sentences, 2))


def sentences_of(corpus: Sequence[CorpusDocument]) -> list[str]:
    return [sentence for document in corpus for sentence in _SENTENCE.split(document.text) if len(sentence) > 40]


async def seed_vectors(corpus: Sequence[CorpusDocument], embedder: MiniLmEmbedder, lot: random.Random) -> list[Array]:
    """The windows' vectors of each chunk of SEED_DOCUMENTS documents drawn by lot."""
    seeds: list[Array] = []
    for document in lot.sample(corpus, min(SEED_DOCUMENTS, len(corpus))):
        seeds += [chunk.vectors for chunk in await embed_document(document, embedder)]
    return seeds


def add_projects(
    writer: ProjectWriter, growth: Growth, texts: Iterator[str], *, projects: int, chunks: int
) -> list[tuple[UUID, UUID]]:
    """(user_id, project_id) of each."""
    added: list[tuple[UUID, UUID]] = []
    for _ in range(projects):
        user_id, project_id = writer.add_project(SETTINGS)
        vectors = list(growth.chunks(chunks))
        for first in range(0, chunks, DOCUMENT_CHUNKS):
            stored = [_stored(next(texts), windows) for windows in vectors[first : first + DOCUMENT_CHUNKS]]
            writer.add_document(project_id, stored, file_name=f"document {first // DOCUMENT_CHUNKS}.txt")
        added.append((user_id, project_id))
    return added


def _stored(text: str, windows: Array) -> StoredChunk:
    return StoredChunk(Chunk(text, text), "", [(0, len(text))] * len(windows), windows)


async def search(
    url: str, embedder: MiniLmEmbedder, places: Sequence[tuple[UUID, UUID]], questions: Sequence[str], *, seed: int
) -> dict[str, float]:
    """Milliseconds of whole searches, and of their statement, for SEARCHES questions in projects drawn by lot."""
    database = Database.connect(url, pool_size=2)
    retrieval = RetrievalService(database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: embedder}))
    lot = random.Random(seed)
    whole: list[float] = []
    statement: list[float] = []
    for place in range(SEARCHES + 30):
        user_id, project_id = lot.choice(places)
        began = time.perf_counter()
        found = await retrieval.search(
            Principal(user_id, None, via="job"),
            project_id,
            lot.choice(questions),
            overrides={"rag_strategy": "hybrid"},
        )
        if place >= 30:  # the first ones load the model and open connections
            whole.append(1000 * (time.perf_counter() - began))
            statement.append(found.trace.milliseconds["search"])
    await database.close()
    return {
        **{f"search_{name}": value for name, value in percentiles(whole).items()},
        **{f"statement_{name}": value for name, value in percentiles(statement).items()},
    }


async def run(folder: Path, *, projects: int, chunks: int) -> dict[str, Any]:
    started = time.perf_counter()

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - started:5.0f} s] {line}", flush=True)

    lot = random.Random(2026)
    corpus = read_corpus(folder)
    questions = [question.text for question in read_questions(folder)]
    sentences = sentences_of(corpus)
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as models, postgres() as server_url:
        embedder = MiniLmEmbedder(Path(models), threads=0)
        seeds = await seed_vectors(corpus, embedder, lot)
        say(f"{len(seeds)} chunks embedded")
        rows: list[dict[str, Any]] = []
        for count in (1, projects):
            with new_database(server_url) as url:
                rows.append(
                    await _measure(url, embedder, Growth(seeds, seed=2026), passages(sentences, lot), questions, say,
                                   projects=count, chunks=chunks)
                )  # fmt: skip
        return {"machine": machine(), "installations": rows, "seconds": round(time.perf_counter() - started, 1)}


async def _measure(
    url: str,
    embedder: MiniLmEmbedder,
    growth: Growth,
    texts: Iterator[str],
    questions: Sequence[str],
    say: Callable[[str], None],
    *,
    projects: int,
    chunks: int,
) -> dict[str, Any]:
    writer = ProjectWriter(url, model=embedder.model)
    began = time.perf_counter()
    places = add_projects(writer, growth, texts, projects=projects, chunks=chunks)
    written_s = time.perf_counter() - began
    writer.settle()
    sizes = {
        table: writer.connection.execute("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchall()[0][0]
        for table in _TABLES
    }
    windows = writer.connection.execute("SELECT count(*) FROM chunk_embeddings").fetchall()[0][0]
    writer.close()
    row: dict[str, Any] = {
        "projects": projects,
        "chunks": projects * chunks,
        "windows": windows,
        "written_s": round(written_s, 1),
        "gib": round(sum(sizes.values()) / 2**30, 2),
        "bytes": sizes,
        **await search(url, embedder, places, questions, seed=7),
    }
    say(", ".join(f"{name} {value}" for name, value in row.items()))
    return row


def print_table(console: Console, result: dict[str, Any]) -> None:
    table = Table(title="Hybrid search in one project, drawn by lot for each question", title_justify="left")
    names = (
        "projects",
        "chunks",
        "windows",
        "GiB",
        "written in s",
        "search p50 ms",
        "p95 ms",
        "statement p50 ms",
        "p95",
    )
    for column in names:
        table.add_column(column, justify="right")
    for row in result["installations"]:
        table.add_row(
            f"{row['projects']:,}", f"{row['chunks']:,}", f"{row['windows']:,}", f"{row['gib']:.2f}",
            f"{row['written_s']:.0f}", f"{row['search_p50_ms']:.1f}", f"{row['search_p95_ms']:.1f}",
            f"{row['statement_p50_ms']:.1f}", f"{row['statement_p95_ms']:.1f}",
        )  # fmt: skip
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of a corpus in BEIR form")
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--chunks", type=int, default=1000, help="of each project")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.data, projects=arguments.projects, chunks=arguments.chunks))
    print_table(Console(), result)
    save(result, arguments.json)


if __name__ == "__main__":
    main()
