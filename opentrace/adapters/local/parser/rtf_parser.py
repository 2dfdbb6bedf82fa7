"""Rich text (RTF): its text by striprtf, whose rows of cells become tables again."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from striprtf.striprtf import rtf_to_text

from opentrace.adapters.local.parser.cleaning import clean, one_line
from opentrace.adapters.local.parser.rtf_headings import MARK, mark_level, with_marked_headings
from opentrace.adapters.local.parser.table_html import TableCell, table_html, table_text, without_empty_rows
from opentrace.adapters.local.parser.text_parser import parse_text
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError

_MAX_HEADING_CHARS = 300
_ROW = re.compile(r"[^\n]*\|\s*")
_TITLE = re.compile(r"\{\\title\s+([^\\{}]{1,300})\}")


def parse_rtf(data: bytes) -> ParsedDocument:
    """Raises ParseError."""
    source = data.decode("latin-1")
    try:
        text = clean(rtf_to_text(with_marked_headings(source), encoding="cp1252", errors="replace"))
    except (ValueError, LookupError, IndexError) as error:
        raise ParseError(
            "document_corrupt",
            "This RTF document is damaged and cannot be opened. Save it anew from a word processor, and upload that.",
        ) from error
    elements = tuple(_elements(text))
    named = _TITLE.search(source)
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(elements, title=one_line(named.group(1)) if named else heading, facts={"format": "rtf"})


def _elements(text: str) -> Iterator[Element]:
    for kind, lines in groupby(text.split("\n"), key=_kind):
        if kind == "heading":
            yield from filter(None, map(_heading, lines))
        elif kind == "row":
            shown = (MARK.sub("", line).rstrip()[:-1] for line in lines)
            cells = [[TableCell(one_line(cell)) for cell in line.split("|")] for line in shown]
            rows = without_empty_rows(cells)
            if rows:
                yield Element("Table", table_text(rows), html=table_html(rows))
        else:
            # A paragraph of RTF is a line, whatever its length.
            yield from parse_text(MARK.sub("", "\n\n".join(lines)).encode()).elements


def _kind(line: str) -> Literal["row", "heading", "text"]:
    if _ROW.fullmatch(MARK.sub("", line)):
        return "row"
    return "heading" if MARK.search(line) and len(line) <= _MAX_HEADING_CHARS else "text"


def _heading(line: str) -> Element | None:
    mark = MARK.search(line)
    text = one_line(MARK.sub("", line))
    return Element("Title", text, level=mark_level(mark.group())) if mark is not None and text else None
