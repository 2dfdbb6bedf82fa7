"""How every file of a folder ends: read and cut into chunks, or failed with which code.

    python -m benchmarks.corpus --data FOLDER [--json FILE]

A MANIFEST.tsv in the folder (columns `path` and `kind`) says which files there are and of which kind; without one,
all files below the folder are taken, by their endings. Files are read one after another by one child process, so
pages/s are those of one process.
"""

import argparse
import asyncio
import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.detect import HEAD_BYTES
from opentrace.adapters.local.parser.media_types import PDF
from opentrace.adapters.local.parser.ocr.tesseract import Tesseract
from opentrace.knowledge.ingestion.chunk import chunk_elements
from opentrace.ports.document_parser import ParseError, ParseLimits

CRASHES = ("parse_timeout", "parse_out_of_memory", "parse_crashed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended. `outcome` is "completed" or the code of its failure; times are in seconds."""

    path: str
    kind: str
    size_bytes: int
    outcome: str
    detail: str = ""
    media_type: str | None = None
    pages: int = 0
    elements: int = 0
    tables: int = 0
    chars: int = 0
    chunks: int = 0
    largest_chunk: int = 0
    parse_s: float = 0.0
    chunk_s: float = 0.0
    peak_bytes: int = 0
    ocr_pages: int = 0


def corpus_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file with its kind."""
    manifest = folder / "MANIFEST.tsv"
    if manifest.exists():
        with manifest.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield folder / row["path"], row["kind"]
    else:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield path, path.suffix.lstrip(".").lower() or "none"


def head_and_size(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES), path.stat().st_size


async def read_file(parser: LocalDocumentParser, path: Path, kind: str, *, limits: ParseLimits) -> Outcome:
    head, size_bytes = head_and_size(path)
    ended = Outcome(path=str(path), kind=kind, size_bytes=size_bytes, outcome="completed")
    started = time.perf_counter()
    try:
        media_type = parser.detect(head, path=path, file_name=path.name)
        document = await parser.parse(path, media_type=media_type, limits=limits)
    except ParseError as error:
        return replace(ended, outcome=error.code, detail=error.detail, parse_s=time.perf_counter() - started)
    parsed = time.perf_counter()
    chunks = chunk_elements(document.elements, title=document.title)
    return replace(
        ended,
        media_type=media_type,
        pages=document.page_count or 0,
        elements=len(document.elements),
        tables=sum(1 for element in document.elements if element.type == "Table"),
        chars=sum(len(element.text) for element in document.elements),
        chunks=len(chunks),
        largest_chunk=max((len(chunk.content) for chunk in chunks), default=0),
        parse_s=parsed - started,
        chunk_s=time.perf_counter() - parsed,
        peak_bytes=parser.peak_bytes,
        ocr_pages=recognised if isinstance(recognised := document.facts.get("ocr_pages"), int) else 0,
    )


async def read_corpus(folder: Path, *, limits: ParseLimits) -> list[Outcome]:
    parser = LocalDocumentParser(processes=1, tesseract=Tesseract(languages="eng"))
    try:
        return [await read_file(parser, path, kind, limits=limits) for path, kind in corpus_files(folder)]
    finally:
        await parser.close()


def print_outcomes(outcomes: list[Outcome]) -> None:
    console = Console(soft_wrap=True)
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        by_kind[outcome.kind][outcome.outcome] += 1
    codes = sorted({outcome.outcome for outcome in outcomes}, key=lambda code: (code != "completed", code))
    table = Table(title="Files by kind and by how they ended")
    table.add_column("kind")
    for code in codes:
        table.add_column(code.removeprefix("document_").replace("_", " "), justify="right")
    table.add_column("files", justify="right")
    table.add_column("s", justify="right")
    table.add_column("slowest s", justify="right")
    for kind, counts in sorted(by_kind.items()):
        times = [outcome.parse_s for outcome in outcomes if outcome.kind == kind]
        shown = (str(counts.total()), f"{sum(times):.1f}", f"{max(times):.1f}")
        table.add_row(kind, *(str(counts[code] or "") for code in codes), *shown)
    total = Counter(outcome.outcome for outcome in outcomes)
    times = [outcome.parse_s for outcome in outcomes] or [0.0]
    shown = (str(len(outcomes)), f"{sum(times):.1f}", f"{max(times):.1f}")
    table.add_row("all", *(str(total[code]) for code in codes), *shown, style="bold")
    console.print(table)
    for outcome in outcomes:
        if outcome.outcome in CRASHES:
            console.print(f"{outcome.outcome}: {outcome.path}")
    console.print(*summary(outcomes), sep="\n")


def summary(outcomes: list[Outcome]) -> Iterator[str]:
    """Speed, sizes and memory, in sentences."""
    read = [outcome for outcome in outcomes if outcome.outcome == "completed" and outcome.media_type == PDF]
    for name, paged in (
        ("PDF", [outcome for outcome in read if not outcome.ocr_pages]),
        ("PDF with recognised pages", [outcome for outcome in read if outcome.ocr_pages]),
    ):
        pages, seconds = sum(outcome.pages for outcome in paged), sum(outcome.parse_s for outcome in paged)
        if pages:
            slowest = max(paged, key=lambda outcome: outcome.parse_s)
            yield f"{name}: {len(paged)} files, {pages} pages in {seconds:.2f} s, {pages / seconds:.1f} pages/s"
            yield f"Slowest of them: {slowest.parse_s:.2f} s for {slowest.pages} pages"
    chunks, chunk_s = sum(outcome.chunks for outcome in outcomes), sum(outcome.chunk_s for outcome in outcomes)
    largest = max((outcome.largest_chunk for outcome in outcomes), default=0)
    yield f"Chunks: {chunks} in {chunk_s:.2f} s, the largest of {largest} characters"
    yield f"Peak memory of a child: {max((outcome.peak_bytes for outcome in outcomes), default=0) / 1024**2:.0f} MB"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of documents")
    arguments.add_argument("--json", type=Path, help="file to write every outcome to")
    arguments.add_argument("--timeout", type=float, default=60.0, help="seconds for one file")
    given = arguments.parse_args()
    outcomes = asyncio.run(read_corpus(given.data, limits=ParseLimits(timeout_s=given.timeout)))
    print_outcomes(outcomes)
    save({"machine": machine(), "outcomes": [asdict(outcome) for outcome in outcomes]}, given.json)


if __name__ == "__main__":
    main()
