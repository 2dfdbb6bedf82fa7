"""How well and how fast a project is searched.

    python -m benchmarks.retrieval --data FOLDER --json FILE [--sizes 1000,10000,100000]

Quality: nDCG@10 and recall@100 on a corpus in BEIR form (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`), cut, embedded
and searched by the code that the server runs. A document is named after its title.

Speed: latency of the SQL function, seen by a client on loopback, and recall@10 against the exact answer, in projects of
several sizes, each alone in its database and among many. Their vectors are grown from the corpus's (see
`retrieval_data.Growth`). PostgreSQL is the embedded one, or the one that OPENTRACE_TEST_DATABASE_URL names.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
from pgvector import Vector
from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from benchmarks.retrieval_data import (
    Array,
    CorpusDocument,
    GrownProject,
    Growth,
    ProjectWriter,
    Question,
    StoredChunk,
    grow_projects,
    read_corpus,
    read_questions,
)
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.adapters.local.postgres_server import PostgresServer
from opentrace.adapters.local.window_reranker import WindowReranker
from opentrace.db.engine import Database
from opentrace.db.migrate import migrate
from opentrace.knowledge.ingestion.chunk import chunk_elements
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks
from opentrace.knowledge.vector_indexes import ensure_vector_index
from opentrace.ports.authenticator import Principal
from opentrace.ports.document_parser import Element
from opentrace.ports.embedder import Embedders
from opentrace.projects.schemas import DefaultSettings
from opentrace.retrieval.service import RetrievalService

EMBEDDING_MODEL = "all-MiniLM-L6-v2"
SETTINGS: dict[str, object] = {**asdict(DefaultSettings()), "embedding_model": EMBEDDING_MODEL}
SMALL_PROJECTS = 50
SMALL_PROJECT_CHUNKS = 1000
WARM_UP = 50
"""Queries before the clock: what is measured is the database at work, with the project's pages in memory."""

LIMIT = 15
"""Chunks that a search of the default settings asks the function for."""

WIDE: dict[str, object] = {"num_chunks": 90, "final_context_size": 50}
RUNS: dict[str, dict[str, object]] = {
    "basic": {"rag_strategy": "basic"},
    "hybrid, default settings": {"rag_strategy": "hybrid"},
    "hybrid, ranks, weights 0.5 and 0.5": {"rag_strategy": "hybrid", "vector_weight": 0.5, "keyword_weight": 0.5},
    "hybrid, scores, weights 0.4 and 0.6": {
        "rag_strategy": "hybrid", "fusion": "scores", "vector_weight": 0.4, "keyword_weight": 0.6,
    },
    "multi_query_hybrid, variations by rule": {"rag_strategy": "multi_query_hybrid"},
    "hybrid, default settings, reranked": {"rag_strategy": "hybrid", "use_reranking": True},
    "hybrid, scores, weights 0.5 and 0.5, reranked": {
        "rag_strategy": "hybrid", "fusion": "scores", "vector_weight": 0.5, "keyword_weight": 0.5,
        "use_reranking": True,
    },
}  # fmt: skip

_VECTOR = "SELECT * FROM search_chunks_vector(%s, %s, %s, %s)"
_KEYWORD = "SELECT document_id FROM search_chunks_keyword(%s, %s, %s) ORDER BY rank"
_TS_RANK = """
    WITH asked AS (
        SELECT %s::uuid AS project_id, replace(plainto_tsquery('english', %s)::text, ' & ', ' | ')::tsquery AS words
    )
    SELECT document_id FROM chunk_lexemes l, asked a WHERE l.project_id = a.project_id AND l.lexemes @@ a.words
    ORDER BY ts_rank(l.lexemes, a.words, 1) DESC LIMIT %s
"""


def ndcg(found: Sequence[str], relevance: dict[str, int], *, at: int) -> float:
    """Normalised discounted cumulative gain with gains as judged, as trec_eval's ndcg_cut computes it."""
    gains = [relevance.get(document, 0) / np.log2(place + 2) for place, document in enumerate(found[:at])]
    best = sorted(relevance.values(), reverse=True)[:at]
    return float(sum(gains) / sum(gain / np.log2(place + 2) for place, gain in enumerate(best)))


def recall(found: Sequence[str], relevance: dict[str, int], *, at: int) -> float:
    relevant = {document for document, gain in relevance.items() if gain > 0}
    return len(relevant & set(found[:at])) / len(relevant)


def quality(runs: Sequence[Sequence[str]], questions: Sequence[Question]) -> dict[str, float]:
    pairs = [(list(dict.fromkeys(run)), question.relevance) for run, question in zip(runs, questions, strict=True)]
    return {
        "ndcg_at_10": round(float(np.mean([ndcg(run, relevance, at=10) for run, relevance in pairs])), 4),
        "recall_at_100": round(float(np.mean([recall(run, relevance, at=100) for run, relevance in pairs])), 4),
    }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    return {f"p{rank}_ms": round(float(np.percentile(milliseconds, rank)), 2) for rank in (50, 95)}


