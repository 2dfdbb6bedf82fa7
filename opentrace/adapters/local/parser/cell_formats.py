"""Which number formats the cells of an .xlsx workbook have: calamine gives their values only."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from opentrace.adapters.local.parser.number_formats import BUILT_IN
from opentrace.adapters.local.parser.office_archive import OfficeArchive
from opentrace.adapters.local.parser.ooxml import attribute, children, related_parts
from opentrace.ports.document_parser import ParseError

_WORKBOOK = "xl/workbook.xml"
# The start of a cell that has a style; a parser of XML takes five times as long to find them.
_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]{0,300}?\sr="([A-Z]{1,3})(\d{1,7})")[^>]{0,300}?\ss="(\d{1,5})"')

RowFormats = Mapping[int, str]
"""Codes of formats by the column of the cell, from 0."""


class CellFormats:
    """Formats of a workbook; one that is put together in another way than Excel's has none."""

    def __init__(self, archive: OfficeArchive) -> None:
        self._archive = archive
        self._codes: dict[bytes, str] = {}
        self._parts: dict[str, str] = {}
        try:
            self._read()
        except ParseError:  # calamine says what is broken, or reads it nevertheless
            self._codes.clear()

    def _read(self) -> None:
        related = related_parts(self._archive, _WORKBOOK)
        workbook = self._archive.read_xml(_WORKBOOK)
        for sheet in children(workbook, "sheets", "sheet"):
            _, part = related.get(attribute(sheet, "id") or "", ("", ""))
            self._parts[sheet.get("name") or ""] = part
        styles = next((part for kind, part in related.values() if kind == "styles"), None)
        root = self._archive.read_xml(styles) if styles is not None else None
        if root is None:
            return
        declared = {node.get("numFmtId"): node.get("formatCode") or "" for node in children(root, "numFmts", "numFmt")}
        for index, style in enumerate(children(root, "cellXfs", "xf")):
            number = style.get("numFmtId") or "0"
            code = declared.get(number) or (BUILT_IN.get(int(number)) if number.isdecimal() else None)
            if code and code != "General":
                self._codes[str(index).encode()] = code

    def rows(self, sheet: str) -> Iterator[tuple[int, RowFormats]]:
        """Rows with formats, by their numbers from 1, in the order of the file."""
        data = self._archive.read(self._parts.get(sheet, "")) if self._codes else None
        cells = (match.groups() for match in _CELL.finditer(data or b""))
        styled = ((number, column, style) for column, number, style in cells if style in self._codes)
        columns: dict[bytes, int] = {}
        for number, row in groupby(styled, key=lambda cell: cell[0]):
            formats: dict[int, str] = {}
            for _, column, style in row:
                at = columns.get(column)
                if at is None:
                    at = columns[column] = _column_number(column)
                formats[at] = self._codes[style]
            yield int(number), formats


def _column_number(letters: bytes) -> int:
    """From 0: A, B, …, Z, AA, AB."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
