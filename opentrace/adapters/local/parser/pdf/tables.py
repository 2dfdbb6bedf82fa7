"""Finds tables by how their words line up, since most tables have no rules, and builds their cells.

A row of data has a label and values, or several values; the columns are where the values of all rows stand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.pdf.layout import Line, Word
from opentrace.adapters.local.parser.table_html import TableCell

_VALUE = re.compile(
    r"[($€£¥₹₩\s]*[-+–—−]?\s*(?:\d[\d,.\s]*|[—–-])\s*(?:[%)x×\s]|bps|pts)*(?:\s*\(\d\))?|N/?A|n/?a|NM|\*+|[☐☒☑✓✗]"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_CELL_CHARS = 80
_MAX_PROSE_CHARS = 60
_MAX_ROW_GAP = 3.0
_MIN_DATA_ROWS = 2


@dataclass
class Column:
    """Where cells stand, and how many were seen there."""

    x0: float
    x1: float
    cells: int = 1

    def overlap(self, line: Line) -> float:
        return min(self.x1, line.x1) - max(self.x0, line.x0)

    def holds(self, line: Line, share: float = 0.2) -> bool:
        """Whether a part of a row stands in (or over) the column, and does not only reach into it."""
        return self.overlap(line) >= share * min(self.x1 - self.x0, line.x1 - line.x0)


@dataclass
class TableRow:
    """`cells` by the column they begin in; `line` is all that stands in the row."""

    line: Line
    cells: list[tuple[int, TableCell]] = field(default_factory=list[tuple[int, TableCell]])
    header: bool = False


@dataclass
class Table:
    rows: list[TableRow]
    columns: int

    @property
    def words(self) -> list[Word]:
        return [word for row in self.rows for word in row.line.words]

    def cell_rows(self) -> list[list[TableCell]]:
        """The cells of each row, with empty ones where a column has none."""
        return [self._filled(row) for row in self.rows]

    def _filled(self, row: TableRow) -> list[TableCell]:
        line: list[TableCell] = []
        at = 0
        for column, cell in row.cells:
            line += [TableCell("", header=row.header)] * (column - at)
            line.append(TableCell(cell.text, cell.colspan, cell.rowspan, row.header))
            at = column + cell.colspan
        return line + [TableCell("", header=row.header)] * (self.columns - at)


def is_value(line: Line) -> bool:
    return _VALUE.fullmatch(line.text) is not None


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
        return whole == 1 and (chars > 2 * _MAX_PROSE_CHARS or (chars >= _MAX_PROSE_CHARS and text[-1] in ".!?"))
    if whole < 0.8 * len(lines) or chars < 25:
        return False
    beside = sum(
        1 for line in lines if any(line.y0 < value.middle < line.y1 and value.x0 > line.x1 for value in values)
    )
    return beside < 0.5 * len(lines)


def find_tables(rows: Sequence[Line], barriers: Sequence[tuple[float, float, float, float]]) -> list[Table]:
    """Tables among `rows` (top to bottom, without running text). `barriers` are boxes of running text between them."""
    tables: list[Table] = []
    at = done = 0
    while at < len(rows):
        if not is_data(rows[at]):
            at += 1
            continue
        last = _last_row(rows, at, barriers)
        data = sum(1 for row in rows[at : last + 1] if is_data(row))
        if data < _MIN_DATA_ROWS:
            at = last + 1
            continue
        columns = _columns([row for row in rows[at : last + 1] if is_data(row)])
        first = _first_row(rows, at, columns, barriers, least=done)
        while last + 1 < len(rows) and _joined(rows[last], rows[last + 1], barriers) and _fits(rows[last + 1], columns):
            last += 1
        table = build_table(rows[first : last + 1], columns)
        if table is not None:
            tables.append(table)
        at = done = last + 1
    return tables


def text_table(rows: Sequence[Line]) -> Table | None:
    """The table of rows that something else says are one, though their cells need not be values."""
    several = [row for row in rows if len(row.segments) > 1]
    if len(several) < max(_MIN_DATA_ROWS, len(rows) // 2):
        return None
    return build_table(rows, _columns(several))


def _joined(above: Line, below: Line, barriers: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether two rows may be of one table: near each other, with no running text between them."""
    if below.y0 - above.y1 > _MAX_ROW_GAP * max(above.size, below.size):
        return False
    x0, x1 = min(above.x0, below.x0), max(above.x1, below.x1)
    return not any(
        top >= above.y0 and bottom <= below.y1 and left < x1 and right > x0 for left, top, right, bottom in barriers
    )