@contextmanager
def postgres() -> Generator[str]:
    given = os.environ.get("OPENTRACE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as name:
        folder = Path(name)
        server = PostgresServer(folder / "cluster", secrets_folder=folder / "secrets")
        with server.running(folder / "postgres.log") as url:
            yield url


@contextmanager
def new_database(server_url: str) -> Generator[str]:
    name = f"opentrace_bench_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        url = server_url.rsplit("/", 1)[0] + "/" + name
        try:
            migrate(url)
            yield url
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


async def embed_document(document: CorpusDocument, embedder: MiniLmEmbedder) -> list[StoredChunk]:
    """Chunks as ingestion stores them."""
    name = f"{document.title}.txt"
    elements = [Element("Title", document.title), Element("NarrativeText", document.text)]
    chunks = chunk_elements(elements, title=document.title)
    windows, _ = await embed_chunks(chunks, document_name=name, title=document.title, embedder=embedder)
    stored: list[StoredChunk] = []
    for index, chunk in enumerate(chunks):
        own = [window for window in windows if window.chunk_index == index]
        context = chunk_context(chunk.heading_path, document_name=name, title=document.title, embedder=embedder)
        ranges = [(window.char_start, window.char_end) for window in own]
        stored.append(StoredChunk(chunk, context, ranges, np.stack([window.vector for window in own])))
    return stored


async def measure_quality(
    url: str, folder: Path, embedder: MiniLmEmbedder, say: Callable[[str], None]
) -> tuple[dict[str, Any], list[Array], Array]:
    """Figures, the vectors of each chunk, and the vectors of the questions."""
    corpus, questions = read_corpus(folder), read_questions(folder)
    writer = ProjectWriter(url, model=embedder.model)
    user_id, project_id = writer.add_project(SETTINGS)
    started = time.perf_counter()
    vectors: list[Array] = []
    names: dict[UUID, str] = {}
    for document in corpus:
        stored = await embed_document(document, embedder)
        document_id, _ = writer.add_document(project_id, stored, file_name=f"{document.title}.txt")
        names[document_id] = document.beir_id
        vectors.extend(chunk.vectors for chunk in stored)
    embedded_s = time.perf_counter() - started
    windows = sum(len(chunk) for chunk in vectors)
    say(f"{len(corpus)} documents, {windows} windows embedded and stored in {embedded_s:.0f} s")
    writer.settle()
    database = Database.connect(url, pool_size=2)
    await ensure_vector_index(database, project_id, embedder.model)
    retrieval = RetrievalService(
        database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: embedder}), reranker=WindowReranker(embedder)
    )
    principal = Principal(user_id, None, via="job")
    runs: dict[str, list[list[str]]] = {}
    stages: dict[str, dict[str, list[float]]] = {}
    for name, overrides in RUNS.items():
        runs[name] = []
        for question in questions:
            found = await retrieval.search(principal, project_id, question.text, overrides={**WIDE, **overrides})
            # The account of a search has its candidates in the order of their ranks, more than it returns.
            runs[name].append([names[candidate.document_id] for candidate in found.trace.candidates])
            for stage, milliseconds in found.trace.milliseconds.items():
                stages.setdefault(name, {}).setdefault(stage, []).append(milliseconds)
        say(f"{name}: {quality(runs[name], questions)}")
    for name, statement in (("ts_rank of PostgreSQL", _TS_RANK), ("keyword", _KEYWORD)):
        runs[name] = []
        for question in questions:
            if statement == _KEYWORD:
                writer.become(user_id)
            rows = writer.connection.execute(statement.encode(), (project_id, question.text, 100)).fetchall()
            writer.become_owner()
            runs[name].append([names[row[0]] for row in rows])
    writer.close()
    await database.close()
    figures = {
        "documents": len(corpus),
        "windows": windows,
        "questions": len(questions),
        "windows_per_s": round(windows / embedded_s, 1),
        "runs": {name: quality(run, questions) for name, run in runs.items()},
        "search_stages": {
            name: {stage: percentiles(values) for stage, values in own.items()} for name, own in stages.items()
        },
    }
    queries = [(await embedder.embed([question.text], purpose="query"))[0] for question in questions]
    return figures, vectors, np.stack(queries)


def exact_answers(project: GrownProject, queries: Array) -> list[tuple[set[UUID], float]]:
    """The ten best chunks of each query, and the score of the tenth."""
    vectors, chunks = np.concatenate(project.vectors), np.array(project.window_chunks)
    answers: list[tuple[set[UUID], float]] = []
    for query in queries:
        best = np.full(len(project.chunk_ids), -1.0, np.float32)
        np.maximum.at(best, chunks, vectors @ query)
        top = np.argsort(-best)[:10]
        answers.append(({project.chunk_ids[index] for index in top}, float(best[top[-1]])))
    return answers


