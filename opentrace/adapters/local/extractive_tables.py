"""Reads table rows out of a passage, so that a row can be quoted together with the headers of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import unescape

_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)(?=</?t[dhr]\b|$)", re.DOTALL | re.IGNORECASE)
_COLSPAN = re.compile(r"""colspan=["']?(\d+)""", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")
_VALUE = re.compile(r"^[-–—(]?\s*[$€£¥]?\s*[-–(]?\d[\d,.\s]*\)?\s*(?:%|[A-Za-z]{1,3})?\)?$|^[-–—]$")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_DELIMITER = re.compile(r"\s*\|\s*|\t+|\s{3,}")
_UNITS = frozenset("$€£¥%")
_NOTE = re.compile(r"\([^()]*\)")
_TOTAL = re.compile(r"total\b|sum(?:me)?\b", re.IGNORECASE)
MAX_COLUMNS = 60
MAX_SECTION_CHARS = 100
MAX_LABEL_CHARS = 40
"""A row of one longer text is prose in a table."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`cells` are pairs of column header (may be empty) and value; `label` says what the row is about.

    `section` is what stood over this row and those beside it.
    """

    label: str
    cells: tuple[tuple[str, str], ...]
    section: str = ""

    @property
    def text(self) -> str:
        """`section, label – header: value; header: value`, or without headers `label: value; value`."""
        values = "; ".join(f"{header}: {value}" if header else value for header, value in self.cells)
        if not self._name or not values:
            return self._name or values
        return f"{self._name} – {values}" if any(header for header, _ in self.cells) else f"{self._name}: {values}"

    @property
    def meaning(self) -> str:
        """What the row is about, for an embedding model: figures say nothing to it, and cost time."""
        words = [value for _, value in self.cells if not _VALUE.match(value)]
        headers = dict.fromkeys(header for header, _ in self.cells if header)
        return "; ".join([self._name, *words, *headers])

    @property
    def _name(self) -> str:
        told = self.section.lower() in self.label.lower()
        return self.label if told or not self.label else f"{self.section}, {self.label}"


Grid = list[list[str]]


def table_rows(html: str) -> list[TableRow | None]:
    """One entry per `<tr>`; None for headers and empty rows, which answer nothing by themselves."""
    rows = [_cells(match.group(1)) for match in _ROW.finditer(html)]
    header_rows = [all(tag == "th" for tag, _, _ in row) and bool(row) for row in rows]
    grid = [_expand(row) for row in rows]
    return _read(grid, header_rows)


def match_table(lines: Sequence[str], tables: Sequence[Sequence[TableRow | None]]) -> list[TableRow | None] | None:
    """The rows that the lines of a block are, or None where it is no table.

    HTML tables are recognised by their text; lines with `|`, tabs or wide gaps are read as they stand.
    """
    if len(lines) < 2 and not tables:
        return None
    for rows in tables:
        if len(rows) == len(lines) and _agree(lines, rows):
            return list(rows)
    grid = [_split(line) for line in lines]
    delimited = sum(len(cells) >= 2 for cells in grid)
    if len(lines) < 2 or delimited < max(2, 0.6 * len(lines)):
        return None
    # Wide gaps alone also align code with its comments; in a table they stand before figures.
    if any("|" in line or "\t" in line for line in lines) or 2 * sum(map(_has_values, grid)) >= len(grid):
        return _read(grid, [False] * len(grid))
    return None


def _agree(lines: Sequence[str], rows: Sequence[TableRow | None]) -> bool:
    checked = [(line, row) for line, row in zip(lines, rows, strict=True) if row is not None]
    return bool(checked) and all(_squeezed(row.label) in _squeezed(line) for line, row in checked)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _cells(row_html: str) -> list[tuple[str, int, str]]:
    cells: list[tuple[str, int, str]] = []
    for tag, attributes, inner in _CELL.findall(row_html):
        span = _COLSPAN.search(attributes)
        text = _SPACE.sub(" ", unescape(_TAG.sub(" ", inner))).strip()
        cells.append((tag.lower(), min(int(span.group(1)), MAX_COLUMNS) if span else 1, text))
    return cells


def _expand(row: list[tuple[str, int, str]]) -> list[str]:
    return [text for _, span, text in row for _ in range(span)][:MAX_COLUMNS]


def _split(line: str) -> list[str]:
    cells = [cell.strip() for cell in _DELIMITER.split(line.strip().strip("|"))]
    return [] if all(set(cell) <= set("-:= ") for cell in cells) else cells


def _read(grid: Grid, header_rows: list[bool]) -> list[TableRow | None]:
    """Leading rows of headers are read from the top down over their column; a row of one text heads those below it."""
    headers: Grid = []
    rows: list[TableRow | None] = []
    section = ""
    columns: list[str] = []
    in_header = True
    marked = any(header_rows)
    for cells, is_header in zip(grid, header_rows, strict=True):
        in_header = in_header and (is_header or (not marked and _looks_like_header(cells)))
        if in_header or is_header:
            headers.append(cells)
            columns = _column_headers(headers)
            rows.append(None)
        elif name := _section_name(cells):
            section = name
            rows.append(None)
        else:
            row = _row(cells, columns, section)
            if row is not None and _TOTAL.match(row.label):
                # It names itself, and ends its section.
                row, section = replace(row, section=""), ""
            rows.append(row)
    if any(rows) or len(grid) < 2:
        return rows
    # A table of words: only its first row is taken for a header.
    return [None, *(_row(cells, grid[0], "") for cells in grid[1:])]


def _section_name(cells: list[str]) -> str:
    texts = {cell for cell in cells if cell}
    if len(texts) != 1 or len(cells) < 2:
        return ""
    [text] = texts
    return text.rstrip(": ") if not _VALUE.match(text) and len(text) <= MAX_SECTION_CHARS else ""


def _column_headers(headers: Grid) -> list[str]:
    """The words over each column. A header that stands over the middle of its columns is given to all of them."""
    width = max(map(len, headers))
    parts: list[list[str]] = [[] for _ in range(width)]
    for index, row in enumerate(headers):
        cells = [_NOTE.sub("", cell).strip().rstrip(":") for cell in row] + [""] * (width - len(row))
        if index < len(headers) - 1:
            cells = _spread(cells)
        for column, cell in enumerate(cells):
            if cell and (not parts[column] or parts[column][-1] != cell):
                parts[column].append(cell)
    return [" ".join(words) for words in parts]


def _spread(cells: list[str]) -> list[str]:
    """`["", "", "A", "", "", "B", ""]` has two groups of three columns after the first one."""
    values = cells[1:]
    groups = [cell for index, cell in enumerate(values) if cell and (index == 0 or values[index - 1] != cell)]
    if not groups or cells[0] or all(values) or len(values) % len(groups):
        return cells
    width = len(values) // len(groups)
    spread = [groups[index // width] for index in range(len(values))]
    fits = all(not cell or cell == spread[index] for index, cell in enumerate(values))
    return ["", *spread] if fits else cells


def _has_values(cells: list[str]) -> bool:
    return any(_VALUE.match(cell) for cell in cells[1:])


def _looks_like_header(cells: list[str]) -> bool:
    values = [cell for cell in cells[1:] if cell and cell not in _UNITS]
    if not values:
        return not any(cells[1:])
    return not any(_VALUE.match(cell) and not _YEAR.match(cell) for cell in values)


def _row(cells: list[str], columns: Sequence[str], section: str) -> TableRow | None:
    filled = [(column, cell) for column, cell in enumerate(cells) if cell]
    if not filled:
        return None
    label_column, label = filled[0]
    if _VALUE.match(label) and not _YEAR.match(label):
        label, label_column = "", -1
    values: list[tuple[str, str]] = []
    unit = ""
    for column, cell in filled:
        if column == label_column or (values and cell == values[-1][1] and cells[column - 1] == cell):
            continue
        if cell in "$€£¥":
            unit = cell
        elif cell in {"%", ")", ")%"} and values:
            values[-1] = (values[-1][0], values[-1][1] + cell)
        else:
            header = columns[column] if column < len(columns) else ""
            values.append((header, (unit + cell).replace("$ ", "$")))
            unit = ""
    if not values and len(label) <= MAX_LABEL_CHARS:
        return None
    return TableRow(label, tuple(values), section)