def _last_row(rows: Sequence[Line], first: int, barriers: Sequence[tuple[float, float, float, float]]) -> int:
    """The last row of data that is reached over at most three rows without values."""
    last = at = first
    left = rows[first].x0
    while at + 1 < len(rows) and at - last < 4 and _joined(rows[at], rows[at + 1], barriers):
        at += 1
        row = rows[at]
        if is_data(row):
            last, left = at, min(left, row.x0)
        elif len(row.segments) > 1 and row.x0 > left + 0.2 * (rows[last].x1 - left):
            # The header of another table: several texts, none of them a value or over the labels.
            break
        elif len(row.segments) == 1 and (row.x1 - row.x0) > 0.75 * (rows[last].x1 - left) and len(row.text) > 100:
            break
    return last


def _columns(rows: Sequence[Line]) -> list[Column]:
    """The label's column and those of the values; segments over several columns that are well seen do not join them."""
    labels = [row.segments[0] for row in rows if not is_value(row.segments[0])]
    others = [segment for row in rows for segment in row.segments[0 if is_value(row.segments[0]) else 1 :]]
    columns: list[Column] = []
    for segment in sorted(others, key=lambda segment: segment.x1 - segment.x0):
        hit = [column for column in columns if column.overlap(segment) > 0]
        if len(hit) > 1 and all(column.cells > 1 for column in hit):
            continue
        joined = Column(segment.x0, segment.x1, 1 + sum(column.cells for column in hit))
        joined.x0 = min([segment.x0, *(column.x0 for column in hit)])
        joined.x1 = max([segment.x1, *(column.x1 for column in hit)])
        columns = [column for column in columns if column not in hit]
        columns.append(joined)
    columns.sort(key=lambda column: column.x0)
    if labels:
        edge = columns[0].x0 if columns else max(label.x1 for label in labels)
        columns.insert(0, Column(min(label.x0 for label in labels), min(edge, max(label.x1 for label in labels))))
    return columns


def _first_row(
    rows: Sequence[Line],
    first: int,
    columns: Sequence[Column],
    barriers: Sequence[tuple[float, float, float, float]],
    *,
    least: int,
) -> int:
    """The topmost header row above the first row of data: what stands over the columns of the values only."""
    top = first
    for at in range(first - 1, least - 1, -1):
        if not _joined(rows[at], rows[at + 1], barriers):
            break
        row = rows[at]
        if _fits(row, columns) or (row.bold and len(row.segments) > 1):
            top = at
            continue
        if columns[0].overlap(row.segments[0]) > 0.5 * (row.segments[0].x1 - row.segments[0].x0):
            # The label of the first section may stand below the header, and nothing else over the labels.
            if top < first or first - at > 2 or len(row.segments) > 1 or len(row.text) > _MAX_PROSE_CHARS:
                break
            continue
        if len(row.segments) == 1 and columns[0].overlap(row) > 0 and not row.text.startswith("("):
            break
        top = at
    return top


def _places(cell: Line, columns: Sequence[Column]) -> list[int]:
    """The columns that a cell stands in. Headers reach a little into the labels' column, which is wide."""
    return [at for at, column in enumerate(columns) if column.holds(cell, 0.2 if at else 0.5)]


def _fits(row: Line, columns: Sequence[Column]) -> bool:
    """Whether a row's cells, label and all, each stand in a column of their own."""
    hits = [_places(cell, columns) for cell in row.segments]
    if len(hits) < 2 or any(len(hit) != 1 for hit in hits):
        return False
    places = [hit[0] for hit in hits]
    return places[0] == 0 and len(set(places)) == len(places)


