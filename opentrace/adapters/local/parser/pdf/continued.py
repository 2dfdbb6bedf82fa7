"""Puts tables together that a page break cuts, with their header once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.furniture import Furniture
from opentrace.adapters.local.parser.pdf.layout import Block, Line
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.tables import Table, TableRow, is_value_text
from opentrace.adapters.local.parser.table_html import TableCell

# A table goes on where it ends in the lower part of a page and begins in the upper part of the next.
_ENDS_BELOW = 0.6
_BEGINS_ABOVE = 0.35
_MAX_LONE_ROWS = 3


@dataclass(slots=True)
class WholeTable:
    """A table with the page of each of its rows."""

    table: Table
    pages: list[PageLayout]


def whole_tables(pages: Sequence[PageLayout], furniture: Furniture) -> tuple[dict[int, WholeTable], set[int]]:
    """The tables by the identity of their first part, and the parts that are in a table of an earlier page."""
    whole: dict[int, WholeTable] = {}
    taken: set[int] = set()
    open_table: WholeTable | None = None
    for page in pages:
        parts = [part for part in page.parts if not _is_furniture(part, furniture)]
        for at, part in enumerate(parts):
            if at == 0 and open_table is not None and _goes_on(open_table, page, part):
                taken.add(id(part))
            elif isinstance(part, Table):
                whole[id(part)] = open_table = WholeTable(part, [page] * len(part.rows))
            else:
                open_table = None
        if not parts:
            open_table = None
    return whole, taken


def _is_furniture(part: Block | Table, furniture: Furniture) -> bool:
    return isinstance(part, Block) and all(furniture.kind(line) is not None for line in part.lines)


def _goes_on(held: WholeTable, page: PageLayout, part: Block | Table) -> bool:
    """Add the part to the table of the page before, if it is more of it."""
    last_page, last = held.pages[-1], held.table.rows[-1].line
    if page.number != last_page.number + 1 or last.y1 < _ENDS_BELOW * last_page.height:
        return False
    first = part.lines[0] if isinstance(part, Block) else part.rows[0].line
    if first.y0 > _BEGINS_ABOVE * page.height or page.turn != last_page.turn:
        return False
    if isinstance(part, Block):
        rows = _lone_rows(part.lines, held.table)
    elif part.columns == held.table.columns and _same_columns(part, held.table):
        rows = _without_repeated_header(part, held.table)
    else:
        rows = None
    if rows is None:
        return False
    held.table = Table([*held.table.rows, *rows], held.table.columns, held.table.bounds)
    held.pages = [*held.pages, *[page] * len(rows)]
    return True


def _same_columns(one: Table, other: Table) -> bool:
    return all(a[0] < b[1] and b[0] < a[1] for a, b in zip(one.bounds, other.bounds, strict=True))


def _without_repeated_header(table: Table, above: Table) -> list[TableRow] | None:
    """The rows below the header that repeats the one above; a table with another header is another one."""
    repeated = 0
    for row, first in zip(table.rows, above.rows, strict=False):
        if [cell.text for _, cell in row.cells] != [cell.text for _, cell in first.cells]:
            break
        repeated += 1
    if repeated:
        return table.rows[repeated:]
    return None if table.rows[0].header else table.rows


def _lone_rows(lines: Sequence[Line], table: Table) -> list[TableRow] | None:
    """The rows of what is too little to be seen as a table by itself."""
    if len(lines) > _MAX_LONE_ROWS:
        return None
    rows = [_lone_row(line, table) for line in lines]
    found = [row for row in rows if row is not None]
    return found if len(found) == len(rows) else None


def _lone_row(line: Line, table: Table) -> TableRow | None:
    cells: list[tuple[int, TableCell]] = []
    for part in line.parts:
        columns = list(_columns_of(part.x0, part.x1, table))
        if len(columns) != 1 or (cells and columns[0] <= cells[-1][0]):
            return None
        cells.append((columns[0], TableCell(part.text)))
    if len(cells) < 2 or cells[0][0] != 0 or not any(is_value_text(cell.text) for _, cell in cells[1:]):
        return None
    return TableRow(line, cells)


def _columns_of(x0: float, x1: float, table: Table) -> Iterator[int]:
    for at, (left, right) in enumerate(table.bounds):
        if min(right, x1) - max(left, x0) >= 0.2 * min(right - left, x1 - x0):
            yield at
