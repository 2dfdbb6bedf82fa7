"""Reads table rows out of a passage, so that a row can be quoted together with the headers of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
MAX_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class TableRow:
    """`cells` are pairs of column header (may be empty) and value; `label` says what the row is about."""

    label: str
    cells: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """`label – header: value; header: value`, or without headers `label: value; value`."""
        values = "; ".join(f"{header}: {value}" if header else value for header, value in self.cells)
        if not self.label or not values:
            return self.label or values
        return f"{self.label} – {values}" if any(header for header, _ in self.cells) else f"{self.label}: {values}"


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
    if len(lines) >= 2 and delimited >= max(2, 0.6 * len(lines)):
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
    """Leading rows without values are headers, read from the top down over their column."""
    columns: dict[int, list[str]] = {}
    rows: list[TableRow | None] = []
    in_header = True
    for cells, is_header in zip(grid, header_rows, strict=True):
        in_header = in_header and (is_header or _looks_like_header(cells))
        if in_header or is_header:
            _add_header(columns, cells)
            rows.append(None)
        else:
            rows.append(_row(cells, columns))
    if any(rows) or len(grid) < 2:
        return rows
    # A table of words: only its first row is taken for a header.
    columns = {column: [cell] for column, cell in enumerate(grid[0])}
    return [None, *(_row(cells, columns) for cells in grid[1:])]


def _looks_like_header(cells: list[str]) -> bool:
    values = [cell for cell in cells[1:] if cell and cell not in _UNITS]
    if not values:
        return not any(cells[1:])
    return not any(_VALUE.match(cell) and not _YEAR.match(cell) for cell in values)


def _add_header(columns: dict[int, list[str]], cells: list[str]) -> None:
    for column, cell in enumerate(cells):
        words = columns.setdefault(column, [])
        if cell and (not words or words[-1] != cell):
            words.append(cell)


def _row(cells: list[str], columns: dict[int, list[str]]) -> TableRow | None:
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
            values.append(
                (
                    " ".join(columns.get(column, [])) if label_column >= 0 or columns else "",
                    (unit + cell).replace("$ ", "$"),
                )
            )
            unit = ""
    if not values:
        return TableRow(label, ()) if len(label) > 40 else None
    return TableRow(label, tuple(values))
