"""Rows of a table element, so that a table which does not fit into one chunk is cut between them."""

import re
from dataclasses import dataclass, replace

from opentrace.ports.document_parser import Element

_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[dh])((?: (?:col|row)span=\"\d+\")*)>(.*?)</t[dh]>", re.DOTALL)
_SPAN = re.compile(r'(col|row)span="(\d+)"')


@dataclass(frozen=True, slots=True)
class Cell:
    """`tag` is td or th; `html` is what stands between its tags."""

    tag: str
    html: str
    colspan: int = 1
    rowspan: int = 1

    def to_html(self) -> str:
        colspan = f' colspan="{self.colspan}"' if self.colspan > 1 else ""
        rowspan = f' rowspan="{self.rowspan}"' if self.rowspan > 1 else ""
        return f"<{self.tag}{colspan}{rowspan}>{self.html}</{self.tag}>"


@dataclass(frozen=True, slots=True)
class Row:
    """`start` and `end` delimit the row's line in the text of its element."""

    cells: tuple[Cell, ...]
    start: int
    end: int

    @property
    def is_header(self) -> bool:
        return bool(self.cells) and all(cell.tag == "th" for cell in self.cells)


def table_rows(table: Element) -> list[Row]:
    """The rows of a table, by the lines of its text; each has the cells of the same row of its HTML.

    Where text and HTML do not have the same number of rows, the lines are the rows and have no cells.
    """
    html_rows = [
        tuple(_cell(match) for match in _CELL.finditer(row.group(1))) for row in _ROW.finditer(table.html or "")
    ]
    lines = table.text.split("\n")
    if len(html_rows) != len(lines):
        html_rows = [()] * len(lines)
    rows: list[Row] = []
    start = 0
    for line, cells in zip(lines, html_rows, strict=True):
        rows.append(Row(cells=cells, start=start, end=start + len(line)))
        start += len(line) + 1
    return rows


def _cell(match: re.Match[str]) -> Cell:
    spans = {name: max(1, int(value)) for name, value in _SPAN.findall(match.group(2))}
    return Cell(tag=match.group(1), html=match.group(3), colspan=spans.get("col", 1), rowspan=spans.get("row", 1))


def leading_header(rows: list[Row]) -> list[Row]:
    """The header rows at the top, which every part of a table repeats; none where all rows are headers."""
    count = 0
    while count < len(rows) and rows[count].is_header:
        count += 1
    return rows[:count] if count < len(rows) else []


def rows_to_html(rows: list[Row], *, first: int, last: int, header: list[Row]) -> str:
    """The `<table>` of rows `first` to `last` (not included) below `header`.

    A cell that spans into the part from above stands in its first row again; spans end where the part ends.
    """
    grid = _carried(rows, first)
    body = rows[first:last]
    parts = [_row_html(row.cells, rows_left=len(header) - index) for index, row in enumerate(header)]
    for index, row in enumerate(body):
        cells = _with_carried(row.cells, grid) if index == 0 else row.cells
        parts.append(_row_html(cells, rows_left=len(body) - index))
    return f"<table>{''.join(parts)}</table>"


def _row_html(cells: tuple[Cell, ...], *, rows_left: int) -> str:
    kept = (cell if cell.rowspan <= rows_left else replace(cell, rowspan=rows_left) for cell in cells)
    return f"<tr>{''.join(cell.to_html() for cell in kept)}</tr>"


def _carried(rows: list[Row], first: int) -> dict[int, Cell]:
    """Cells of earlier rows that reach into row `first`, by their column, with the rows they still span."""
    pending: dict[int, tuple[Cell, int]] = {}
    for row in rows[:first]:
        taken = {column for at, (cell, _) in pending.items() for column in range(at, at + cell.colspan)}
        following = {at: (cell, left - 1) for at, (cell, left) in pending.items() if left > 1}
        column = 0
        for cell in row.cells:
            while column in taken:
                column += 1
            if cell.rowspan > 1:
                following[column] = (cell, cell.rowspan - 1)
            column += cell.colspan
        pending = following
    return {at: replace(cell, rowspan=left) for at, (cell, left) in pending.items()}


def _with_carried(cells: tuple[Cell, ...], carried: dict[int, Cell]) -> tuple[Cell, ...]:
    row: list[Cell] = []
    column = 0
    remaining = dict(carried)
    for cell in cells:
        while column in remaining:
            above = remaining.pop(column)
            row.append(above)
            column += above.colspan
        row.append(cell)
        column += cell.colspan
    row.extend(remaining[at] for at in sorted(remaining))
    return tuple(row)
