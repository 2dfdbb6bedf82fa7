"""Cuts the rows of a sheet into tables with their headers, and those into parts that are read on their own.

A part repeats the header, since a row of figures says nothing without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.table_html import TableCell, row_text, table_html
from opentrace.ports.document_parser import Element, ElementType, Location

# As much as one passage holds, with some room for what goes with it.
PART_CHARS = 2400
_MIN_HEADER_CELLS = 2
_MAX_HEADER_CHARS = 120


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number` counts from 1, as the program shows it. `texts` is what the cells show; empty cells have none.

    `has_values` is whether a cell holds a number, a date or a truth rather than a text.
    """

    number: int
    texts: tuple[str, ...]
    has_values: bool

    @property
    def filled(self) -> list[int]:
        return [at for at, text in enumerate(self.texts) if text]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`page` is its place among the sheets, from 1; `row_count` includes empty rows. A file of its own has no name."""

    name: str | None
    page: int
    row_count: int


@dataclass(slots=True)
class _Range:
    """Rows that belong together: lines of text above, the header, and the rows below it."""

    titles: list[SheetRow] = field(default_factory=list[SheetRow])
    header: SheetRow | None = None
    rows: list[SheetRow] = field(default_factory=list[SheetRow])


def sheet_elements(sheet: Sheet, rows: Sequence[SheetRow]) -> Iterator[Element]:
    """The sheet's name as a heading, and its ranges, which empty rows part."""
    if sheet.name is not None:
        yield Element("Title", sheet.name, page=sheet.page, level=1)
    header: SheetRow | None = None
    for found in _ranges(rows):
        for title in found.titles:
            text = row_text([TableCell(text) for text in title.texts])
            kind: ElementType = "FigureCaption" if found.rows else "NarrativeText"
            yield Element(kind, text, page=sheet.page, locations=(_location(sheet, title, 0, len(text)),))
        if found.header is None and found.rows and header is not None and _goes_on(header, found.rows[0]):
            found.header = header
        yield from _parts(sheet, found)
        header = found.header


def _ranges(rows: Sequence[SheetRow]) -> Iterator[_Range]:
    block: list[SheetRow] = []
    for row in rows:
        if block and row.number != block[-1].number + 1:
            yield _range(block)
            block = []
        block.append(row)
    if block:
        yield _range(block)


def _range(block: list[SheetRow]) -> _Range:
    """Rows of one cell above rows of several are titles; the first row of texts alone is the header."""
    if all(len(row.filled) <= 1 for row in block):
        return _Range(
            titles=[row for row in block if not row.has_values], rows=[row for row in block if row.has_values]
        )
    first = next(at for at, row in enumerate(block) if len(row.filled) > 1)
    titles, rest = block[:first], block[first:]
    if len(rest) > 1 and _is_header(rest[0], rest[1]):
        return _Range(titles, rest[0], rest[1:])
    return _Range(titles, None, rest)


def _is_header(row: SheetRow, below: SheetRow) -> bool:
    """Whether a row names columns: short texts, no two the same, and as many as the next row has cells, or more."""
    names = [row.texts[at] for at in row.filled]
    if row.has_values or len(names) < _MIN_HEADER_CELLS or len(set(names)) < len(names):
        return False
    return max(map(len, names)) <= _MAX_HEADER_CHARS and 2 * len(names) >= len(below.filled)


def _goes_on(header: SheetRow, row: SheetRow) -> bool:
    """Whether a row without a header of its own, behind an empty row, belongs to the columns above."""
    return row.has_values and set(row.filled) <= set(header.filled)


def _parts(sheet: Sheet, found: _Range) -> Iterator[Element]:
    header_chars = len(_text(found.header)) + 1 if found.header is not None else 0
    part: list[SheetRow] = []
    chars = header_chars
    for row in found.rows:
        length = len(_text(row)) + 1
        if part and chars + length > PART_CHARS:
            yield _table(sheet, found.header, part)
            part, chars = [], header_chars
        part.append(row)
        chars += length
    if part or found.header is not None:
        yield _table(sheet, found.header, part)


def _text(row: SheetRow) -> str:
    return row_text([TableCell(text) for text in row.texts])


def _table(sheet: Sheet, header: SheetRow | None, rows: Sequence[SheetRow]) -> Element:
    shown = [*([header] if header is not None else []), *rows]
    first = min(row.filled[0] for row in shown)
    last = max(row.filled[-1] for row in shown) + 1
    cells = [
        [TableCell(text, header=row is header) for text in (*row.texts[first:last], *[""] * (last - len(row.texts)))]
        for row in shown
    ]
    lines = [row_text(row) for row in cells]
    locations: list[Location] = []
    start = 0
    for row, line in zip(shown, lines, strict=True):
        locations.append(_location(sheet, row, start, start + len(line)))
        start += len(line) + 1
    return Element("Table", "\n".join(lines), page=sheet.page, html=table_html(cells), locations=tuple(locations))


def _location(sheet: Sheet, row: SheetRow, start: int, end: int) -> Location:
    """The whole width of a row, as if the sheet were one page."""
    top, bottom = (row.number - 1) / sheet.row_count, row.number / sheet.row_count
    return Location(sheet.page, 0.0, top, 1.0, min(bottom, 1.0), start, end, sheet=sheet.name, row=row.number)
