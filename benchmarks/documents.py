"""Whether a search finds the document that a question speaks of, among others that say nearly the same.

    python -m benchmarks.documents --data FOLDER --json FILE

The folder has `pdfs/` and `qa.jsonl` with `question` and `docs` (the names of the files that answer it). Only questions
that one document answers are asked. Files are read, cut, embedded and searched by the code that the server runs; once
more, for comparison, with windows that are embedded and indexed without name, title and headings.
"""

import argparse
import asyncio
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from benchmarks.retrieval import EMBEDDING_MODEL, SETTINGS, new_database, percentiles, postgres
from benchmarks.retrieval_data import ProjectWriter, StoredChunk
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.db.engine import Database
from opentrace.knowledge.facets import document_facets, question_facets
from opentrace.knowledge.ingestion.chunk import chunk_elements
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks
from opentrace.ports.authenticator import Principal
from opentrace.ports.document_parser import ParseLimits
from opentrace.ports.embedder import Embedders
from opentrace.retrieval.service import RetrievalService

FIVE: dict[str, object] = {"num_chunks": 5, "final_context_size": 5}
RUNS: dict[str, dict[str, object]] = {
    "basic": {"rag_strategy": "basic"},
    "hybrid": {"rag_strategy": "hybrid"},
    "hybrid, scores, weights 0.5 and 0.5": {
        "rag_strategy": "hybrid",
        "fusion": "scores",
        "vector_weight": 0.5,
        "keyword_weight": 0.5,
    },
}
_HEAD_BYTES = 65536
_PERIOD = re.compile(r"^(?:year|quarter|month|date):")


async def read_and_store(
    writer: ProjectWriter,
    project_id: UUID,
    path: Path,
    *,
    parser: LocalDocumentParser,
    embedder: MiniLmEmbedder,
    in_context: bool = True,
) -> UUID:
    """Without context, a chunk is embedded and indexed as if it stood alone; its document keeps its facets."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    media_type = parser.detect(head, path=path, file_name=path.name)
    parsed = await parser.parse(path, media_type=media_type, limits=ParseLimits(timeout_s=300))
    chunks = chunk_elements(parsed.elements, title=parsed.title)
    name, title = (path.name, parsed.title) if in_context else ("", None)
    if not in_context:
        chunks = [replace(chunk, heading_path=()) for chunk in chunks]
    windows, _ = await embed_chunks(chunks, document_name=name, title=title, embedder=embedder)
    stored: list[StoredChunk] = []
    for index, chunk in enumerate(chunks):
        own = [window for window in windows if window.chunk_index == index]
        context = chunk_context(chunk.heading_path, document_name=name, title=title, embedder=embedder)
        ranges = [(window.char_start, window.char_end) for window in own]
        stored.append(StoredChunk(chunk, context, ranges, np.stack([window.vector for window in own])))
    document_id, _ = writer.add_document(project_id, stored, file_name=path.name)
    facets = document_facets(
        file_name=path.name, title=parsed.title, media_type=media_type, contents=[chunk.content for chunk in chunks]
    )
    writer.connection.execute(
        "UPDATE documents SET title = %s, facets = %s, period_end = %s WHERE id = %s",
        (parsed.title, list(facets.values), facets.period_end, document_id),
    )
    return document_id


async def ask(
    retrieval: RetrievalService, principal: Principal, project_id: UUID, questions: list[tuple[str, str]]
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, overrides in RUNS.items():
        rows: list[tuple[bool, bool, float, bool]] = []
        milliseconds: list[float] = []
        for question, wanted in questions:
            found = await retrieval.search(principal, project_id, question, overrides={**FIVE, **overrides})
            names = [result.document_name for result in found.results]
            period = any(_PERIOD.match(facet) for facet in question_facets(question).values)
            rows.append((names[:1] == [wanted], wanted in names, names.count(wanted) / 5, period))
            milliseconds.append(found.trace.milliseconds["total"])
        figures[name] = {"all": _shares(rows), "with a period": _shares([row for row in rows if row[3]])}
        figures[name]["milliseconds"] = percentiles(milliseconds)
    return figures


def _shares(rows: list[tuple[bool, bool, float, bool]]) -> dict[str, float]:
    first, among, share, _ = np.asarray(rows, float).mean(axis=0)
    return {"questions": len(rows), "first": round(first, 3), "in_five": round(among, 3), "share": round(share, 3)}


async def run(folder: Path) -> dict[str, Any]:
    with (folder / "qa.jsonl").open(encoding="utf-8") as lines:
        asked = [json.loads(line) for line in lines]
    questions = [(row["question"], row["docs"][0]) for row in asked if len(row["docs"]) == 1]
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as models, postgres() as server_url:
        embedder = MiniLmEmbedder(Path(models), threads=0)
        parser = LocalDocumentParser(processes=1)
        figures: dict[str, Any] = {}
        for in_context in (True, False):
            with new_database(server_url) as url:
                writer = ProjectWriter(url, model=embedder.model)
                user_id, project_id = writer.add_project(SETTINGS)
                for path in sorted((folder / "pdfs").glob("*.pdf")):
                    await read_and_store(
                        writer, project_id, path, parser=parser, embedder=embedder, in_context=in_context
                    )
                database = Database.connect(url, pool_size=2)
                retrieval = RetrievalService(database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: embedder}))
                principal = Principal(user_id, None, via="job")
                ending = "" if in_context else ", without context"
                figures[f"preferring{ending}"] = await ask(retrieval, principal, project_id, questions)
                writer.connection.execute("UPDATE documents SET facets = %s, period_end = NULL", ([],))
                writer.connection.execute("UPDATE documents SET created_at = %s", ("2000-01-01",))
                figures[f"without facets{ending}"] = await ask(retrieval, principal, project_id, questions)
                writer.close()
                await database.close()
        await parser.close()
    return {"machine": machine(), "embedding_model": embedder.model, **figures}


def print_table(console: Console, result: dict[str, Any]) -> None:
    for key, rows in result.items():
        if key in ("machine", "embedding_model"):
            continue
        table = Table(title=key.capitalize(), title_justify="left")
        for column in ("search", "questions", "first", "in the first 5", "share of the first 5", "p95 ms"):
            table.add_column(column, justify="left" if column == "search" else "right")
        for name, row in rows.items():
            for kind in ("all", "with a period"):
                shares = row[kind]
                table.add_row(
                    f"{name}, {kind}", str(shares["questions"]), f"{shares['first']:.2f}", f"{shares['in_five']:.2f}",
                    f"{shares['share']:.2f}", f"{row['milliseconds']['p95_ms']:.0f}",
                )  # fmt: skip
        console.print(table)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder with pdfs/ and qa.jsonl")
    arguments.add_argument("--json", type=Path, help="where the figures are written")
    given = arguments.parse_args()
    result = asyncio.run(run(given.data))
    print_table(Console(), result)
    save(result, given.json)


if __name__ == "__main__":
    main()