def measure_latency(writer: ProjectWriter, project: GrownProject, queries: Array, *, model: str) -> dict[str, float]:
    answers = exact_answers(project, queries)
    writer.become(project.user_id)
    milliseconds: list[float] = []
    hits: list[float] = []

    def search(query: Array) -> list[tuple[UUID, UUID, int, float, int, int]]:
        return writer.connection.execute(_VECTOR, (project.project_id, model, Vector(query), LIMIT)).fetchall()

    for query in queries[:WARM_UP]:
        search(query)
    for query, (ids, least) in zip(queries, answers, strict=True):
        started = time.perf_counter()
        rows = search(query)
        milliseconds.append(1000 * (time.perf_counter() - started))
        # A tie with the tenth is as right as the tenth.
        hits.append(sum(row[0] in ids or row[3] >= least - 1e-6 for row in rows[:10]) / len(ids))
    writer.become_owner()
    return {**percentiles(milliseconds), "recall_at_10": round(float(np.mean(hits)), 4)}


async def measure_sizes(
    server_url: str, sizes: Sequence[int], growth: Growth, queries: Array, *, model: str, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    figures: list[dict[str, Any]] = []

    async def measure(writer: ProjectWriter, database: Database, projects: Sequence[GrownProject], place: str) -> None:
        for project in projects:
            started = time.perf_counter()
            indexed = await ensure_vector_index(database, project.project_id, model)
            build_s = time.perf_counter() - started
            row: dict[str, Any] = {
                "place": place,
                "chunks": len(project.chunk_ids),
                "windows": len(project.window_chunks),
                "path": "index" if indexed else "exact",
                "build_s": round(build_s, 1) if indexed else 0.0,
                **measure_latency(writer, project, queries, model=model),
            }
            figures.append(row)
            say(", ".join(f"{name} {value}" for name, value in row.items()))

    for size in sizes:
        with new_database(server_url) as url:
            writer, database = ProjectWriter(url, model=model), Database.connect(url, pool_size=2)
            projects = grow_projects(writer, growth, [size], settings=SETTINGS)
            writer.settle()
            await measure(writer, database, projects, "alone")
            if size == sizes[-1]:
                smaller = grow_projects(
                    writer,
                    growth,
                    [*sizes[:-1], *[SMALL_PROJECT_CHUNKS] * SMALL_PROJECTS],
                    settings=SETTINGS,
                )[: len(sizes) - 1]
                writer.settle()
                await measure(writer, database, [*smaller, *projects], "among many")
            writer.close()
            await database.close()
    return figures


def print_tables(console: Console, result: dict[str, Any]) -> None:
    table = Table(title="Quality", title_justify="left")
    for column in ("search", "nDCG@10", "recall@100"):
        table.add_column(column, justify="left" if column == "search" else "right")
    for name, row in result["quality"]["runs"].items():
        table.add_row(name, f"{row['ndcg_at_10']:.3f}", f"{row['recall_at_100']:.3f}")
    console.print(table)
    table = Table(title="Latency of the SQL function, and recall against the exact answer", title_justify="left")
    for column in ("project", "chunks", "windows", "path", "p50 ms", "p95 ms", "recall@10", "index built in s"):
        table.add_column(column, justify="left" if column in ("project", "path") else "right")
    for row in result["sizes"]:
        table.add_row(
            row["place"], f"{row['chunks']:,}", f"{row['windows']:,}", row["path"], f"{row['p50_ms']:.1f}",
            f"{row['p95_ms']:.1f}", f"{row['recall_at_10']:.3f}", f"{row['build_s']:.0f}" if row["build_s"] else "",
        )  # fmt: skip
    console.print(table)


async def run(folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    started = time.perf_counter()

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - started:5.0f} s] {line}", flush=True)

    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as models, postgres() as server_url:
        embedder = MiniLmEmbedder(Path(models), threads=0)
        with new_database(server_url) as url:
            figures, vectors, queries = await measure_quality(url, folder, embedder, say)
        growth = Growth(vectors, seed=2026)
        rows = await measure_sizes(server_url, sizes, growth, queries, model=embedder.model, say=say)
        return {
            "machine": machine(),
            "embedding_model": embedder.model,
            "quality": figures,
            "sizes": rows,
            "seconds": round(time.perf_counter() - started, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of a corpus in BEIR form")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--sizes", default="1000,10000,100000", help="chunks of the projects that are timed")
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.data, sorted(int(size) for size in arguments.sizes.split(","))))
    print_tables(Console(), result)
    save(result, arguments.json)


if __name__ == "__main__":
    main()
