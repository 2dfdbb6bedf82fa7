"""What becomes of files that are made to exhaust, fool or break their reader, or to make it call somebody.

    python -m benchmarks.hostile [--json FILE]

Every file is built here (most with the makers of the tests) and read as an upload is: its type by its content, then
its text, by one child process with 60 s and 1 GB. A server on loopback counts who calls it. It ends with an error where
a file ends otherwise than expected, takes more than its limits, or anybody called.
"""

import argparse
import asyncio
import io
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.detect import HEAD_BYTES
from opentrace.adapters.local.parser.ocr.tesseract import Tesseract
from opentrace.ports.document_parser import ParseError, ParseLimits
from tests.adapters.parser import archives, hostile_files
from tests.adapters.parser.hostile_files import docx_of, paragraph

MEGABYTE = 1024 * 1024
LIMITS = ParseLimits(timeout_s=60.0, memory_bytes=1024 * MEGABYTE)
READ = "completed"
UNSUPPORTED, CORRUPT, TOO_LARGE = "document_type_unsupported", "document_corrupt", "document_too_large"
EMPTY, NO_MEMORY, NO_TIME = "document_empty", "parse_out_of_memory", "parse_timeout"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@dataclass(frozen=True, slots=True)
class Recipe:
    """`expected` are the outcomes that are right; `make` is told the address of the server that nobody may call."""

    name: str
    file_name: str
    expected: tuple[str, ...]
    make: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    outcome: str
    right: bool
    seconds: float
    peak_bytes: int
    calls: int


def external(kind: str, url: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY x {kind} "{url}">]>'


