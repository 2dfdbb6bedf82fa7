"""What a table is made of, and what tells its values from text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.pdf.layout import Line, Word
from opentrace.adapters.local.parser.table_html import TableCell

_VALUE = re.compile(
    r"[($€£¥₹₩\s]*[-+–—−]?\s*(?:\d[\d,.\s]*|[—–-])\s*(?:[%)x×\s]|bps|pts)*(?:\s*\(\d\))?|N/?A|n/?a|NM|\*+|[☐☒☑✓✗]"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
MAX_PROSE_CHARS = 60


@dataclass
class Column:
    """Where cells stand, how many were seen there, and how many of those are values."""

    x0: float
    x1: float
    cells: int = 1
    values: int = 0

    def overlap(self, line: Line) -> float:
        # Plain comparisons: every part of every row is held against every column, and calls cost.
        right = self.x1 if self.x1 < line.x1 else line.x1
        return right - (self.x0 if self.x0 > line.x0 else line.x0)

    def holds(self, line: Line, share: float = 0.2) -> bool:
        """Whether a part of a row stands in (or over) the column, and does not only reach into it."""
        own, other = self.x1 - self.x0, line.x1 - line.x0
        return self.overlap(line) >= share * (own if own < other else other)


@dataclass
class TableRow:
    """`cells` by the column they begin in; `line` is all that stands in the row."""

    line: Line
    cells: list[tuple[int, TableCell]] = field(default_factory=list[tuple[int, TableCell]])
    header: bool = False


@dataclass
class Table:
    """`bounds` is where each column begins and ends."""

    rows: list[TableRow]
    columns: int
    bounds: list[tuple[float, float]]

    @property
    def words(self) -> list[Word]:
        return [word for row in self.rows for word in row.line.words]

    def cell_rows(self) -> list[list[TableCell]]:
        """The cells of each row, with empty ones where a column has none and no cell of a row above spans it."""
        spanned: dict[int, int] = {}
        return [self._filled(row, spanned) for row in self.rows]

    def _filled(self, row: TableRow, spanned: dict[int, int]) -> list[TableCell]:
        """`spanned` are the rows, by column, that a cell from above still covers."""
        cells = dict(row.cells)
        line: list[TableCell] = []
        column = 0
        while column < self.columns:
            cell = cells.get(column)
            if cell is None and spanned.get(column, 0) > 0:
                spanned[column] -= 1
                column += 1
                continue
            cell = cell or TableCell("")
            line.append(TableCell(cell.text, cell.colspan, cell.rowspan, row.header))
            for at in range(column, column + cell.colspan):
                spanned[at] = cell.rowspan - 1
            column += cell.colspan
        return line


def is_value(line: Line) -> bool:
    return is_value_text(line.text)


def is_value_text(text: str) -> bool:
    return _VALUE.fullmatch(text) is not None


def is_year(line: Line) -> bool:
    return _YEAR.fullmatch(line.text) is not None


def is_data(row: Line) -> bool:
    """A label and values, or several values."""
    segments = row.segments
    return len(segments) > 1 and any(is_value(segment) for segment in segments[1:])


def is_prose(lines: Sequence[Line], values: Sequence[Line]) -> bool:
    """Whether lines are running text: long, with no gaps of columns, and no `values` of the page beside them."""
    whole = sum(1 for line in lines if len(line.segments) == 1)
    chars = sum(len(line.text) for line in lines) / len(lines)
    if len(lines) == 1:
        text = lines[0].text
        return whole == 1 and (chars > 2 * MAX_PROSE_CHARS or (chars >= MAX_PROSE_CHARS and text[-1] in ".!?"))
    if whole < 0.8 * len(lines) or chars < 25:
        return False
    beside = sum(
        1 for line in lines if any(line.y0 < value.middle < line.y1 and value.x0 > line.x1 for value in values)
    )
    return beside < 0.5 * len(lines)
