"""How well and how fast PDFs are read: words, their order, tables, and pages a second of one process.

    python -m benchmarks.parsing --data FOLDER [--json FILE] [--only speed|text|tables|long]

The folder holds `parser_corpus` and `sec10q/pdfs`; what they have no truth for is made by `generated_pdfs`. Beside
Opentrace stand bare liteparse and, where they are installed (benchmarks/yardsticks.txt), pdfplumber, Unstructured and
docling. Speed is pages per second of processor time, which other work on the machine does not change much.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import readers, scores
from benchmarks.generated_pdfs import long_pdf, prose_pdfs, table_pdfs, text_pdf
from benchmarks.machine import machine, save
from benchmarks.readers import Reader
from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.media_types import PDF
from opentrace.ports.document_parser import ParseLimits

SLOW_PAGES = 8
"""What a slow reader is given of each file to measure its speed, and the longest file whose text it is asked for."""
SLOW_FILES = 20
LONG_PAGES = 3150
"""Which the generator takes for about: 2,000 in the end."""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    data: bytes
    pages: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with parser_corpus and sec10q")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--only", choices=("speed", "text", "tables", "long"))
    parser.add_argument("--reader", action="append", help="only these readers")
    arguments = parser.parse_args()
    console = Console(width=150)
    known = [one for one in readers.installed() if not arguments.reader or one.name in arguments.reader]
    parts: dict[str, Callable[[Sequence[Reader], Path, Console], dict[str, Any]]] = {
        "speed": speed,
        "text": text,
        "tables": tables,
        "long": long,
    }
    figures: dict[str, Any] = {"machine": machine()}
    for name, measure in parts.items():
        if arguments.only in (None, name):
            figures[name] = measure(known, arguments.data, console)
    save(figures, arguments.json)


def speed(known: Sequence[Reader], data: Path, console: Console) -> dict[str, Any]:
    sets = {
        "filings": [_sample(path) for path in sorted((data / "sec10q/pdfs").glob("*.pdf"))],
        "corpus": _digital(data / "parser_corpus"),
        "generated, 100 pages": [Sample("long", made.data, made.pages) for made in (long_pdf(100),)],
    }
    table = _new_table("Pages a second of processor time, one process", "set", *(one.name for one in known))
    figures: dict[str, Any] = {}
    for name, samples in sets.items():
        row = figures[name] = {one.name: _pages_per_s(one, samples) for one in known}
        table.add_row(f"{name} ({sum(one.pages for one in samples)} pages)", *(_shown(value) for value in row.values()))
    console.print(table)
    return figures


def _pages_per_s(reader: Reader, samples: Sequence[Sample]) -> float | None:
    taken = [_beginning(one) for one in samples[:SLOW_FILES]] if reader.slow else samples
    if not reader.read(taken[0].data).text:
        return None  # Unstructured without its model reads nothing, and fast.
    # As in a parse process, which looks for cycles between documents only.
    gc.disable()
    pages, began = 0, time.process_time()
    for sample in taken:
        reader.read(sample.data)
        pages += sample.pages
    spent = time.process_time() - began
    gc.enable()
    return round(pages / spent, 1) if spent else None


def _beginning(sample: Sample) -> Sample:
    if sample.pages <= SLOW_PAGES:
        return sample
    return Sample(sample.name, readers.first_pages(sample.data, SLOW_PAGES), SLOW_PAGES)


def text(known: Sequence[Reader], data: Path, console: Console) -> dict[str, Any]:
    """Words against the truth: how many are there, and how many pairs of neighbours are neighbours."""
    made = (text_pdf(columns, seed=columns) for columns in (1, 2, 3))
    cases = [(truth.name, truth.data, "\n".join(truth.text)) for truth in made]
    folder = data / "parser_corpus"
    for path in sorted((folder / "groundtruth").rglob("*.*")):
        of = next(iter(folder.glob(f"files/{path.parent.name}/{path.stem}.pdf")), None)
        if of is not None:
            cases.append((f"{path.parent.name}/{path.stem[:24]}", of.read_bytes(), path.read_text(encoding="utf-8")))
    # PDFium's own characters, in the order of the file: all words, though not always as a person reads them.
    cases += [
        (f"{path.stem} (PDFium's words)", path.read_bytes(), readers.pdfium_text(path.read_bytes()))
        for path in sorted((data / "sec10q/pdfs").glob("*.pdf"))[:2]
    ]
    table = _new_table("Share of words found / of neighbours in order", "file", *(one.name for one in known))
    figures: dict[str, Any] = {}
    for name, content, wanted in cases:
        row: dict[str, Any] = {}
        for reader in known:
            pages = readers.page_count(content)
            if reader.slow and pages > SLOW_PAGES:
                continue
            row[reader.name] = scores.words_and_order(reader.read(content).text, wanted)
        figures[name] = row
        cells = ("{:.3f} / {:.3f}".format(*row[one.name]) if one.name in row else "" for one in known)
        table.add_row(name, *cells)
    console.print(table)
    return figures


def tables(known: Sequence[Reader], data: Path, console: Console) -> dict[str, Any]:  # noqa: ARG001 -- generated
    known = [one for one in known if one.has_tables]
    header = "Tables: rows exact of all / F1 of cells / tables found of all"
    table = _new_table(header, "kind", *(one.name for one in known))
    figures: dict[str, Any] = {}
    totals: dict[str, Counter[str]] = {one.name: Counter() for one in known}
    for truth in table_pdfs():
        row = figures[truth.name] = {
            one.name: scores.tables(one.read(truth.data).tables, truth.tables) for one in known
        }
        for name, score in row.items():
            group = "borderless" if "borderless" in truth.name else "ruled" if "ruled" in truth.name else "across"
            totals[name][f"{group} exact"] += score["exact"]
            totals[name][f"{group} rows"] += score["rows"]
        table.add_row(truth.name, *(_table_cell(row[one.name]) for one in known))
    for group in ("ruled", "borderless"):
        shown = [f"{totals[one.name][f'{group} exact']}/{totals[one.name][f'{group} rows']}" for one in known]
        table.add_row(f"all {group}", *shown, style="bold")
    for truth in prose_pdfs():
        figures[truth.name] = {one.name: len(one.read(truth.data).tables) for one in known}
        table.add_row(truth.name, *(f"{count} tables" for count in figures[truth.name].values()))
    console.print(table)
    return figures | {"totals": {name: dict(total) for name, total in totals.items()}}


def long(known: Sequence[Reader], data: Path, console: Console) -> dict[str, Any]:  # noqa: ARG001 -- Opentrace alone
    """A document of many pages through parse processes, as ingestion reads it: their number shows in the time only."""
    made = long_pdf(LONG_PAGES)
    table = _new_table(f"A document of {made.pages:,} pages", "processes", "seconds", "pages/s", "peak MB of a process")
    figures: dict[str, Any] = {"pages": made.pages}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        path.write_bytes(made.data)
        for processes in (1, 2):
            seconds, peak_mb = asyncio.run(_through_processes(path, processes))
            figures[str(processes)] = {"seconds": seconds, "peak_mb": peak_mb}
            table.add_row(str(processes), f"{seconds:.1f}", f"{made.pages / seconds:.0f}", str(peak_mb))
    console.print(table)
    return figures


async def _through_processes(path: Path, processes: int) -> tuple[float, int]:
    parser = LocalDocumentParser(processes=processes)
    try:
        began = time.perf_counter()
        await parser.parse(path, media_type=PDF, limits=ParseLimits(timeout_s=600))
        return round(time.perf_counter() - began, 2), parser.peak_bytes // 1024**2
    finally:
        await parser.close()


def _table_cell(score: dict[str, Any]) -> str:
    return f"{score['exact']}/{score['rows']} {score['f1']:.2f} {score['found']}/{score['tables']}"


def _digital(corpus: Path) -> list[Sample]:
    """The PDFs of a corpus that can be read without recognising text."""
    found: list[Sample] = []
    for path in sorted(corpus.glob("files/**/*.pdf")):
        content = path.read_bytes()
        if readers.is_digital(content):
            found.append(Sample(path.name, content, readers.page_count(content)))
    return found


def _sample(path: Path) -> Sample:
    content = path.read_bytes()
    return Sample(path.name, content, readers.page_count(content))


def _new_table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    main()
