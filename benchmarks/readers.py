"""The readers of PDF that are compared, each behind the same small face. What is not installed is left out."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pypdfium2
from liteparse.parser import LiteParse
from liteparse.types import ParseError as LiteParseError

from opentrace.adapters.local.parser.pdf import parse_pdf
from opentrace.knowledge.ingestion.chunk import chunk_elements
from opentrace.ports.document_parser import ParseError, ParseLimits

MIN_CHARS = 200
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Reading:
    text: str
    tables: list[list[list[str]]] = field(default_factory=list[list[list[str]]])


@dataclass(frozen=True, slots=True)
class Reader:
    """`slow` ones are measured on fewer pages."""

    name: str
    read: Callable[[bytes], Reading]
    slow: bool = False
    has_tables: bool = True


def installed() -> list[Reader]:
    readers = [Reader("opentrace", _opentrace), Reader("liteparse", _liteparse, has_tables=False)]
    readers.append(Reader("liteparse blocks", _liteparse_blocks))
    if find_spec("pdfplumber") is not None:
        readers += [
            Reader("pdfplumber", _pdfplumber, slow=True),
            Reader("pdfplumber by text", _pdfplumber_by_text, slow=True),
        ]
    if find_spec("unstructured") is not None:
        readers.append(Reader("unstructured fast", _unstructured, slow=True, has_tables=False))
    if find_spec("docling") is not None:
        readers.append(Reader("docling", _docling, slow=True))
    return readers


def page_count(data: bytes) -> int:
    with pypdfium2.PdfDocument(data) as document:
        return len(document)


def is_digital(data: bytes) -> bool:
    """Whether it is whole and has some lines of text without any being recognised."""
    try:
        return min(len(_opentrace(data).text), len(_liteparse(data).text)) > MIN_CHARS
    except (ParseError, LiteParseError):
        return False


def first_pages(data: bytes, count: int) -> bytes:
    out = io.BytesIO()
    with pypdfium2.PdfDocument(data) as document, pypdfium2.PdfDocument.new() as beginning:
        beginning.import_pages(document, list(range(count)))
        beginning.save(out)
    return out.getvalue()


def pdfium_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def html_rows(table: str) -> list[list[str]]:
    return [[unescape(_TAG.sub("", cell)) for cell in _CELL.findall(row.group(1))] for row in _ROW.finditer(table)]


def _opentrace(data: bytes) -> Reading:
    """Parsed and cut into chunks, as ingestion does it."""
    document = parse_pdf(data, limits=ParseLimits(), on_page=lambda _done, _total: None)
    chunks = chunk_elements(document.elements, title=document.title)
    tables = [html_rows(element.html) for element in document.elements if element.html]
    return Reading("\n".join(chunk.text for chunk in chunks), tables)


def _liteparse(data: bytes) -> Reading:
    return Reading(LiteParse(ocr_enabled=False, quiet=True, image_mode="off").parse(data).text)


def _liteparse_blocks(data: bytes) -> Reading:
    result = LiteParse(
        ocr_enabled=False, quiet=True, image_mode="off", output_format="markdown", extract_blocks=True
    ).parse(data)
    tables: list[list[list[str]]] = []
    for block in (block for page in result.pages for block in page.blocks or []):
        if block.kind == "table":
            rows = [block.header or [], *(block.rows or [])]
            tables.append([[cell.text for cell in row] for row in rows])
    return Reading("\n".join(page.markdown for page in result.pages), tables)


def _pdfplumber(data: bytes) -> Reading:
    return _with_pdfplumber(data, {})


def _pdfplumber_by_text(data: bytes) -> Reading:
    return _with_pdfplumber(data, {"vertical_strategy": "text", "horizontal_strategy": "text"})


def _with_pdfplumber(data: bytes, settings: dict[str, str]) -> Reading:
    pdfplumber: Any = import_module("pdfplumber")
    texts: list[str] = []
    tables: list[list[list[str]]] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            texts.append(page.extract_text() or "")
            tables += [[[cell or "" for cell in row] for row in table] for table in page.extract_tables(settings)]
    return Reading("\n".join(texts), tables)


def _unstructured(data: bytes) -> Reading:
    title: Any = import_module("unstructured.chunking.title")
    pdf: Any = import_module("unstructured.partition.pdf")
    elements = pdf.partition_pdf(file=io.BytesIO(data), strategy="fast")
    chunks = title.chunk_by_title(elements, max_characters=3000, new_after_n_chars=2400, combine_text_under_n_chars=500)
    return Reading("\n".join(chunk.text for chunk in chunks))


def _docling(data: bytes) -> Reading:
    streams: Any = import_module("docling.datamodel.base_models")
    converter: Any = import_module("docling.document_converter")
    stream = streams.DocumentStream(name="file.pdf", stream=io.BytesIO(data))
    document = converter.DocumentConverter().convert(stream).document
    tables = [[[str(cell.text) for cell in row] for row in table.data.grid] for table in document.tables]
    return Reading(document.export_to_markdown(), tables)