def zip_of(members: dict[str, bytes], *, symlink: str = "") -> bytes:
    out = io.BytesIO(docx_of(paragraph("Some text.")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            about = zipfile.ZipInfo(name)
            about.external_attr = (0o120777 << 16) if name == symlink else 0
            archive.writestr(about, content)
    return out.getvalue()


def plain_zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_template(url: str) -> bytes:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    relations = f'<Relationships><Relationship Id="r" Type="{relation}" Target="{url}" TargetMode="External"/>'
    return docx_of(
        paragraph("Some text."), members=[("word/_rels/settings.xml.rels", f"{relations}</Relationships>".encode())]
    )


def tiff_loop(pages: int) -> bytes:
    """Directories of a one-pixel image, the last of which names the first as the next."""
    data = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    tags = [
        (256, 4, 1, 1),
        (257, 4, 1, 1),
        (258, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, 1, 0),
        (278, 4, 1, 1),
        (279, 4, 1, 1),
    ]
    size = 2 + 12 * len(tags) + 4
    for page in range(pages):
        following = 8 if page == pages - 1 else 8 + size * (page + 1)
        data += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
        data += struct.pack("<I", following)
    return bytes(data)


def nested_mail(depth: int) -> bytes:
    data = b"Subject: innermost\n\ntext"
    for level in range(depth):
        data = b"Subject: %d\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" % level + data
    return b"From: a@example.com\nTo: b@example.com\n" + data


def script_page(url: str) -> bytes:
    action = f"<< /S /JavaScript /JS (app.launchURL\\('{url}'\\)) >>".encode()
    return hostile_files.text_page().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction " + action)


def object_stream_loop() -> bytes:
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Extends 4 0 R /Length 6 >>\nstream\n9 0 << >>\nendstream"
    return hostile_files.pdf_of(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [3 0 R] /Count 1 >>", b"9 0 R", stream]
    )


def remote_page(url: str) -> bytes:
    return (
        f"<!doctype html><base href='{url}'><meta http-equiv=refresh content='0;url={url}'>"
        f"<iframe src='{url}'></iframe>"
        f"<link rel=stylesheet href='{url}'><img src='{url}'><script src='{url}'></script><p>Some text.</p>"
    ).encode()


def svg(url: str) -> bytes:
    inner = (
        f'<script href="{url}"/><image href="{url}"/><foreignObject><iframe src="file:///etc/passwd"/></foreignObject>'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'.encode()


def far_cell() -> bytes:
    rows = archives.sheet_row(1, "a", "b") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return archives.workbook(("A", rows))


RECIPES: tuple[Recipe, ...] = (
    Recipe("zip bomb, flat", "a.zip", (UNSUPPORTED,), lambda _: plain_zip({"a": bytes(50 * MEGABYTE)})),
    Recipe(
        "zip bomb, overlapping entries",
        "a.docx",
        (TOO_LARGE,),
        lambda _: hostile_files.overlapping_zip(docx_of(paragraph("x")), copies=500),
    ),
    Recipe(
        "archive in an archive", "a.zip", (UNSUPPORTED,), lambda _: plain_zip({"a.zip": plain_zip({"a.zip": b"PK"})})
    ),
    Recipe("gzip quine", "a.gz", (UNSUPPORTED,), lambda _: b"\x1f\x8b\x08\x08" + bytes(200)),
    Recipe("names that climb out of the archive", "a.docx", (READ,), lambda _: zip_of({"../../../tmp/climbed": b"x"})),
    Recipe("a link in the archive", "a.docx", (READ,), lambda _: zip_of({"link": b"/etc/passwd"}, symlink="link")),
    Recipe("docx billion laughs", "a.docx", (CORRUPT,), lambda _: docx_of(paragraph("&b;"), document_type=ENTITIES)),
    Recipe(
        "docx, entity of a file",
        "a.docx",
        (CORRUPT,),
        lambda _: docx_of(paragraph("&x;"), document_type=external("SYSTEM", "file:///etc/passwd")),
    ),
    Recipe(
        "docx, entity of an address",
        "a.docx",
        (CORRUPT,),
        lambda url: docx_of(paragraph("&x;"), document_type=external("SYSTEM", url)),
    ),
    Recipe("docx, template from elsewhere", "a.docx", (READ,), with_template),
    Recipe("docx zip bomb", "a.docx", (TOO_LARGE,), lambda _: docx_of(" " * (400 * MEGABYTE) + paragraph("x"))),
    Recipe(
        "xlsx, entities in its strings",
        "a.xlsx",
        (CORRUPT,),
        lambda _: archives.workbook(("A", archives.sheet_row(1, "a")), shared_strings=f"{ENTITIES}<sst/>"),
    ),
    Recipe("xlsx, a cell in the last row and column", "a.xlsx", (TOO_LARGE, NO_MEMORY), lambda _: far_cell()),
    Recipe("csv, formulas in cells", "a.csv", (READ,), lambda _: b"a,b\n=cmd|' /C calc'!A0,+1\n-2,@SUM(1)\n"),
    Recipe("pdf, page tree loop", "a.pdf", (READ, CORRUPT), lambda _: hostile_files.page_loop_pdf()),
    Recipe("pdf, huge count of pages", "a.pdf", (READ,), lambda _: hostile_files.text_page(count=b"2147483647")),
    Recipe("pdf, flate bomb", "a.pdf", (NO_MEMORY, TOO_LARGE), lambda _: hostile_files.flate_bomb_pdf(2048)),
    Recipe(
        "pdf, operator bomb", "a.pdf", (READ, NO_TIME, NO_MEMORY), lambda _: hostile_files.operator_bomb_pdf(1_000_000)
    ),
    Recipe(
        "pdf, a page of a million points",
        "a.pdf",
        (EMPTY, READ),
        lambda _: hostile_files.page_pdf(b"0 0 900000 900000 re f", media_box=b"[0 0 1000000 1000000]"),
    ),
    Recipe("pdf, script and action at opening", "a.pdf", (READ,), script_page),
    Recipe("pdf, object stream that extends itself", "a.pdf", (EMPTY, CORRUPT), lambda _: object_stream_loop()),
    Recipe("pdf header inside of a page", "a.pdf", (READ,), lambda _: b"<!doctype html><p>Some text.</p>%PDF-1.7"),
    Recipe("pdf header behind a zip", "a.pdf", (UNSUPPORTED,), lambda _: plain_zip({"a": bytes(900)}) + b"%PDF-1.7"),
    Recipe("svg with script, pictures and pages", "a.svg", (UNSUPPORTED,), svg),
    Recipe("html that loads from elsewhere", "a.html", (READ,), remote_page),
    Recipe("html, deep", "a.html", (TOO_LARGE, READ), lambda _: b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000),
    Recipe(
        "xml, deep",
        "a.docx",
        (CORRUPT, TOO_LARGE),
        lambda _: docx_of("<w:sdt>" * 100_000 + paragraph("x") + "</w:sdt>" * 100_000),
    ),
    Recipe(
        "png of 65,535 × 65,535 pixels", "a.png", (TOO_LARGE,), lambda _: hostile_files.png_claiming(65_535, 65_535)
    ),
    Recipe("tiff, 10,000 pages in a ring", "a.tiff", (TOO_LARGE, CORRUPT, EMPTY), lambda _: tiff_loop(10_000)),
    Recipe("mail in a mail, 200 levels", "a.eml", (READ, TOO_LARGE), lambda _: nested_mail(200)),
    Recipe("html in UTF-7", "a.html", (READ,), lambda _: b"<meta charset=utf-7><p>+ADw-script+AD4-</p>"),
    Recipe("html in UTF-16", "a.txt", (READ,), lambda _: "<html><p>Some text.</p>".encode("utf-16")),
    Recipe("test string of virus scanners", "a.txt", (READ,), lambda _: b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE, as text"),
)


class Listener:
    """A server that answers nobody and counts who called."""

    def __init__(self) -> None:
        self.calls = 0

    async def called(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()


async def run(recipe: Recipe, parser: LocalDocumentParser, url: str, listener: Listener, folder: Path) -> Outcome:
    path = folder / "file"
    path.write_bytes(recipe.make(url))
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    calls, began = listener.calls, time.perf_counter()
    try:
        media_type = parser.detect(head, path=path, file_name=recipe.file_name)
        await parser.parse(path, media_type=media_type, limits=LIMITS)
        ended = READ
    except ParseError as error:
        ended = error.code
    seconds, called = time.perf_counter() - began, listener.calls - calls
    right = ended in recipe.expected and called == 0 and seconds < LIMITS.timeout_s + 10
    return Outcome(recipe.name, ended, right, round(seconds, 2), parser.peak_bytes, called)


async def run_all() -> list[Outcome]:
    parser = LocalDocumentParser(processes=1, tesseract=Tesseract(languages="eng"))
    listener = Listener()
    server = await asyncio.start_server(listener.called, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    try:
        with TemporaryDirectory() as folder:
            return [await run(recipe, parser, url, listener, Path(folder)) for recipe in RECIPES]
    finally:
        await parser.close()
        server.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", type=Path, help="file to write every outcome to")
    given = arguments.parse_args()
    outcomes = asyncio.run(run_all())
    table = Table(title="Hostile files")
    for column in ("file", "ended", "s", "calls", ""):
        table.add_column(column, justify="right" if column in ("s", "calls") else "left")
    for outcome in outcomes:
        mark = "" if outcome.right else "WRONG"
        table.add_row(outcome.name, outcome.outcome, f"{outcome.seconds:.2f}", str(outcome.calls), mark)
    console = Console(width=120)
    console.print(table)
    console.print(f"{sum(outcome.right for outcome in outcomes)} of {len(outcomes)} ended as they should.")
    save({"machine": machine(), "outcomes": [asdict(outcome) for outcome in outcomes]}, given.json)
    sys.exit(0 if all(outcome.right for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