def build_table(rows: Sequence[Line], columns: Sequence[Column]) -> Table | None:
    """The cells of rows, or None where they are no table after all."""
    if len(columns) < 2 or len(rows) < 2:
        return None
    table = Table([_row(row, columns) for row in rows], len(columns))
    table.rows = _with_wrapped_labels(table.rows)
    beyond_label = [cell.text for row in table.rows for column, cell in row.cells if column > 0]
    if not beyond_label or sum(map(len, beyond_label)) / len(beyond_label) > _MAX_CELL_CHARS:
        return None
    for row in table.rows:
        if any(column == 0 for column, _ in row.cells) and not row.line.bold:
            break
        if any(is_value(segment) and not _YEAR.fullmatch(segment.text) for segment in row.line.segments):
            break
        row.header = True
    if all(row.header for row in table.rows):
        for row in table.rows:
            row.header = False
    table.rows = _with_joined_headers(table.rows)
    return table


def _row(line: Line, columns: Sequence[Column]) -> TableRow:
    row = TableRow(line)
    for segment in line.segments:
        hit = _places(segment, columns)
        if not hit:
            middle = (segment.x0 + segment.x1) / 2
            hit = [min(range(len(columns)), key=lambda at: abs((columns[at].x0 + columns[at].x1) / 2 - middle))]
        first, last = hit[0], hit[-1]
        if row.cells and first < row.cells[-1][0] + row.cells[-1][1].colspan:
            column, cell = row.cells[-1]
            span = max(cell.colspan, last - column + 1)
            row.cells[-1] = (column, TableCell(f"{cell.text} {segment.text}", colspan=span))
        else:
            row.cells.append((first, TableCell(segment.text, colspan=last - first + 1)))
    if len(row.cells) == 1 and row.cells[0][0] == 0:
        row.cells = [(0, TableCell(row.cells[0][1].text, colspan=len(columns)))]
    return row


def _with_wrapped_labels(rows: list[TableRow]) -> list[TableRow]:
    """A label that goes on in the next row is one label: its second line begins in lower case, or stands beside."""
    joined: list[TableRow] = []
    for row in rows:
        above = joined[-1] if joined else None
        if above is not None and _goes_on(above, row):
            line = Line([*above.line.words, *row.line.words])
            cells = dict(above.cells if len(above.cells) > 1 else row.cells)
            label = f"{above.cells[0][1].text} {row.cells[0][1].text}"
            cells[0] = TableCell(label, colspan=cells.get(0, TableCell("")).colspan)
            if len(cells) > 1:
                cells[0] = TableCell(label)
            joined[-1] = TableRow(line, sorted(cells.items()))
        else:
            joined.append(row)
    return joined


def _goes_on(above: TableRow, row: TableRow) -> bool:
    if not above.cells or not row.cells or above.cells[0][0] != 0 or row.cells[0][0] != 0:
        return False
    if len(above.cells) > 1 and len(row.cells) > 1:
        return False
    first, second = above.cells[0][1].text, row.cells[0][1].text
    beside = row.line.y0 < above.line.y1 - 0.25 * row.line.size
    near = row.line.y0 - above.line.y1 < 0.5 * row.line.size
    return beside or (near and not first.endswith(":") and second[:1].islower())


def _with_joined_headers(rows: list[TableRow]) -> list[TableRow]:
    """Header cells that are written over several lines ("June 25," and "2022") in one row."""
    joined: list[TableRow] = []
    for row in rows:
        above = joined[-1] if joined else None
        if above is not None and above.header and row.header and _is_next_line(above, row):
            cells: list[tuple[int, TableCell]] = []
            for column, cell in sorted([*above.cells, *row.cells], key=lambda placed: placed[0]):
                end = column + cell.colspan
                if cells and column < cells[-1][0] + cells[-1][1].colspan:
                    start, held = cells[-1]
                    span = max(end, start + held.colspan) - start
                    cells[-1] = (start, TableCell(f"{held.text} {cell.text}", span))
                else:
                    cells.append((column, cell))
            joined[-1] = TableRow(Line([*above.line.words, *row.line.words]), cells, header=True)
        else:
            joined.append(row)
    return joined


def _is_next_line(above: TableRow, row: TableRow) -> bool:
    """Whether two header rows are lines of the same cells: close together, and no cell over two others."""
    if row.line.y0 - above.line.y1 > 0.15 * row.line.size or above.line.text.startswith("("):
        return False
    for one, others in ((above, row), (row, above)):
        for column, cell in one.cells:
            end = column + cell.colspan
            if sum(1 for at, other in others.cells if at < end and at + other.colspan > column) > 1:
                return False
    return True
