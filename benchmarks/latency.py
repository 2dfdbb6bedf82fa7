"""How long a search takes in projects of 10,000 and 100,000 chunks, beside the bare pgvector query on the same index.

    python -m benchmarks.latency --data FOLDER [--sizes 10000,100000] [--json FILE]

The bare query orders the windows of the project by their distance to the question, with the same index and settings, as
the owner of the table: no check of the caller, no chunks made of windows, no document. Both take turns, with different
questions, so that neither finds the pages of a question in the processor's cache because the other just read them.

`hybrid` and `four variations` are whole searches of the server: embedding, SQL, fusion, selection. The variations
(four other questions of the corpus, so that no list repeats another) come from a model that answers at once.

Chunks are pairs of sentences of a BEIR-form corpus with vectors grown from the corpus's own (`retrieval_data.Growth`).
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from pgvector import Vector
from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from benchmarks.many_projects import add_projects, passages, seed_vectors, sentences_of
from benchmarks.retrieval import EMBEDDING_MODEL, LIMIT, WARM_UP, new_database, percentiles, postgres
from benchmarks.retrieval_data import Array, Growth, ProjectWriter, read_corpus, read_questions
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.db.engine import Database
from opentrace.knowledge.vector_indexes import ensure_vector_index
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedders
from opentrace.retrieval.service import RetrievalService

WINDOWS = 4 * LIMIT
"""Rows that `search_chunks_vector` reads for LIMIT chunks."""

VARIATIONS = 4
EXACT_ANSWERS = 100

_FUNCTION = "SELECT * FROM search_chunks_vector(%s, %s, %s, %s)"


def bare_query(project_id: UUID, model: str, dimensions: int) -> bytes:
    return f"""
        SELECT chunk_id FROM chunk_embeddings WHERE project_id = '{project_id}' AND model = '{model}'
        ORDER BY embedding::halfvec({dimensions}) <#> %s::halfvec({dimensions}) LIMIT {WINDOWS}
    """.encode()


def exact_query(project_id: UUID, model: str) -> bytes:
    return f"""
        SELECT chunk_id, max(-(embedding <#> %s)) AS score FROM chunk_embeddings
        WHERE project_id = '{project_id}' AND model = '{model}' GROUP BY chunk_id ORDER BY score DESC LIMIT 10
    """.encode()


def measure_sql(
    writer: ProjectWriter, user_id: UUID, project_id: UUID, queries: Array, *, model: str
) -> dict[str, Any]:
    connection = writer.connection
    connection.execute("SET hnsw.iterative_scan = 'relaxed_order'")
    connection.execute("SET hnsw.ef_search = 400")
    connection.execute("SET jit = off")
    bare, exact = bare_query(project_id, model, queries.shape[1]), exact_query(project_id, model)
    bare_ms: list[float] = []
    function_ms: list[float] = []
    hits: list[float] = []
    count = len(queries)
    for place in range(-WARM_UP, count):
        began = time.perf_counter()
        connection.execute(bare, (Vector(queries[place % count]),)).fetchall()
        bare_took = 1000 * (time.perf_counter() - began)
        vector = Vector(queries[(place + count // 2) % count])
        writer.become(user_id)
        began = time.perf_counter()
        connection.execute(_FUNCTION, (project_id, model, vector, LIMIT)).fetchall()
        function_took = 1000 * (time.perf_counter() - began)
        writer.become_owner()
        if place < 0:
            continue
        bare_ms.append(bare_took)
        function_ms.append(function_took)
    # Apart from the clock, since the exact answer reads every window. A tie with the tenth is as right as the tenth.
    for query in queries[:EXACT_ANSWERS]:
        right = connection.execute(exact, (Vector(query),)).fetchall()
        ids, least = {row[0] for row in right}, right[-1][1]
        writer.become(user_id)
        rows = connection.execute(_FUNCTION, (project_id, model, Vector(query), LIMIT)).fetchall()
        writer.become_owner()
        hits.append(sum(row[0] in ids or row[3] >= least - 1e-6 for row in rows[:10]) / len(ids))
    ratios = [round(float(np.percentile(function_ms, rank) / np.percentile(bare_ms, rank)), 2) for rank in (50, 95)]
    return {
        **{f"bare_{name}": value for name, value in percentiles(bare_ms).items()},
        **{f"function_{name}": value for name, value in percentiles(function_ms).items()},
        "ratio_p50": ratios[0],
        "ratio_p95": ratios[1],
        "recall_at_10": round(float(np.mean(hits)), 4),
    }


def answers(questions: Sequence[str], lot: random.Random) -> Iterator[AIMessage]:
    """Questions of the corpus in the form of variations; two to spare, should one be the question itself."""
    while True:
        yield AIMessage(json.dumps({"queries": lot.sample(questions, VARIATIONS + 2)}))


async def measure_searches(
    database: Database, embedder: MiniLmEmbedder, user_id: UUID, project_id: UUID, questions: Sequence[str]
) -> dict[str, Any]:
    """Milliseconds of whole searches by the service."""
    model = GenericFakeChatModel(messages=answers(questions, random.Random(2026)))
    retrieval = RetrievalService(
        database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: embedder}), small_model=lambda: model
    )
    figures: dict[str, Any] = {}
    for name, overrides in (
        ("hybrid", {"rag_strategy": "hybrid"}),
        ("four variations", {"rag_strategy": "multi_query_hybrid", "multi_query_count": VARIATIONS}),
    ):
        whole: list[float] = []
        stages: dict[str, list[float]] = {}
        for place, question in enumerate([*questions[:WARM_UP], *questions]):
            began = time.perf_counter()
            found = await retrieval.search(
                Principal(user_id, None, via="job"), project_id, question, overrides=overrides
            )
            if place >= WARM_UP:
                whole.append(1000 * (time.perf_counter() - began))
                assert len(found.trace.queries) == (VARIATIONS + 1 if name == "four variations" else 1)
                for stage, milliseconds in found.trace.milliseconds.items():
                    stages.setdefault(stage, []).append(milliseconds)
        figures[name] = {**percentiles(whole), "stages": {stage: percentiles(ms) for stage, ms in stages.items()}}
    return figures


async def run(folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    started = time.perf_counter()

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - started:5.0f} s] {line}", flush=True)

    lot = random.Random(2026)
    corpus = read_corpus(folder)
    questions = [question.text for question in read_questions(folder)]
    sentences = sentences_of(corpus)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as models, postgres() as server_url:
        embedder = MiniLmEmbedder(Path(models), threads=0)
        seeds = await seed_vectors(corpus, embedder, lot)
        queries = np.stack([(await embedder.embed([text], purpose="query"))[0] for text in questions])
        growth, texts = Growth(seeds, seed=2026), passages(sentences, lot)
        say(f"{len(seeds)} chunks embedded")
        for chunks in sizes:
            with new_database(server_url) as url:
                writer, database = ProjectWriter(url, model=embedder.model), Database.connect(url, pool_size=2)
                [(user_id, project_id)] = add_projects(writer, growth, texts, projects=1, chunks=chunks)
                writer.settle()
                say(f"{chunks} chunks written")
                if not await ensure_vector_index(database, project_id, embedder.model):
                    raise SystemExit(f"A project of {chunks} chunks has no index to compare; give a larger size.")
                say("index built")
                row: dict[str, Any] = {
                    "chunks": chunks,
                    **measure_sql(writer, user_id, project_id, queries, model=embedder.model),
                }
                say(str(row))
                row.update(await measure_searches(database, embedder, user_id, project_id, questions))
                say(str({name: row[name] for name in ("hybrid", "four variations")}))
                rows.append(row)
                writer.close()
                await database.close()
    return {"machine": machine(), "embedding_model": embedder.model, "sizes": rows}


def print_tables(console: Console, result: dict[str, Any]) -> None:
    table = Table(title="Milliseconds, p50 · p95", title_justify="left")
    for column in ("chunks", "bare query", "SQL function", "ratio", "recall@10", "hybrid search", "four variations"):
        table.add_column(column, justify="right")
    for row in result["sizes"]:
        table.add_row(
            f"{row['chunks']:,}",
            f"{row['bare_p50_ms']:.1f} · {row['bare_p95_ms']:.1f}",
            f"{row['function_p50_ms']:.1f} · {row['function_p95_ms']:.1f}",
            f"{row['ratio_p50']:.2f} · {row['ratio_p95']:.2f}",
            f"{row['recall_at_10']:.3f}",
            *(f"{row[name]['p50_ms']:.1f} · {row[name]['p95_ms']:.1f}" for name in ("hybrid", "four variations")),
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of a corpus in BEIR form")
    parser.add_argument("--sizes", default="10000,100000", help="chunks of the projects")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    result = asyncio.run(run(arguments.data, [int(size) for size in arguments.sizes.split(",")]))
    print_tables(Console(), result)
    save(result, arguments.json)


if __name__ == "__main__":
    main()
