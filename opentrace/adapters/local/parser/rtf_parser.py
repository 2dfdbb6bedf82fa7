"""Rich text (RTF): its text by striprtf, whose rows of cells become tables again."""

import re
from collections.abc import Iterator
from itertools import groupby

from striprtf.striprtf import rtf_to_text

from opentrace.adapters.local.parser.cleaning import clean, one_line
from opentrace.adapters.local.parser.table_html import TableCell, table_html, table_text, without_empty_rows
from opentrace.adapters.local.parser.text_parser import parse_text
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError

_ROW = re.compile(r"[^\n]*\|\s*")
_TITLE = re.compile(r"\{\\title\s+([^\\{}]{1,300})\}")


def parse_rtf(data: bytes) -> ParsedDocument:
    """Raises ParseError."""
    source = data.decode("latin-1")
    try:
        text = clean(rtf_to_text(source, encoding="cp1252", errors="replace"))
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
    for is_rows, lines in groupby(text.split("\n"), key=lambda line: _ROW.fullmatch(line) is not None):
        if is_rows:
            cells = [[TableCell(one_line(cell)) for cell in line.rstrip()[:-1].split("|")] for line in lines]
            rows = without_empty_rows(cells)
            if rows:
                yield Element("Table", table_text(rows), html=table_html(rows))
        else:
            # A paragraph of RTF is a line, whatever its length.
            yield from parse_text("\n\n".join(lines).encode()).elements
