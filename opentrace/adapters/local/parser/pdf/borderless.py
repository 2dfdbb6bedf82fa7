"""Finds tables by how their words line up, since most tables have no rules.

A row of data has a label and values, or several values; the columns are where the values of all rows stand.
"""

from collections.abc import Sequence

from opentrace.adapters.local.parser.pdf.cells import LINE_GAP, build_table, goes_on_with, is_next_line, places
from opentrace.adapters.local.parser.pdf.layout import Line
from opentrace.adapters.local.parser.pdf.tables import MAX_PROSE_CHARS, Column, Table, is_data, is_value

_MAX_ROW_GAP = 3.0
_MIN_DATA_ROWS = 2


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
        while last + 1 < len(rows) and _joined(rows[last], rows[last + 1], barriers):
            row = rows[last + 1]
            if not (
                _fits(row, columns) or _ends_label(rows[last], row, columns) or is_next_line(rows[last], row, columns)
            ):
                break
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
    lines_of_cells = 0
    while at + 1 < len(rows) and at - last - lines_of_cells < 4 and _joined(rows[at], rows[at + 1], barriers):
        at += 1
        row = rows[at]
        if is_data(row):
            last, left, lines_of_cells = at, min(left, row.x0), 0
        elif _stands_under_a_cell(row, rows[at - 1], rows[last]):
            lines_of_cells += 1
        elif len(row.segments) > 1 and row.x0 > left + 0.2 * (rows[last].x1 - left):
            # The header of another table: several texts, none of them a value or over the labels.
            break
        elif len(row.segments) == 1 and (row.x1 - row.x0) > 0.75 * (rows[last].x1 - left) and len(row.text) > 100:
            break
    return last


def _stands_under_a_cell(row: Line, above: Line, data: Line) -> bool:
    """Whether a line goes on in a cell of a row of data, other than its label: close below and at the cell's edge."""
    if row.y0 - above.y1 > LINE_GAP * row.size:
        return False
    edges = [cell.x0 for cell in data.segments[1:] if not is_value(cell)]
    return all(any(abs(part.x0 - edge) < 0.3 * row.size for edge in edges) for part in row.segments)


def _columns(rows: Sequence[Line]) -> list[Column]:
    """The label's column and those of the values; segments over several columns that are well seen do not join them."""
    labels = [row.segments[0] for row in rows if not is_value(row.segments[0])]
    others = [segment for row in rows for segment in row.segments[0 if is_value(row.segments[0]) else 1 :]]
    columns: list[Column] = []
    for segment in sorted(others, key=lambda segment: segment.x1 - segment.x0):
        hit = [column for column in columns if column.overlap(segment) > 0]
        if len(hit) > 1 and all(column.cells > 1 for column in hit):
            continue
        joined = Column(
            segment.x0,
            segment.x1,
            1 + sum(column.cells for column in hit),
            is_value(segment) + sum(column.values for column in hit),
        )
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
            if top < first or first - at > 2 or len(row.segments) > 1 or len(row.text) > MAX_PROSE_CHARS:
                break
            continue
        over_labels = columns[0].overlap(row) > 0 or row.text.endswith(":")
        if len(row.segments) == 1 and over_labels and not row.text.startswith("("):
            break
        top = at
    return top


def _ends_label(above: Line, row: Line, columns: Sequence[Column]) -> bool:
    """Whether a row is the second line of the label above, below the values that stand beside its first."""
    near = row.y0 - above.y1 < 0.5 * row.size
    return near and len(row.segments) == 1 and goes_on_with(row.text) and places(row, columns) == [0]


def _fits(row: Line, columns: Sequence[Column]) -> bool:
    """Whether a row's cells, label and all, each stand in a column of their own."""
    hits = [places(cell, columns) for cell in row.segments]
    if len(hits) < 2 or any(len(hit) != 1 for hit in hits):
        return False
    begun = [hit[0] for hit in hits]
    return begun[0] == 0 and len(set(begun)) == len(begun)
