"""Builds the cells of a table's rows: what stands in which columns, and what goes on in the next line."""

import re
from collections.abc import Sequence

from opentrace.adapters.local.parser.pdf.layout import Line
from opentrace.adapters.local.parser.pdf.tables import Column, Table, TableRow, is_value, is_year
from opentrace.adapters.local.parser.table_html import TableCell

_INNER_WORD = re.compile(r"[^\W\d_A-Z]{2,}|[a-z]\s")
_MAX_CELL_CHARS = 80
# Lines of a cell stand closer than rows do, in points of their size.
LINE_GAP = 0.5


def goes_on_with(text: str) -> bool:
    """Whether a text begins within a sentence: with a word in lower case, not with the letter of a list."""
    return _INNER_WORD.match(text) is not None


def places(cell: Line, columns: Sequence[Column]) -> list[int]:
    """The columns that a cell stands in. Headers reach a little into the labels' column, which is wide."""
    return [at for at, column in enumerate(columns) if column.holds(cell, 0.2 if at else 0.5)]


def build_table(rows: Sequence[Line], columns: Sequence[Column]) -> Table | None:
    """The cells of rows, or None where they are no table after all."""
    if len(columns) < 2 or len(rows) < 2:
        return None
    table = Table([_row(row, columns) for row in rows], len(columns), [(column.x0, column.x1) for column in columns])
    table.rows = _with_wrapped_labels(_with_wrapped_cells(table.rows, columns))
    beyond_label = [cell.text for row in table.rows for column, cell in row.cells if column > 0]
    if not beyond_label or sum(map(len, beyond_label)) / len(beyond_label) > _MAX_CELL_CHARS:
        return None
    for row in table.rows:
        if any(column == 0 for column, _ in row.cells) and not row.line.bold:
            break
        if any(is_value(segment) and not is_year(segment) for segment in row.line.segments):
            break
        row.header = True
    if all(row.header for row in table.rows):
        for row in table.rows:
            row.header = False
    table.rows = _with_joined_headers(table.rows)
    return table


def is_next_line(above: Line, row: Line, columns: Sequence[Column]) -> bool:
    """Whether a row is the next line of cells of the row above: close below it, texts only, and no label among them."""
    if row.y0 - above.y1 > LINE_GAP * row.size or any(is_value(segment) for segment in row.segments):
        return False
    hits = [places(segment, columns) for segment in row.segments]
    return all(len(hit) == 1 for hit in hits) and hits[0][0] > 0


def _row(line: Line, columns: Sequence[Column]) -> TableRow:
    row = TableRow(line)
    for segment in _parted(line.segments, columns):
        hit = places(segment, columns)
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


def _parted(segments: Sequence[Line], columns: Sequence[Column]) -> list[Line]:
    """The segments, those in two where a text comes so near to a value that no gap of columns is left."""
    parted: list[Line] = []
    labelled = bool(segments) and columns[0].overlap(segments[0]) > 0 and not is_value(segments[0])
    for segment in segments:
        at = _value_at(segment, columns) if labelled and len(segment.words) > 1 else None
        if at is None:
            parted.append(segment)
        else:
            parted += [Line(segment.words[:at]), Line(segment.words[at:])]
    return parted


def _value_at(segment: Line, columns: Sequence[Column]) -> int | None:
    """The word with which a value begins that fills a column of its own, behind a text that stands in another."""
    for at in range(len(segment.words) - 1, max(0, len(segment.words) - 4), -1):
        value = Line(segment.words[at:])
        if not is_value(value):
            continue
        own = [
            column
            for column in columns[1:]
            if column.values and column.x0 - 1 <= value.x0 and value.x1 <= column.x1 + 1
        ]
        if own and Line(segment.words[:at]).x1 <= value.x0 and segment.x0 < own[0].x0 - 1:
            return at
    return None


def _with_wrapped_cells(rows: list[TableRow], columns: Sequence[Column]) -> list[TableRow]:
    """The next lines of cells, which stand close below, in the cells that they go on from."""
    joined: list[TableRow] = []
    for row in rows:
        above = joined[-1] if joined else None
        if above is None or not _goes_on_below(above, row, columns):
            joined.append(row)
            continue
        cells = dict(above.cells)
        for column, cell in row.cells:
            held = cells.get(column)
            cells[column] = TableCell(f"{held.text} {cell.text}", held.colspan) if held is not None else cell
        joined[-1] = TableRow(Line([*above.line.words, *row.line.words]), sorted(cells.items()))
    return joined


def _goes_on_below(above: TableRow, row: TableRow, columns: Sequence[Column]) -> bool:
    if not any(column == 0 for column, _ in above.cells) or len(above.cells) < 2:
        return False
    return is_next_line(Line([word for word in above.line.words if word.y1 >= above.line.y1 - 1]), row.line, columns)


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
    return beside or (near and not first.endswith(":") and goes_on_with(second))


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
