"""Spreadsheets by calamine, which reads values and not formulas, and files of separated values."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from opentrace.adapters.local.parser.cell_formats import CellFormats, RowFormats
from opentrace.adapters.local.parser.charset import decode
from opentrace.adapters.local.parser.cleaning import clean, one_line
from opentrace.adapters.local.parser.number_formats import shown_moment, shown_number
from opentrace.adapters.local.parser.office_archive import OfficeArchive
from opentrace.adapters.local.parser.spreadsheet_rows import Sheet, SheetRow, sheet_elements
from opentrace.ports.document_parser import Element, Finding, ParsedDocument, ParseError, ParseLimits

_KIND = "spreadsheet"
# Cells, empty ones too, of a sheet: what calamine lays out as a grid.
MAX_CELLS = 20_000_000
_MAX_FIELD_CHARS = 16 * 1024 * 1024
_DELIMITERS = ",;\t|"
_SNIFFED_CHARS = 64 * 1024
_SNIFFED_ROWS = 200
_NO_MORE: tuple[int, RowFormats] = (1 << 62, {})
_ERRORS = (CalamineError, OSError, ValueError)
_NUMBER = re.compile(r"[-+]?[$€£¥]?\s?(?:\d{1,3}(?:[,. ']\d{3})+|\d+)(?:[.,]\d+)?\s?[%€]?")


def parse_workbook(data: bytes, *, limits: ParseLimits) -> ParsedDocument:
    """Pages are the sheets that are shown. Raises ParseError."""
    formats: CellFormats | None = None
    if data.startswith(b"PK"):
        archive = OfficeArchive(data, kind=_KIND)
        archive.check_members()
        formats = CellFormats(archive)
    elements: list[Element] = []
    hidden: list[str] = []
    page = 0
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            if about.visible != SheetVisibleEnum.Visible:
                hidden.append(about.name)
                continue
            page += 1
            shown = formats.rows(about.name) if formats is not None else iter(())
            elements += _sheet(workbook, about.name, page, shown)
    except PasswordError as error:
        raise ParseError(
            "document_encrypted",
            "This workbook is protected by a password. Save a copy without the password, and upload that.",
        ) from error
    except _ERRORS as error:
        raise ParseError(
            "document_corrupt",
            "This workbook is damaged and cannot be opened. Save it anew from the program that made it, and upload "
            "that.",
        ) from error
    if page > limits.max_pages:
        raise ParseError(
            "document_too_large", f"The workbook has {page:,} sheets; at most {limits.max_pages:,} are taken. Split it."
        )
    if not any(element.type == "Table" for element in elements) and len(elements) <= page:
        elements = []
    return ParsedDocument(
        tuple(elements),
        page_count=page,
        facts={"format": _KIND, "sheets": page},
        findings=(_left_out(hidden),) if hidden else (),
    )


def _sheet(
    workbook: CalamineWorkbook, name: str, page: int, formats: Iterator[tuple[int, RowFormats]]
) -> Iterator[Element]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise ParseError(
            "document_too_large",
            f"A sheet reaches over {sheet.total_height:,} rows and {sheet.total_width:,} columns. Delete the cells far "
            "from its data, or split it.",
        )
    # The rows come from the first of the sheet, their cells from the first column that has any.
    _, first_column = sheet.start or (0, 0)
    rows = list(_rows(enumerate(sheet.iter_rows(), start=1), formats, first_column=first_column))
    if rows:
        about = Sheet(one_line(name) or f"Sheet {page}", page, rows[-1].number)
        yield from sheet_elements(about, rows)


def _rows(
    numbered: Iterable[tuple[int, list[Any]]], formats: Iterator[tuple[int, RowFormats]], *, first_column: int
) -> Iterator[SheetRow]:
    """Those that show something. `formats` are in the order of the rows, or the rest of them is not known."""
    at, codes = next(formats, _NO_MORE)
    for number, cells in numbered:
        while at < number:
            at, codes = next(formats, _NO_MORE)
        if at == number:
            texts = tuple(_formatted(cell, codes.get(column)) for column, cell in enumerate(cells, start=first_column))
        else:
            texts = tuple(_shown(cell) for cell in cells)
        if any(texts):
            values = any(cell != "" and not isinstance(cell, str) for cell in cells)
            yield SheetRow(number, texts, values)


def _formatted(cell: object, code: str | None) -> str:
    if code is None or isinstance(cell, str | bool):
        return _shown(cell)
    match cell:
        case int() | float():
            text = shown_number(cell, code)
        case date() | time() | timedelta():
            text = shown_moment(cell, code)
        case _:
            text = None
    return _shown(cell) if text is None else one_line(text)


def _shown(cell: object) -> str:
    match cell:
        case str():
            return one_line(cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def _left_out(sheets: list[str]) -> Finding:
    one = len(sheets) == 1
    return Finding(
        code="content_left_out",
        severity="info",
        message=f"{'1 hidden sheet was' if one else f'{len(sheets):,} hidden sheets were'} left out.",
        action="Show them in the program that made the file if they are to be searched, and upload it again.",
        count=len(sheets),
    )


def parse_separated(data: bytes) -> ParsedDocument:
    """One sheet; rows are those of the file. The delimiter is found, and so is the encoding."""
    text = clean(decode(data))
    delimiter = _delimiter(text[:_SNIFFED_CHARS])
    csv.field_size_limit(_MAX_FIELD_CHARS)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ParseError(
            "document_corrupt",
            "This file is not made of rows with separated values. Save it anew from the program that made it.",
        ) from error
    rows: list[SheetRow] = []
    for number, row in enumerate(cells, start=1):
        texts = tuple(one_line(cell) for cell in row)
        if any(texts):
            rows.append(SheetRow(number, texts, any(_NUMBER.fullmatch(text) for text in texts)))
    elements = tuple(sheet_elements(Sheet(None, 1, len(cells)), rows)) if rows else ()
    return ParsedDocument(elements, page_count=1, facts={"format": "csv", "rows": len(rows)})


def _delimiter(text: str) -> str:
    """The sign that parts most rows into the same number of cells, of at least two."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows[:_SNIFFED_ROWS]]
        usual = max(set(widths), key=widths.count) if widths else 1
        score = widths.count(usual) / len(widths) * min(usual, 10) if usual > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best
